//! Software that runs in clusters and calls AWS, and what it asks of a network without internet.
//!
//! # Where the facts come from
//!
//! Read on 2026-11-23: the EKS User Guide, "Deploy private clusters with limited internet access"; and for what each program
//! calls, its own documentation, as each entry says.

use std::fmt;

/// Declares the software: its word, what people call it, the services that it calls, and what to set without internet.
macro_rules! software {
    ($($(#[$doc:meta])+ $variant:ident $word:literal $title:literal {
        $($service:literal: $why:literal,)+
        $(offline: $setting:literal,)?
    })*) => {
        /// Software that somebody installs into the cluster and that calls AWS.
        ///
        /// eksnet installs none of it. It only says which endpoints a network without internet needs for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Software {
            $($(#[$doc])+ $variant,)*
        }

        impl Software {
            /// All that eksnet knows, by word.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word of a spec.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What people call it.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)*
                }
            }

            /// The services that it calls, by their short names, each with what for.
            pub const fn calls(self) -> &'static [(&'static str, &'static str)] {
                match self {
                    $(Self::$variant => &[$(($service, $why),)+],)*
                }
            }

            /// What must be set in it where there is no internet.
            pub const fn offline_setting(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => software!(@setting $($setting)?),)*
                }
            }
        }
    };
    (@setting) => { None };
    (@setting $setting:literal) => { Some($setting) };
}

software! {
    /// Agents that send the logs of nodes and pods to `CloudWatch` Logs, such as Fluent Bit.
    CloudwatchLogs "cloudwatch-logs" "CloudWatch Logs agents" {
        "logs": "sends log lines",
    }
    /// The `CloudWatch` agent with Container Insights.
    CloudwatchMetrics "cloudwatch-metrics" "the CloudWatch agent" {
        "ec2": "reads the tags and volumes of its node",
        "logs": "sends the events that Container Insights makes metrics of",
        "monitoring": "sends metrics",
    }
    /// The Kubernetes Cluster Autoscaler.
    ClusterAutoscaler "cluster-autoscaler" "the Cluster Autoscaler" {
        "autoscaling": "reads and resizes Auto Scaling groups",
        "ec2": "reads launch templates",
        "eks": "reads labels and taints of node groups that have no node",
        "sts": "AWS asks for it beside `autoscaling`",
        offline: "start it with `--aws-use-static-instance-list=true`: it reads the list of instance types from an address outside otherwise",
    }
    /// The CSI driver for EBS volumes.
    EbsCsi "ebs-csi" "the EBS CSI driver" {
        "ec2": "makes and attaches volumes",
    }
    /// The CSI driver for EFS file systems.
    EfsCsi "efs-csi" "the EFS CSI driver" {
        "ec2": "finds the zones of mount targets",
        "elasticfilesystem": "finds file systems and makes access points",
        offline: "pull its images from the registry of the cluster's region: its manifests name another one",
    }
    /// `ExternalDNS` with Route 53.
    ExternalDns "external-dns" "ExternalDNS" {
        "route53": "writes records",
    }
    /// The agent of `GuardDuty` Runtime Monitoring.
    GuarddutyAgent "guardduty-agent" "the GuardDuty agent" {
        "guardduty-data": "sends what it sees",
    }
    /// The AWS Load Balancer Controller.
    LoadBalancerController "load-balancer-controller" "the AWS Load Balancer Controller" {
        "ec2": "finds subnets and security groups, and writes rules",
        "elasticloadbalancing": "makes load balancers and registers targets",
        offline: "start it with `--aws-region` and `--aws-vpc-id`, which it cannot ask nodes for, and `--enable-shield=false --enable-waf=false --enable-wafv2=false`, and name certificates by ARN: Shield, WAF and ACM have no endpoint that it could reach",
    }
    /// The Secrets Store CSI driver with AWS's provider.
    SecretsStoreCsi "secrets-store-csi" "the Secrets Store CSI driver" {
        "secretsmanager": "reads secrets",
        "ssm": "reads parameters",
    }
    /// Session Manager: shells on nodes without SSH.
    SessionManager "session-manager" "Session Manager" {
        "ec2messages": "carries commands to the agent of a node",
        "ssm": "registers the agent of a node",
        "ssmmessages": "carries sessions",
    }
    /// The X-Ray daemon, or a collector that exports to X-Ray.
    XRay "x-ray" "X-Ray" {
        "xray": "sends traces",
    }
}

impl fmt::Display for Software {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::EndpointService;

    #[test]
    fn words_are_in_order_and_services_are_known() {
        assert!(
            Software::ALL
                .windows(2)
                .all(|two| two[0].as_str() < two[1].as_str())
        );
        for software in Software::ALL {
            let calls = software.calls();
            assert!(
                calls.windows(2).all(|two| two[0].0 < two[1].0),
                "{software}"
            );
            for (service, _) in calls {
                assert!(
                    EndpointService::WELL_KNOWN.contains(service),
                    "{software} calls {service}"
                );
            }
        }
    }
}
