//! What rules look at, as the beginning of their codes says.

/// A part of what is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// `SPEC`: how a spec is written.
    Form,
    /// `PLAN`: what was given out, and what follows from it.
    Plan,
    /// `EKS1`: the VPC and its ranges.
    AddressSpace,
    /// `EKS2`: subnets and their zones.
    Subnets,
    /// `EKS3`: tags and names, and how load balancers find subnets.
    LoadBalancers,
    /// `EKS4`: routes, gateways and NAT.
    Routing,
    /// `EKS5`: security groups.
    SecurityGroups,
    /// `EKS6`: the API endpoint and VPC endpoints.
    Endpoints,
    /// `EKS7`: pods and the VPC CNI.
    Pods,
    /// `EKS8`: node groups, Fargate, and other places for pods.
    Compute,
    /// `EKS9`: quotas, templates and operation.
    Templates,
}

impl Area {
    /// All of them, in the order of the list of rules.
    pub const ALL: [Self; 11] = [
        Self::Form,
        Self::Plan,
        Self::AddressSpace,
        Self::Subnets,
        Self::LoadBalancers,
        Self::Routing,
        Self::SecurityGroups,
        Self::Endpoints,
        Self::Pods,
        Self::Compute,
        Self::Templates,
    ];

    /// The area of a code; nothing for what is no code of a rule.
    pub const fn of(code: &str) -> Option<Self> {
        Some(match code.as_bytes() {
            [b'S', b'P', b'E', b'C', ..] => Self::Form,
            [b'P', b'L', b'A', b'N', ..] => Self::Plan,
            [b'E', b'K', b'S', b'1', ..] => Self::AddressSpace,
            [b'E', b'K', b'S', b'2', ..] => Self::Subnets,
            [b'E', b'K', b'S', b'3', ..] => Self::LoadBalancers,
            [b'E', b'K', b'S', b'4', ..] => Self::Routing,
            [b'E', b'K', b'S', b'5', ..] => Self::SecurityGroups,
            [b'E', b'K', b'S', b'6', ..] => Self::Endpoints,
            [b'E', b'K', b'S', b'7', ..] => Self::Pods,
            [b'E', b'K', b'S', b'8', ..] => Self::Compute,
            [b'E', b'K', b'S', b'9', ..] => Self::Templates,
            _ => return None,
        })
    }

    /// The area of a line of the registry, which does not compile where its code has none.
    #[expect(clippy::panic, reason = "it is called by the compiler alone")]
    pub(super) const fn of_registered(code: &str) -> Self {
        match Self::of(code) {
            Some(area) => area,
            None => panic!("no area has codes like this one"),
        }
    }

    /// What it is called in the list of rules.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Form => "The form of a spec",
            Self::Plan => "The plan",
            Self::AddressSpace => "VPC and address space",
            Self::Subnets => "Subnets and zones",
            Self::LoadBalancers => "Tags, names and load balancers",
            Self::Routing => "Routes, gateways and NAT",
            Self::SecurityGroups => "Security groups",
            Self::Endpoints => "The API endpoint and VPC endpoints",
            Self::Pods => "Pods and the VPC CNI",
            Self::Compute => "Node groups and Fargate",
            Self::Templates => "Quotas and templates",
        }
    }
}
