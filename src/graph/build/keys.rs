//! KMS keys: one for the cluster's secrets, one for all logs, each only where it is wanted.

use super::Builder;
use crate::diagnostic::Origin;
use crate::graph::{Arn, Deferred, KmsAlias, KmsKey, Policy, Principal, Ref, Statement, Text};
use crate::network::{FlowLogTarget, Key};

/// The keys made so far.
#[derive(Default)]
pub(super) struct Keys {
    logs: Option<Ref<KmsKey>>,
}

impl Keys {
    /// The key for the secrets of a cluster.
    pub(super) fn secrets(b: &mut Builder, key: &Key, origin: Origin) -> Option<Deferred<Arn>> {
        match key {
            Key::AwsOwned => None,
            Key::Existing(arn) => Some(Deferred::Known(Arn(arn.value.clone()))),
            Key::Create => {
                let policy = owner(b).into();
                Some(
                    make(
                        b,
                        "secrets",
                        "Encrypts the secrets of the cluster",
                        policy,
                        origin,
                    )
                    .arn(),
                )
            }
        }
    }

    /// The key for a log; all logs of a stack share one.
    pub(super) fn logs(
        &mut self,
        b: &mut Builder,
        key: &Key,
        origin: Origin,
    ) -> Option<Deferred<Arn>> {
        match key {
            Key::AwsOwned => None,
            Key::Existing(arn) => Some(Deferred::Known(Arn(arn.value.clone()))),
            Key::Create => {
                if self.logs.is_none() {
                    let policy = logs_policy(b);
                    self.logs = Some(make(
                        b,
                        "logs",
                        "Encrypts the logs of the network and the cluster",
                        policy,
                        origin,
                    ));
                }
                self.logs.as_ref().map(Ref::<KmsKey>::arn)
            }
        }
    }
}

fn make(
    b: &mut Builder,
    name: &str,
    description: &str,
    policy: Policy,
    origin: Origin,
) -> Ref<KmsKey> {
    let tags = b.tags(name);
    let key = b.add(
        name,
        origin,
        KmsKey {
            description: format!("{}: {description}", b.stack.name.value),
            rotation: true,
            deletion_window: 30,
            policy,
            tags,
        },
    );
    b.add(
        name,
        origin,
        KmsAlias {
            name: format!("alias/{}-{name}", b.stack.name.value),
            key: key.clone(),
        },
    );
    key
}

/// The account's own policies decide about the key. Without this statement nobody could ever change it again.
///
/// Source: AWS KMS developer guide, "Default key policy".
fn owner(b: &Builder) -> Statement {
    let root = Text::new()
        .literal(format!(
            "arn:{}:iam::",
            b.stack.region.value.partition().as_str()
        ))
        .account()
        .literal(":root");
    Statement::allow("AccountDecides", ["kms:*"])
        .principal(Principal::Aws(root))
        .on("*")
}

/// What the log services may do with the key, for logs of this account only.
///
/// Source: Amazon CloudWatch Logs user guide, "Encrypt log data using AWS KMS"; Amazon VPC user guide, "Publish flow logs
/// to Amazon S3".
fn logs_policy(b: &Builder) -> Policy {
    let region = b.stack.region.value;
    let suffix = region.partition().dns_suffix();
    let groups = Text::new()
        .literal(b.arn("logs"))
        .account()
        .literal(":log-group:*");
    let mut statements = vec![
        owner(b),
        Statement::allow(
            "CloudWatchLogs",
            [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
        )
        .service(format!("logs.{region}.{suffix}"))
        .on("*")
        .when("ArnLike", "kms:EncryptionContext:aws:logs:arn", groups),
    ];
    let to_bucket = b
        .stack
        .network
        .flow_logs
        .as_ref()
        .is_some_and(|logs| logs.target == FlowLogTarget::NewBucket && logs.key == Key::Create);
    if to_bucket {
        let source = Text::new().literal(b.arn("logs")).account().literal(":*");
        statements.push(
            Statement::allow(
                "LogDelivery",
                [
                    "kms:Decrypt",
                    "kms:DescribeKey",
                    "kms:Encrypt",
                    "kms:GenerateDataKey*",
                    "kms:ReEncrypt*",
                ],
            )
            .service("delivery.logs.amazonaws.com")
            .on("*")
            .from_this_account()
            .when("ArnLike", "aws:SourceArn", source),
        );
    }
    statements.into_iter().collect()
}
