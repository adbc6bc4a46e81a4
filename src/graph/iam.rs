//! AWS Identity and Access Management.

use super::policy::Policy;
use super::reference::{Deferred, Ref, Url};
use super::table::resource;
use super::tags::Tags;
use super::value::block;

resource! {
    /// A policy that is part of a role.
    InlinePolicy: none / none {
        /// Its name within the role.
        name: &'static str = "PolicyName" / none, updates;
        /// What it says.
        document: Policy = "PolicyDocument" / none, updates;
    }
}
block!(InlinePolicy);

resource! {
    /// A set of rights that a service can take on, with its policies.
    ///
    /// The policies are part of the role in CloudFormation; Terraform attaches them by resources of their own,
    /// [`RolePolicyAttachment`] and [`RolePolicy`].
    Role: "AWS::IAM::Role" / "aws_iam_role" by "name" {
        /// Its name, unique in the account.
        name: String = "RoleName" / "name", replaces;
        /// What it is for.
        description: String = "Description" / "description", updates;
        /// Who may take it on.
        trust: Policy = "AssumeRolePolicyDocument" / "assume_role_policy", updates;
        /// AWS's own policies, by ARN.
        managed: Vec<String> = "ManagedPolicyArns" / none, updates;
        /// Policies of its own.
        inline: Vec<InlinePolicy> = "Policies" / none, updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// Attaches a managed policy to a [`Role`] that cannot list it.
    RolePolicyAttachment: none / "aws_iam_role_policy_attachment" {
        /// The role.
        role: Ref<Role> = none / "role", replaces;
        /// The policy.
        policy_arn: String = none / "policy_arn", replaces;
    }
}

resource! {
    /// Puts an inline policy into a [`Role`] that cannot contain it.
    RolePolicy: none / "aws_iam_role_policy" {
        /// The role.
        role: Ref<Role> = none / "role", replaces;
        /// Its name within the role.
        name: &'static str = none / "name", replaces;
        /// What it says.
        policy: Policy = none / "policy", updates;
    }
}

resource! {
    /// Lets the service accounts of a cluster take on roles.
    OidcProvider: "AWS::IAM::OIDCProvider" / "aws_iam_openid_connect_provider" {
        /// The cluster's issuer.
        url: Deferred<Url> = "Url" / "url", replaces;
        /// Always `sts.amazonaws.com`.
        audiences: Vec<&'static str> = "ClientIdList" / "client_id_list", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}
