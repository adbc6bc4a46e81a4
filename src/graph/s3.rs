//! Amazon S3.

use super::policy::Policy;
use super::reference::{Arn, Deferred, Ref, Text};
use super::table::resource;
use super::tags::Tags;

resource! {
    /// A bucket that nobody outside can read.
    ///
    /// Its settings are part of it in CloudFormation; Terraform has resources for them, [`BucketEncryption`],
    /// [`BucketPublicAccess`] and [`BucketLifecycle`].
    Bucket: "AWS::S3::Bucket" / "aws_s3_bucket" {
        /// Its name, unique in the world.
        name: Text = "BucketName" / "bucket", replaces;
        /// `AES256`, or `aws:kms` with a key.
        algorithm: &'static str = "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.SSEAlgorithm" / none, updates;
        /// The key that it is encrypted with.
        key: Option<Deferred<Arn>> = "BucketEncryption.ServerSideEncryptionConfiguration[].ServerSideEncryptionByDefault.KMSMasterKeyID" / none, updates;
        /// Always true with a key: S3 asks KMS less often.
        bucket_key: Option<bool> = "BucketEncryption.ServerSideEncryptionConfiguration[].BucketKeyEnabled" / none, updates;
        /// Days after which an object is dropped.
        expiry: u16 = "LifecycleConfiguration.Rules[Status=Enabled].ExpirationInDays" / none, updates;
        /// Always true.
        block_public_acls: bool = "PublicAccessBlockConfiguration.BlockPublicAcls" / none, updates;
        /// Always true.
        block_public_policy: bool = "PublicAccessBlockConfiguration.BlockPublicPolicy" / none, updates;
        /// Always true.
        ignore_public_acls: bool = "PublicAccessBlockConfiguration.IgnorePublicAcls" / none, updates;
        /// Always true.
        restrict_public_buckets: bool = "PublicAccessBlockConfiguration.RestrictPublicBuckets" / none, updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}

resource! {
    /// How a [`Bucket`] is encrypted that cannot say so itself.
    BucketEncryption: none / "aws_s3_bucket_server_side_encryption_configuration" {
        /// The bucket.
        bucket: Ref<Bucket> = none / "bucket", replaces;
        /// `AES256`, or `aws:kms` with a key.
        algorithm: &'static str = none / "rule[].apply_server_side_encryption_by_default.sse_algorithm", updates;
        /// The key.
        key: Option<Deferred<Arn>> = none / "rule[].apply_server_side_encryption_by_default.kms_master_key_id", updates;
        /// Whether S3 asks KMS less often.
        bucket_key: Option<bool> = none / "rule[].bucket_key_enabled", updates;
    }
}

resource! {
    /// Keeps a [`Bucket`] private that cannot say so itself.
    BucketPublicAccess: none / "aws_s3_bucket_public_access_block" {
        /// The bucket.
        bucket: Ref<Bucket> = none / "bucket", replaces;
        /// Always true.
        block_public_acls: bool = none / "block_public_acls", updates;
        /// Always true.
        block_public_policy: bool = none / "block_public_policy", updates;
        /// Always true.
        ignore_public_acls: bool = none / "ignore_public_acls", updates;
        /// Always true.
        restrict_public_buckets: bool = none / "restrict_public_buckets", updates;
    }
}

resource! {
    /// When a [`Bucket`] drops its objects that cannot say so itself.
    BucketLifecycle: none / "aws_s3_bucket_lifecycle_configuration" {
        /// The bucket.
        bucket: Ref<Bucket> = none / "bucket", replaces;
        /// The rule's name.
        id: &'static str = none / "rule[].id", updates;
        /// Always `Enabled`.
        status: &'static str = none / "rule[].status", updates;
        /// Every object: the empty prefix.
        prefix: &'static str = none / "rule[].filter.prefix", updates;
        /// Days after which an object is dropped.
        expiry: u16 = none / "rule[].expiration.days", updates;
    }
}

resource! {
    /// Who may do what with a bucket.
    BucketPolicy: "AWS::S3::BucketPolicy" / "aws_s3_bucket_policy" {
        /// The bucket.
        bucket: Ref<Bucket> = "Bucket" / "bucket", replaces;
        /// What it says.
        policy: Policy = "PolicyDocument" / "policy", updates;
    }
}
