//! What is a resource of its own only here.

use crate::read::reading::{Fields, Value};
use crate::read::unfold::{PartOf, Whole, push, take};

/// Policies of roles, settings of buckets, policies of access entries.
pub(super) const PARTS: &[PartOf] = &[
    PartOf {
        kind: "RolePolicyAttachment",
        whole: Whole::Named("role"),
        give: |role, attachment| {
            if let Some(arn) = attachment.remove("policy_arn") {
                push(role, "managed", arn);
            }
        },
        kept_with_it: false,
    },
    PartOf {
        kind: "RolePolicy",
        whole: Whole::Named("role"),
        give: |role, policy| {
            let mut inline = Fields::new();
            take(&mut inline, "name", policy, "name");
            take(&mut inline, "document", policy, "policy");
            push(role, "inline", Value::Map(inline));
        },
        kept_with_it: false,
    },
    PartOf {
        kind: "BucketEncryption",
        whole: Whole::Named("bucket"),
        give: |bucket, encryption| {
            for field in ["algorithm", "key", "bucket_key"] {
                take(bucket, field, encryption, field);
            }
        },
        kept_with_it: false,
    },
    PartOf {
        kind: "BucketPublicAccess",
        whole: Whole::Named("bucket"),
        give: |bucket, access| {
            let acls = ["block_public_acls", "ignore_public_acls"];
            for field in acls
                .into_iter()
                .chain(["block_public_policy", "restrict_public_buckets"])
            {
                take(bucket, field, access, field);
            }
        },
        kept_with_it: false,
    },
    PartOf {
        kind: "BucketLifecycle",
        whole: Whole::Named("bucket"),
        give: |bucket, lifecycle| {
            // One rule that is on, for every object; another stays behind and is a problem.
            for (field, value) in [("id", "expire"), ("status", "Enabled"), ("prefix", "")] {
                if lifecycle.get(field) == Some(&Value::from(value)) {
                    lifecycle.remove(field);
                } else {
                    lifecycle
                        .entry(field.to_owned())
                        .or_insert_with(|| Value::from("nothing"));
                }
            }
            take(bucket, "expiry", lifecycle, "expiry");
        },
        kept_with_it: false,
    },
    PartOf {
        kind: "AccessPolicyAssociation",
        whole: Whole::Like("AccessEntry", &["cluster", "principal"]),
        give: |entry, association| {
            let mut policy = Fields::new();
            for field in ["policy_arn", "scope", "namespaces"] {
                take(&mut policy, field, association, field);
            }
            push(entry, "policies", Value::Map(policy));
        },
        kept_with_it: false,
    },
];
