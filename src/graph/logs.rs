//! Amazon CloudWatch Logs.

use super::reference::{Arn, Deferred};
use super::table::resource;
use super::tags::Tags;

resource! {
    /// A place that logs are written to.
    LogGroup: "AWS::Logs::LogGroup" / "aws_cloudwatch_log_group" {
        /// Its name.
        name: String = "LogGroupName" / "name", replaces;
        /// Days after which a line is dropped.
        retention: u16 = "RetentionInDays" / "retention_in_days", updates;
        /// The key that it is encrypted with; AWS's own when left out.
        key: Option<Deferred<Arn>> = "KmsKeyId" / "kms_key_id", updates;
        /// Its tags.
        tags: Tags = "Tags" / "tags", updates;
    }
}
