//! ARNs of things that a stack names and does not make: that each is of the kind and the partition it stands for.

use crate::check::rules;
use crate::diagnostic::Findings;
use crate::network::{At, Region, Stack};

/// What an ARN stands for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ArnOf {
    Role,
    RoleOrUser,
    Policy,
    Key,
    Bucket,
}

impl ArnOf {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Role => "a role",
            Self::RoleOrUser => "a role or user",
            Self::Policy => "a policy",
            Self::Key => "a key",
            Self::Bucket => "a bucket",
        }
    }

    const fn service(self) -> &'static str {
        match self {
            Self::Role | Self::RoleOrUser | Self::Policy => "iam",
            Self::Key => "kms",
            Self::Bucket => "s3",
        }
    }

    /// How the resource may begin.
    const fn beginnings(self) -> &'static [&'static str] {
        match self {
            Self::Role => &["role/"],
            Self::RoleOrUser => &["role/", "user/"],
            Self::Policy => &["policy/"],
            Self::Key => &["key/", "alias/"],
            Self::Bucket => &[""],
        }
    }

    /// Whether the ARN says a region and an account: a bucket's has neither, and IAM is in no region.
    const fn place(self) -> (bool, bool) {
        match self {
            Self::Role | Self::RoleOrUser | Self::Policy => (false, true),
            Self::Key => (true, true),
            Self::Bucket => (false, false),
        }
    }

    fn help(self, region: Region) -> String {
        let arn = format!("arn:{}", region.partition().as_str());
        match self {
            Self::Role => {
                format!("write it as IAM shows it: {arn}:iam::111122223333:role/name")
            }
            Self::RoleOrUser => format!(
                "write it as IAM shows it: {arn}:iam::111122223333:role/name, or {arn}:iam::111122223333:user/name"
            ),
            Self::Policy => format!(
                "write it as IAM shows it: {arn}:iam::aws:policy/name, or {arn}:iam::111122223333:policy/name for one of your own"
            ),
            Self::Key => {
                format!("write it as KMS shows it: {arn}:kms:{region}:111122223333:key/id")
            }
            Self::Bucket => format!("write it with the bucket's name: {arn}:s3:::name"),
        }
    }

    fn is(self, text: &str) -> bool {
        let parts = text.splitn(6, ':').collect::<Vec<_>>();
        let ["arn", partition, service, region, account, resource] = parts[..] else {
            return false;
        };
        let rest = self
            .beginnings()
            .iter()
            .find_map(|start| resource.strip_prefix(start));
        !partition.is_empty()
            && service == self.service()
            && (!region.is_empty(), !account.is_empty()) == self.place()
            && rest.is_some_and(|rest| !rest.is_empty())
            && !text.contains(char::is_whitespace)
    }
}

pub(super) fn arn(stack: &Stack, text: &At<String>, of: ArnOf, findings: &mut Findings) {
    let region = stack.region.value;
    let ours = region.partition().as_str();
    let kind = of.as_str();
    let partition = text.value.split(':').nth(1).unwrap_or_default();
    let finding = if !of.is(&text.value) {
        rules::SPEC015.at(
            text.origin,
            format!("`{}` is not the ARN of {kind}", text.value),
        )
    } else if partition != ours {
        rules::SPEC015
            .at(
                text.origin,
                format!("`{}` is not an ARN that {region} knows", text.value),
            )
            .note(format!(
                "its partition is `{partition}`, and that of {region} is `{ours}`: nothing is shared between the two"
            ))
    } else {
        return;
    };
    findings.push(finding.help(of.help(region)));
}
