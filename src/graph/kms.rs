//! AWS Key Management Service.

use super::policy::Policy;
use super::reference::Ref;
use super::table::resource;
use super::tags::Tags;

resource! {
    /// A key that never leaves AWS.
    KmsKey: "AWS::KMS::Key" / "aws_kms_key" by "key_id" {
        /// What it is for.
        description: String = "Description" / "description", updates;
        /// Always true: new key material every year.
        rotation: bool = "EnableKeyRotation" / "enable_key_rotation", updates;
        /// Days between its deletion and its end, 7 to 30.
        deletion_window: u8 = "PendingWindowInDays" / "deletion_window_in_days", updates;
        /// Who may use it.
        policy: Policy = "KeyPolicy" / "policy", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// A name for a key.
    KmsAlias: "AWS::KMS::Alias" / "aws_kms_alias" {
        /// The name, `alias/…`.
        name: String = "AliasName" / "name", replaces;
        /// The key.
        key: Ref<KmsKey> = "TargetKeyId" / "target_key_id", updates;
    }
}
