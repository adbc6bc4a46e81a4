//! Flow logs, and the keys and retention that all logs share.

use super::at::At;
use crate::diagnostic::Origin;
pub use crate::graph::TrafficType;

/// The key that something is encrypted with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// One that AWS owns and does not show.
    AwsOwned,
    /// One that the stack makes.
    Create,
    /// One that exists already, by ARN.
    Existing(At<String>),
}

impl Key {
    /// A key that exists already, by ARN.
    #[track_caller]
    pub fn existing(arn: impl Into<String>) -> Self {
        Self::Existing(At::caller(arn.into()))
    }
}

/// Where flow logs go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FlowLogTarget {
    CloudWatch,
    NewBucket,
    Bucket(At<String>),
}

/// A log of every connection in the network.
#[derive(Debug, Clone)]
#[must_use = "flow logs are part of a network only once `Network::flow_logs` took them"]
pub struct FlowLogs {
    pub(crate) target: FlowLogTarget,
    pub(crate) traffic: TrafficType,
    pub(crate) interval: At<u32>,
    pub(crate) retention: At<u16>,
    pub(crate) key: Key,
    pub(crate) origin: Origin,
}

impl FlowLogs {
    pub(crate) fn defaults(origin: Origin) -> Self {
        Self {
            target: FlowLogTarget::CloudWatch,
            traffic: TrafficType::All,
            interval: At::default_of(600),
            retention: At::default_of(365),
            key: Key::AwsOwned,
            origin,
        }
    }

    #[track_caller]
    fn to(target: FlowLogTarget) -> Self {
        Self {
            target,
            ..Self::defaults(Origin::caller())
        }
    }

    /// To a log group of CloudWatch Logs, with a role that may write there and nowhere else.
    #[track_caller]
    pub fn cloudwatch() -> Self {
        Self::to(FlowLogTarget::CloudWatch)
    }

    /// To a bucket that the stack makes, with a policy that lets the log delivery in and nobody else.
    #[track_caller]
    pub fn new_bucket() -> Self {
        Self::to(FlowLogTarget::NewBucket)
    }

    /// To a bucket that exists already, by ARN; its policy is its owner's affair.
    #[track_caller]
    pub fn bucket(arn: impl Into<String>) -> Self {
        Self::to(FlowLogTarget::Bucket(At::caller(arn.into())))
    }

    /// Only what is accepted, or only what is rejected.
    pub fn traffic(mut self, traffic: TrafficType) -> Self {
        self.traffic = traffic;
        self
    }

    /// Seconds that are gathered into one record: 60 or 600.
    #[track_caller]
    pub fn interval(mut self, seconds: u32) -> Self {
        self.interval = At::caller(seconds);
        self
    }

    /// Days after which records are dropped.
    #[track_caller]
    pub fn retention_days(mut self, days: u16) -> Self {
        self.retention = At::caller(days);
        self
    }

    /// Encrypts them with a key of the account's own.
    pub fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }
}

/// The retentions that CloudWatch Logs knows, in days.
///
/// Source: the API reference of `PutRetentionPolicy`.
pub(crate) const RETENTION_DAYS: &[u16] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];
