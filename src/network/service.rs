//! The AWS services that a VPC endpoint can lead to.
//!
//! # Where the facts come from
//!
//! Read on 2026-11-23: the EKS User Guide, "Deploy private clusters with limited internet access"
//! (which services a cluster calls); the AWS `PrivateLink` guide (which exist); and for China the
//! tables of two programs that create such endpoints, eksctl (`endpoint_service.go`) and the AWS CDK
//! (`vpc-endpoint.ts`). To renew: `aws ec2 describe-vpc-endpoint-services --query ServiceNames`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::region::{Partition, Region};

/// How an endpoint is attached to a VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointKind {
    /// A route in route tables; free of charge. Only some services have it.
    Gateway,
    /// Network interfaces in subnets, with security groups; paid by the hour.
    Interface,
}

impl EndpointKind {
    /// The value of `VpcEndpointType`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "Gateway",
            Self::Interface => "Interface",
        }
    }
}

impl fmt::Display for EndpointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A service behind a VPC endpoint, by its short name (`ecr.api`) or by its full one.
///
/// A full name, which begins with `com.`, `cn.com.` or `aws.`, is taken as it is: it serves for
/// services of other companies and for whatever this module gets wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointService(Cow<'static, str>);

/// Declares the services that clusters commonly call.
macro_rules! services {
    ($($(#[$doc:meta])+ $constant:ident $name:literal;)*) => {
        impl EndpointService {
            $($(#[$doc])+ pub const $constant: Self = Self(Cow::Borrowed($name));)*

            /// The short names of the services that clusters commonly call, in alphabetical order:
            /// candidates for a "did you mean", not a limit.
            pub const WELL_KNOWN: &'static [&'static str] = &[$($name),*];
        }
    };
}

services! {
    /// EC2 Auto Scaling: the Cluster Autoscaler.
    AUTOSCALING "autoscaling";
    /// `CloudFormation`: self-managed nodes that signal their stack.
    CLOUDFORMATION "cloudformation";
    /// `DynamoDB`, through a gateway.
    DYNAMODB "dynamodb";
    /// EC2: node names, and the network interfaces of the VPC CNI.
    EC2 "ec2";
    /// The message channel of the SSM agent.
    EC2_MESSAGES "ec2messages";
    /// Authentication with image registries.
    ECR_API "ecr.api";
    /// Image manifests; the layers come from S3.
    ECR_DKR "ecr.dkr";
    /// The EKS API.
    EKS "eks";
    /// EKS Pod Identity.
    EKS_AUTH "eks-auth";
    /// The API of EFS: its CSI driver.
    ELASTIC_FILE_SYSTEM "elasticfilesystem";
    /// Elastic Load Balancing: the AWS Load Balancer Controller.
    ELASTIC_LOAD_BALANCING "elasticloadbalancing";
    /// `EventBridge`.
    EVENTS "events";
    /// The data channel of `GuardDuty`'s agent.
    GUARDDUTY_DATA "guardduty-data";
    /// Key Management Service.
    KMS "kms";
    /// `CloudWatch` Logs.
    LOGS "logs";
    /// `CloudWatch` metrics.
    MONITORING "monitoring";
    /// The OIDC issuer of EKS clusters: hybrid nodes.
    OIDC_EKS "oidc-eks";
    /// IAM Roles Anywhere: hybrid nodes.
    ROLES_ANYWHERE "rolesanywhere";
    /// The API of Route 53: external-dns. The only one without a region in its name.
    ROUTE53 "route53";
    /// S3, through a gateway: image layers.
    S3 "s3";
    /// Secrets Manager: the Secrets Store CSI driver.
    SECRETS_MANAGER "secretsmanager";
    /// SNS.
    SNS "sns";
    /// SQS: Karpenter's interruption queue.
    SQS "sqs";
    /// Systems Manager: parameters (AMI ids) and the SSM agent.
    SSM "ssm";
    /// The session channel of the SSM agent.
    SSM_MESSAGES "ssmmessages";
    /// Tokens: IAM roles for service accounts.
    STS "sts";
    /// X-Ray.
    XRAY "xray";
}

/// The services whose *interface* endpoints have names in China that begin with `cn.com.amazonaws`.
///
/// From the table of the AWS CDK, which agrees with eksctl's on `cloudformation`, `ec2`, `ecr.api`,
/// `ecr.dkr` and `sts`; `autoscaling` is plain in eksctl's. Sorted, because it is searched.
const CHINA: &[&str] = &[
    "account",
    "application-autoscaling",
    "appmesh-envoy-management",
    "athena",
    "autoscaling",
    "awsconnector",
    "backup",
    "batch",
    "cassandra",
    "cloudcontrolapi",
    "cloudformation",
    "codedeploy-commands-secure",
    "databrew",
    "dms",
    "ebs",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "elasticache",
    "elasticbeanstalk",
    "elasticfilesystem",
    "elasticfilesystem-fips",
    "emr-containers",
    "execute-api",
    "fsx",
    "imagebuilder",
    "kinesis-streams",
    "lambda",
    "license-manager",
    "monitoring",
    "rds",
    "redshift",
    "redshift-data",
    "s3",
    "securityhub",
    "servicecatalog",
    "sqs",
    "states",
    "sts",
    "sync-states",
    "synthetics",
    "transfer",
    "xray",
];

impl EndpointService {
    /// Reads a short name (`ecr.api`) or a full one (`com.amazonaws.us-east-1.ecr.api`).
    ///
    /// # Errors
    ///
    /// [`ServiceError`] if it is empty, has a character other than lower-case letters, digits, `.`
    /// and `-`, or an empty element between dots. Whether the service exists is not known here.
    pub fn parse(name: &str) -> Result<Self, ServiceError> {
        if name.is_empty() {
            return Err(ServiceError::Empty);
        }
        if let Some(wrong) = name
            .chars()
            .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '.' | '-'))
        {
            return Err(ServiceError::Character(wrong));
        }
        if name.split('.').any(str::is_empty) {
            return Err(ServiceError::EmptyElement);
        }
        Ok(Self(Cow::Owned(name.to_owned())))
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name is a full one, which is used as it is.
    pub fn is_full_name(&self) -> bool {
        ["com.", "cn.com.", "aws."]
            .iter()
            .any(|prefix| self.0.starts_with(prefix))
    }

    /// The short name, also where the full name of a service of AWS was written.
    pub fn short_name(&self) -> &str {
        let name: &str = &self.0;
        let Some(rest) = name
            .strip_prefix("cn.")
            .unwrap_or(name)
            .strip_prefix("com.amazonaws.")
        else {
            return name;
        };
        match rest.split_once('.') {
            Some((region, service)) if Region::parse(region).is_ok() => service,
            _ => rest,
        }
    }

    /// The kind of endpoint to make where nobody says: a gateway where there is one, for it is free.
    ///
    /// An S3 or `DynamoDB` *interface* endpoint can be made too: see [`service_name_as`](Self::service_name_as).
    pub fn kind(&self) -> EndpointKind {
        match self.short_name() {
            "s3" | "dynamodb" => EndpointKind::Gateway,
            _ => EndpointKind::Interface,
        }
    }

    /// The full name of the service in a region, for an endpoint of its usual [kind](Self::kind).
    pub fn service_name(&self, region: Region) -> String {
        self.service_name_as(region, self.kind())
    }

    /// The full name of the service in a region, for an endpoint of a kind.
    ///
    /// Only China tells the kinds apart: there, S3 has `com.amazonaws.cn-north-1.s3` for gateways
    /// and `cn.com.amazonaws.cn-north-1.s3` for interfaces.
    pub fn service_name_as(&self, region: Region, kind: EndpointKind) -> String {
        let name: &str = &self.0;
        if self.is_full_name() {
            return name.to_owned();
        }
        if *self == Self::ROUTE53 {
            return format!("com.amazonaws.{name}");
        }
        let china = region.partition() == Partition::AwsCn
            && kind == EndpointKind::Interface
            && CHINA.binary_search(&name).is_ok();
        let prefix = if china { "cn." } else { "" };
        format!("{prefix}com.amazonaws.{region}.{name}")
    }

    /// Whether the endpoint takes a policy that looks at who calls.
    ///
    /// Those of `eks` and `oidc-eks` take none (EKS User Guide, "Access Amazon EKS using AWS `PrivateLink`"); callers of
    /// `rolesanywhere` have certificates, not credentials; nor do services of other companies take one.
    pub fn takes_policy(&self) -> bool {
        let name = self.short_name();
        let others = name.starts_with("vpce.") || (self.is_full_name() && name == self.as_str());
        !others
            && ![&Self::EKS, &Self::OIDC_EKS, &Self::ROLES_ANYWHERE]
                .iter()
                .any(|without| without.0 == name)
    }

    /// Whether AWS says that the endpoint does not exist in a region.
    ///
    /// `eks` is missing in four regions (EKS User Guide, "Access Amazon EKS using AWS `PrivateLink`"). `false` is no
    /// promise: AWS publishes no list of services by region.
    pub fn is_absent_in(&self, region: Region) -> bool {
        let without_eks = [
            Region::ApEast2,
            Region::ApSoutheast5,
            Region::ApSoutheast7,
            Region::MxCentral1,
        ];
        self.short_name() == Self::EKS.0 && without_eks.contains(&region)
    }

    /// Whether an endpoint is made by itself in a region: not where it is absent, and for Route 53, which belongs to a
    /// partition, only in the one that is known to have an endpoint for it.
    pub(crate) fn is_offered_in(&self, region: Region) -> bool {
        let elsewhere =
            self.short_name() == Self::ROUTE53.0 && region.partition() != Partition::Aws;
        !elsewhere && !self.is_absent_in(region)
    }

    /// The region that the service runs in, where that is not the endpoint's: Route 53's API is in us-east-1.
    ///
    /// Source: AWS `PrivateLink` guide, "Cross-Region enabled AWS services".
    pub fn home_region(&self, region: Region) -> Option<Region> {
        let global = self.short_name() == Self::ROUTE53.0;
        (global && region.partition() == Partition::Aws && region != Region::UsEast1)
            .then_some(Region::UsEast1)
    }
}

impl fmt::Display for EndpointService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for EndpointService {
    type Err = ServiceError;

    fn from_str(name: &str) -> Result<Self, ServiceError> {
        Self::parse(name)
    }
}

/// Why a text is not the name of an endpoint service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceError {
    /// There is nothing.
    Empty,
    /// A character that no such name has.
    Character(char),
    /// Nothing before, between or behind dots.
    EmptyElement,
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the name of the service is empty"),
            Self::Character(c) => write!(
                f,
                "{c:?} cannot stand in the name of a service: only lower-case letters, digits, `.` and `-`"
            ),
            Self::EmptyElement => f.write_str("the name of the service has a dot too many"),
        }
    }
}

impl std::error::Error for ServiceError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::panic)] // a broken table is what the tests look for
    fn service(name: &str) -> EndpointService {
        EndpointService::parse(name).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    #[test]
    fn names_follow_the_partition() {
        for (name, region, full) in [
            (
                "ecr.api",
                Region::UsEast1,
                "com.amazonaws.us-east-1.ecr.api",
            ),
            ("s3", Region::UsEast1, "com.amazonaws.us-east-1.s3"),
            (
                "ecr.api",
                Region::CnNorth1,
                "cn.com.amazonaws.cn-north-1.ecr.api",
            ),
            (
                "ecr.dkr",
                Region::CnNorthwest1,
                "cn.com.amazonaws.cn-northwest-1.ecr.dkr",
            ),
            ("s3", Region::CnNorth1, "com.amazonaws.cn-north-1.s3"),
            ("logs", Region::CnNorth1, "com.amazonaws.cn-north-1.logs"),
            ("ssm", Region::CnNorth1, "com.amazonaws.cn-north-1.ssm"),
            (
                "ecr.api",
                Region::UsGovWest1,
                "com.amazonaws.us-gov-west-1.ecr.api",
            ),
            ("s3", Region::UsGovWest1, "com.amazonaws.us-gov-west-1.s3"),
            ("route53", Region::UsEast1, "com.amazonaws.route53"),
        ] {
            assert_eq!(service(name).service_name(region), full);
        }
        assert_eq!(
            EndpointService::S3.service_name_as(Region::CnNorth1, EndpointKind::Interface),
            "cn.com.amazonaws.cn-north-1.s3"
        );
    }

    #[test]
    fn full_names_stay() {
        for full in [
            "com.amazonaws.eu-west-1.s3",
            "cn.com.amazonaws.cn-north-1.sts",
            "com.amazonaws.vpce.us-east-1.vpce-svc-0e123abc123198abc",
            "aws.sagemaker.us-east-1.studio",
        ] {
            assert!(service(full).is_full_name());
            assert_eq!(service(full).service_name(Region::CnNorth1), full);
        }
        assert!(!service("comprehend").is_full_name());
    }

    #[test]
    fn kinds_and_restrictions_see_through_full_names() {
        assert_eq!(service("s3").kind(), EndpointKind::Gateway);
        assert_eq!(service("dynamodb").kind(), EndpointKind::Gateway);
        assert_eq!(
            service("com.amazonaws.eu-west-1.s3").kind(),
            EndpointKind::Gateway
        );
        assert_eq!(service("s3-outposts").kind(), EndpointKind::Interface);
        assert_eq!(service("com.amazonaws.route53").short_name(), "route53");
        assert_eq!(
            service("cn.com.amazonaws.cn-north-1.ecr.api").short_name(),
            "ecr.api"
        );
        assert!(service("eks-auth").takes_policy());
        assert!(!service("eks").takes_policy());
        assert!(!service("com.amazonaws.ap-southeast-5.eks").takes_policy());
        assert!(!service("com.amazonaws.vpce.us-east-1.vpce-svc-0e123abc").takes_policy());
        assert!(!service("oidc-eks").takes_policy());
        assert!(service("com.amazonaws.eu-west-1.sts").takes_policy());
        for region in [
            Region::ApSoutheast5,
            Region::ApSoutheast7,
            Region::MxCentral1,
        ] {
            assert!(service("eks").is_absent_in(region));
        }
        assert!(!service("route53").is_offered_in(Region::CnNorth1));
        assert!(service("route53").is_offered_in(Region::EuWest1));
        assert!(!service("eks").is_offered_in(Region::MxCentral1));
        assert_eq!(
            service("route53").home_region(Region::EuWest1),
            Some(Region::UsEast1)
        );
        assert_eq!(service("route53").home_region(Region::UsEast1), None);
        assert_eq!(service("sts").home_region(Region::EuWest1), None);
        assert!(!service("eks").is_absent_in(Region::ApSoutheast4));
        assert!(!service("eks-auth").is_absent_in(Region::ApSoutheast5));
    }

    #[test]
    fn tables_are_sorted_and_valid() {
        for table in [EndpointService::WELL_KNOWN, CHINA] {
            assert!(table.is_sorted_by(|a, b| a < b), "{table:?}");
            for name in table {
                assert_eq!(service(name).as_str(), *name);
            }
        }
        assert_eq!(EndpointService::ECR_API, service("ecr.api"));
    }

    #[test]
    fn wrong_names_are_refused() {
        for (name, error) in [
            ("", ServiceError::Empty),
            ("ECR.api", ServiceError::Character('E')),
            ("ecr_api", ServiceError::Character('_')),
            ("ecr api", ServiceError::Character(' ')),
            ("ecr..api", ServiceError::EmptyElement),
            (".s3", ServiceError::EmptyElement),
            ("com.", ServiceError::EmptyElement),
        ] {
            assert_eq!(EndpointService::parse(name), Err(error), "{name}");
        }
    }
}
