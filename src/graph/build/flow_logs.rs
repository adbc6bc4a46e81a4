//! Flow logs, with the role or the bucket policy that lets them be written.

use super::Builder;
use super::keys::Keys;
use super::vpc::NetworkRefs;
use crate::graph::{
    Arn, Bucket, BucketPolicy, Deferred, FlowLog, InlinePolicy, LogDestination, LogGroup, NodeId,
    Policy, Principal, Ref, Role, Statement, Tags, Text,
};
use crate::network::{FlowLogTarget, FlowLogs};

const NAME: &str = "flow-logs";

pub(super) fn build(b: &mut Builder, network: &NetworkRefs, keys: &mut Keys) {
    let Some(logs) = &b.stack.network.flow_logs else {
        return;
    };
    let key = keys.logs(b, &logs.key, logs.origin);
    match &logs.target {
        FlowLogTarget::CloudWatch => to_log_group(b, network, logs, key),
        FlowLogTarget::NewBucket => {
            let bucket = make_bucket(b, logs, key);
            let policy = allow_delivery(b, logs, &bucket);
            let arn = Text::from(&bucket.arn());
            flow_log(b, network, logs, LogDestination::S3, arn, None, policy);
        }
        FlowLogTarget::Bucket(arn) => {
            let arn = Text::from(arn.value.as_str());
            flow_log(b, network, logs, LogDestination::S3, arn, None, None);
        }
    }
}

fn flow_log(
    b: &mut Builder,
    network: &NetworkRefs,
    logs: &FlowLogs,
    destination_type: LogDestination,
    destination: Text,
    role: Option<Deferred<Arn>>,
    after: Option<NodeId>,
) {
    let tags = b.tags(NAME);
    b.add_after(
        "",
        logs.origin,
        after.into_iter().collect(),
        FlowLog {
            vpc: network.vpc.clone(),
            resource_type: "VPC",
            traffic: logs.traffic,
            destination_type,
            destination,
            role,
            interval: logs.interval.value,
            tags,
        },
    );
}

fn to_log_group(
    b: &mut Builder,
    network: &NetworkRefs,
    logs: &FlowLogs,
    key: Option<Deferred<Arn>>,
) {
    let tags = b.tags(NAME);
    let group = b.add(
        NAME,
        logs.origin,
        LogGroup {
            name: format!("/aws/vpc/{}/flow-logs", b.stack.name.value),
            retention: logs.retention.value,
            key,
            tags: tags.clone(),
        },
    );
    let role = writer(b, logs, &group, tags);
    let arn = Text::from(&group.arn());
    let after = role.node();
    flow_log(
        b,
        network,
        logs,
        LogDestination::CloudWatch,
        arn,
        Some(role.arn()),
        after,
    );
}

/// The role that may write to the log group, taken on only by the flow logs of this account and region.
///
/// Source: Amazon VPC user guide, "IAM role for publishing flow logs to CloudWatch Logs".
fn writer(b: &mut Builder, logs: &FlowLogs, group: &Ref<LogGroup>, tags: Tags) -> Ref<Role> {
    let source = Text::new()
        .literal(b.arn("ec2"))
        .account()
        .literal(":vpc-flow-log/*");
    let trust = Statement::allow("FlowLogs", ["sts:AssumeRole"])
        .service("vpc-flow-logs.amazonaws.com")
        .from_this_account()
        .when("ArnLike", "aws:SourceArn", source);
    let streams = Text::new().value(&group.arn()).literal(":*");
    let all_groups = Text::new()
        .literal(b.arn("logs"))
        .account()
        .literal(":log-group:*");
    let document = Policy::from_iter([
        Statement::allow(
            "WriteRecords",
            [
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:PutLogEvents",
            ],
        )
        .on(streams),
        Statement::allow("FindGroup", ["logs:DescribeLogGroups"]).on(all_groups),
    ]);
    b.add(
        NAME,
        logs.origin,
        Role {
            name: b.global_name(NAME),
            description: "Lets the VPC's flow logs write to their log group".to_owned(),
            trust: trust.into(),
            managed: Vec::new(),
            inline: vec![InlinePolicy {
                name: "write",
                document,
            }],
            tags,
        },
    )
}

fn make_bucket(b: &mut Builder, logs: &FlowLogs, key: Option<Deferred<Arn>>) -> Ref<Bucket> {
    let tags = b.tags(NAME);
    let name = Text::new()
        .literal(format!("{}-flow-logs-", b.stack.name.value))
        .account()
        .literal(format!("-{}", b.stack.region.value));
    b.add(
        NAME,
        logs.origin,
        Bucket {
            name,
            algorithm: if key.is_some() { "aws:kms" } else { "AES256" },
            bucket_key: key.is_some().then_some(true),
            key,
            expiry: logs.retention.value,
            block_public_acls: true,
            block_public_policy: true,
            ignore_public_acls: true,
            restrict_public_buckets: true,
            tags,
        },
    )
}

/// Lets the log delivery of this account write, and nobody read without encryption on the way.
///
/// Source: Amazon VPC user guide, "Amazon S3 bucket permissions for flow logs".
fn allow_delivery(b: &mut Builder, logs: &FlowLogs, bucket: &Ref<Bucket>) -> Option<NodeId> {
    let source = Text::new().literal(b.arn("logs")).account().literal(":*");
    let bucket_arn = Text::from(&bucket.arn());
    let objects = Text::new().value(&bucket.arn()).literal("/*");
    let own_objects = Text::new()
        .value(&bucket.arn())
        .literal("/AWSLogs/")
        .account()
        .literal("/*");
    let delivery = "delivery.logs.amazonaws.com";
    let policy = Policy::from_iter([
        Statement::allow("LogDeliveryWrites", ["s3:PutObject"])
            .service(delivery)
            .on(own_objects)
            .from_this_account()
            .when("StringEquals", "s3:x-amz-acl", "bucket-owner-full-control")
            .when("ArnLike", "aws:SourceArn", source.clone()),
        Statement::allow("LogDeliveryLooks", ["s3:GetBucketAcl", "s3:ListBucket"])
            .service(delivery)
            .on(bucket_arn.clone())
            .from_this_account()
            .when("ArnLike", "aws:SourceArn", source),
        Statement::deny("OnlyEncryptedTransport", ["s3:*"])
            .principal(Principal::Everyone)
            .on(bucket_arn)
            .on(objects)
            .when("Bool", "aws:SecureTransport", "false"),
    ]);
    // After the bucket's settings, so that nothing is delivered before they hold.
    b.add_after(
        NAME,
        logs.origin,
        bucket.node().into_iter().collect(),
        BucketPolicy {
            bucket: bucket.clone(),
            policy,
        },
    )
    .node()
}
