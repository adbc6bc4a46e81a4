//! The registry: every rule with its code, its severity and what it says in one line, and the version that it came with
//! where that is not the first one: `EKS999 Warning "…" since "0.2.0";`.
//!
//! A code is for ever. To add a rule: a line here, a function that finds it, a page `docs/rules/<code>.md` with a bad and
//! a good example, which are its tests.

pub use super::area::Area;
#[cfg(feature = "cli")]
use crate::diagnostic::Description;
use crate::diagnostic::{Code, Finding, Origin, Severity};

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its code, for ever.
    pub code: Code,
    /// How bad it is when it is broken.
    pub severity: Severity,
    /// What it demands, in one line.
    pub summary: &'static str,
    /// What it looks at, as its code says.
    pub area: Area,
    /// The version of eksnet that it came with.
    pub since: &'static str,
    /// Its page, Markdown.
    #[cfg(feature = "cli")]
    pub page: &'static str,
}

impl Rule {
    /// A finding of this rule.
    pub(crate) fn at(&self, origin: Origin, message: impl Into<String>) -> Finding {
        Finding::new(self.code, self.severity, message, origin)
    }

    /// What a SARIF log says of it.
    #[cfg(feature = "cli")]
    pub(crate) fn description(&self) -> Description<'static> {
        Description {
            summary: self.summary,
            page: self.page,
        }
    }

    /// The rule of a code, in any case.
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL.iter()
            .copied()
            .find(|rule| rule.code.as_str().eq_ignore_ascii_case(code))
    }
}

/// The version that rules came with where their line names no other.
const FIRST: &str = "0.1.0";

macro_rules! rules {
    ($( $code:ident $severity:ident $summary:literal $(since $since:literal)?; )*) => {
        $(
            #[doc = $summary]
            pub const $code: Rule = Rule {
                code: Code(stringify!($code)),
                severity: Severity::$severity,
                summary: $summary,
                area: Area::of_registered(stringify!($code)),
                since: [$($since,)? FIRST][0],
                #[cfg(feature = "cli")]
                page: include_str!(concat!("../../docs/rules/", stringify!($code), ".md")),
            };
        )*

        /// All rules, by area.
        pub const ALL: &[&Rule] = &[$( &$code, )*];
    };
}

rules! {
    SPEC001 Error "a spec is well-formed YAML, JSON or TOML";
    SPEC002 Error "every key of a spec is a known one";
    SPEC003 Error "a key stands once in its map";
    SPEC004 Error "a value is of the kind that its key takes";
    SPEC005 Error "a word is one of those that its key takes";
    SPEC006 Error "a number is within the range that its key takes";
    SPEC007 Error "a spec is of a reasonable size and depth";
    SPEC008 Error "a spec is one document without tags and merge keys";
    SPEC009 Error "a spec is not empty";
    SPEC010 Error "a name refers to something that exists";
    SPEC011 Error "names are made of what AWS and the engines allow";
    SPEC012 Error "nothing is named twice";
    SPEC013 Error "a handle to a tier is used with its own network";
    SPEC014 Error "a tier's zones are zones of its network";
    SPEC015 Error "a value can be read as what it stands for";
    SPEC016 Error "what eksnet cannot decide by itself is stated";
    SPEC017 Error "where several tiers could be meant, one is named";
    SPEC018 Error "keys that mean something only elsewhere are not given";
    SPEC019 Error "no two resources get the same name in a template";
    SPEC020 Error "the layout is one that this version knows";
    SPEC021 Error "a spec can be read";
    SPEC022 Error "two stacks do not write the same files";
    SPEC023 Error "a tier's block is one of its network's, and holds the tier's subnets";
    SPEC024 Error "a reserved range is inside the VPC";
    SPEC025 Error "an existing network is used as it is";
    SPEC026 Error "existing subnets are those of an existing VPC";
    SPEC027 Error "a gateway endpoint in an existing network has route tables";
    SPEC030 Error "nothing leads to the internet out of a fully private network";
    SPEC031 Error "without internet, software that runs in the cluster reaches its services through endpoints";
    SPEC032 Info "an endpoint takes a policy";
    SPEC033 Info "software is told that there is no internet";
    SPEC035 Error "a connection leads to ranges of the other network";
    SPEC036 Error "in a route table each destination has one target";
    SPEC037 Error "a customer gateway has an address and a number that AWS takes";
    SPEC038 Error "somebody leaves by the way to the internet that is asked for";
    SPEC040 Error "what nodes keep warm is what pods take";
    SPEC041 Error "a pinned VPC CNI can do what is asked of it";
    SPEC042 Error "settings of the VPC CNI need its add-on";
    SPEC043 Error "the tier of pods is another than that of their nodes";
    SPEC045 Error "the policies of tenants are enforced by somebody";
    SPEC046 Error "a namespace belongs to one tenant, or to none";
    SPEC047 Error "tenants and strict policies are of IPv4 clusters";
    SPEC050 Error "a file to import is an eksctl ClusterConfig";
    SPEC051 Warning "what a ClusterConfig says is carried over";
    SPEC052 Warning "zones of a ClusterConfig are given with their ids";
    SPEC053 Error "a value of a ClusterConfig is of the kind that eksctl takes";
    SPEC054 Info "what eksctl does without being told is known";
    SPEC055 Error "`--format eksctl` is for clusters that eksctl makes";
    SPEC056 Error "a cluster that eksctl makes is asked for what eksctl can say";
    SPEC060 Error "a Fargate selector can match a pod";
    SPEC063 Error "a pod group is not called like a group of the stack";
    SPEC064 Error "namespaces and labels of pods are ones that Kubernetes takes";
    SPEC065 Error "security groups of pods are made for IPv4 clusters";
    SPEC066 Warning "a pod group's rules pass the policies of its tenant";
    SPEC070 Error "a security group of nodes is called like no other group";
    SPEC071 Error "pods are in the security group of their nodes";
    SPEC072 Error "nodes with a security group of their own keep others' pods off";
    SPEC073 Error "what is to run on all nodes speaks with all nodes";
    SPEC074 Warning "a security group of nodes has nodes";
    SPEC075 Error "an add-on that EKS Auto Mode has built in is not pinned";
    SPEC076 Error "pods are placed by a node class where there is one";
    SPEC077 Warning "in the restricted mode nodes carry the stack's own group";
    SPEC078 Error "hybrid nodes beside EKS Auto Mode find names";
    SPEC080 Warning "a region has the NAT gateways that are asked for";
    SPEC081 Error "tiers in Local Zones leave through gateways of zones";
    SPEC083 Error "a tier is in Availability Zones or in Local Zones, which have parents";
    SPEC084 Error "what AWS keeps to Availability Zones does not stand in Local Zones";
    SPEC085 Error "only warnings and remarks are allowed, each with its reason";
    SPEC086 Warning "what is allowed occurs";
    SPEC090 Error "a template to read is one of CloudFormation, without macros";
    SPEC091 Error "names in a template to read name something, and nothing waits for itself";
    SPEC092 Error "values of parameters are ones that the template takes";
    SPEC093 Error "a plan or state of Terraform to read is one that `terraform show -json` printed";

    PLAN001 Error "every subnet has room in the network";
    PLAN002 Error "a number of zones is one that the region has";
    PLAN003 Error "a zone belongs to the stack's region";
    PLAN004 Info "CoreDNS is installed once there is something to run it";
    PLAN005 Info "somebody can use the cluster's API";
    PLAN006 Error "the instance types of a node group have one architecture";
    PLAN007 Warning "nodes that Karpenter starts may join the cluster";
    PLAN008 Error "the ledger can be read";
    PLAN009 Error "ranges of a ledger do not overlap";
    PLAN010 Error "a subnet of the ledger keeps its range";
    PLAN011 Error "what a removed subnet had is given out once it is released";
    PLAN012 Error "every subnet of a dual-stack network has a /64 of its own";
    PLAN013 Error "subnets that exist are adopted by their tiers";
    PLAN014 Warning "a node group keeps its subnets";
    PLAN015 Warning "a NAT gateway keeps its address";
    PLAN016 Error "a stack keeps the VPC that it built";
    PLAN017 Info "existing subnets have the tags that the cluster needs";
    PLAN018 Info "an existing VPC has what a cluster needs of it";
    PLAN019 Error "an inbound resolver has addresses in two zones";
    PLAN022 Info "the other side of a connection leads back";
    PLAN023 Warning "both engines make the whole of a peering";
    PLAN025 Warning "every subnet of the pods' tier is used";
    PLAN031 Warning "a pod is of one Fargate profile";
    PLAN033 Info "pods with security groups of their own get roles in a way that reaches them";
    PLAN034 Warning "who may ask the inbound resolver is in a connected network";
    PLAN035 Error "a service account has one role";
    PLAN036 Warning "pods with Pod Identity run on nodes";
    PLAN037 Error "Pod Identity has its agent";
    PLAN038 Warning "hybrid nodes may join the cluster";
    PLAN039 Warning "network policies hold for all pods";
    PLAN045 Info "kubelets of nodes with a security group of their own probe the pods on them";
    PLAN050 Warning "AWS's own node pools have room and a way out";
    PLAN051 Info "nodes of EKS Auto Mode start once their manifests are applied";
    PLAN058 Info "an account opts in to its Local Zones";
    PLAN059 Info "subnets in Local Zones have IPv4 alone";
    PLAN060 Warning "nodes are in one Local Zone of a network";
    PLAN061 Warning "subnets in Local Zones reach no network by VPN";

    EKS105 Error "a block of a VPC is a /16 to a /28";
    EKS106 Error "a block of a VPC is not loopback, link-local, multicast or 0.0.0.0/8";
    EKS107 Warning "a block of a VPC leaves 172.17.0.0/16 to Docker";
    EKS108 Warning "a block of a VPC is private";
    EKS109 Error "ranges are written without bits below the prefix";
    EKS110 Error "the blocks of a VPC do not overlap";
    EKS111 Error "a further block is of a family that the VPC's primary block allows";
    EKS112 Error "nothing in 10.0.0.0/16 joins a VPC with a block in 10.0.0.0/15";
    EKS113 Error "nothing in 172.31.0.0/16 joins a VPC in 172.16.0.0/12";
    EKS114 Error "no route leads to a part of the VPC's own blocks";
    EKS115 Warning "a VPC has at most 5 blocks";
    EKS116 Error "a VPC keeps its primary block";
    EKS118 Error "the blocks of a VPC do not overlap connected networks";
    EKS119 Warning "the service range does not overlap connected networks";
    EKS120 Error "the service range is private";
    EKS121 Error "the service range is a /12 to a /24";
    EKS122 Error "the service range does not overlap the VPC";
    EKS125 Error "an IPv6 cluster has no IPv4 range of services";
    EKS127 Error "IPv6 clusters are not in China";
    EKS128 Error "IPv6 clusters have a new enough Kubernetes and VPC CNI";
    EKS129 Error "the network of an IPv6 cluster has both families";
    EKS132 Warning "node groups fit their tiers";
    EKS133 Info "a network has room for further subnets";
    EKS134 Warning "a further block for pods lies in 100.64.0.0/10";
    EKS136 Warning "what talks to connected networks has addresses that are routed there";
    EKS137 Info "a network fits 64,000 units of network address usage";
    EKS138 Warning "a VPC has flow logs";
    EKS140 Error "a VPC has at most 50 blocks";

    EKS202 Error "a cluster has subnets in two zones";
    EKS203 Error "cluster subnets are in zones that EKS accepts";
    EKS204 Error "cluster subnets are not in Wavelength Zones";
    EKS205 Error "cluster subnets are not in Local Zones";
    EKS206 Error "cluster subnets have 6 free addresses";
    EKS207 Warning "cluster subnets have 16 free addresses";
    EKS209 Warning "the control plane has small subnets of its own";
    EKS210 Warning "cluster subnets are private";
    EKS212 Error "a subnet is a /16 to a /28 inside the VPC and overlaps no other";
    EKS221 Warning "nodes are in private subnets";
    EKS223 Info "a production network spans three zones";
    EKS225 Error "a cluster keeps its zones";
    EKS240 Error "zones are named by id";
    EKS304 Warning "role tags of load balancers fit the access of their subnets";
    EKS306 Error "subnets for load balancers do not belong to another cluster alone";

    EKS308 Warning "load balancers have subnets in two zones";
    EKS310 Warning "subnets for load balancers have 8 free addresses";
    EKS311 Error "subnets for load balancers are a /27 or larger";
    EKS312 Error "each zone has one tagged subnet for each load-balancer role";
    EKS314 Error "all subnets of a load balancer are in zones of one kind";
    EKS318 Error "some subnet is left for pods";
    EKS320 Error "nodes carry one security group with the cluster's tag";
    EKS322 Error "tags do not begin with `aws:`, and there are at most 50";
    EKS323 Error "a cluster's name is 1 to 100 letters, digits, `-` and `_`";

    EKS403 Error "subnets with nodes have a way out";
    EKS404 Error "a public NAT gateway has one Elastic IP";
    EKS406 Warning "private subnets leave through a NAT gateway in their own zone";
    EKS408 Error "a regional NAT gateway has no subnet and no address of its own";
    EKS410 Info "a regional NAT gateway takes time to reach a zone";
    EKS411 Warning "the addresses of a regional NAT gateway are not needed before it stands";
    EKS420 Error "a route table has at most 100 propagated routes";
    EKS423 Warning "S3 is reached through its gateway endpoint";
    EKS424 Warning "subnets in Local Zones leave through the NAT gateway of their parent";

    EKS512 Warning "nodes and control plane are not open to the internet";
    EKS523 Error "a security group's name and description fit";
    EKS524 Error "a rule has a description that AWS accepts";
    EKS528 Info "nothing rides on the VPC's default security group";
    EKS532 Warning "a security group fits the default quota of 60 rules in each direction";

    EKS602 Warning "nodes reach the API inside the VPC";
    EKS603 Warning "the API does not answer the whole internet";
    EKS604 Error "at most 40 ranges reach the API from outside";
    EKS605 Error "nodes outside the private endpoint are among its clients";
    EKS606 Error "clients of the API have public addresses";
    EKS607 Error "IPv6 clients are for IPv6 clusters";
    EKS608 Info "the API of an IPv4 cluster answers by IPv4";
    EKS610 Info "a private API is reached from the VPC and connected networks only";
    EKS611 Info "connected networks are led to the private side of the API";
    EKS617 Error "without internet, the API has its private side";
    EKS618 Info "without internet, images come from a registry that can be reached";
    EKS619 Error "without internet, images come through endpoints";
    EKS620 Error "without internet, nodes reach the EC2 API through an endpoint";
    EKS621 Error "without internet, roles of service accounts have the endpoint of STS";
    EKS622 Error "without internet, Pod Identity has its endpoint";
    EKS623 Error "without internet, the load balancer controller has its endpoint";
    EKS624 Error "without internet, the Cluster Autoscaler has its endpoints";
    EKS625 Error "without internet, agents of CloudWatch have their endpoints";
    EKS626 Error "without internet, Karpenter has its endpoints";
    EKS627 Error "without internet, Session Manager has its endpoints";
    EKS628 Error "without internet, X-Ray has its endpoint";
    EKS629 Error "an endpoint's service exists in the region";
    EKS633 Warning "interface endpoints stand in the zones of the nodes";
    EKS644 Error "without internet, the EFS driver has its endpoint";
    EKS646 Info "connected networks reach a private API";
    EKS649 Error "a policy of an endpoint has at most 20,480 characters";
    EKS650 Warning "clients of the API are not documentation ranges";

    EKS707 Warning "warm addresses have a minimum, and are not zero";
    EKS710 Error "prefixes are for types on Nitro";
    EKS711 Error "prefixes need version 1.9.0 of the VPC CNI";
    EKS712 Info "shared subnets keep room for prefixes";
    EKS714 Error "with prefixes, at least one is kept warm";
    EKS730 Error "nodes of IPv6 clusters run on Nitro";
    EKS731 Error "IPv6 clusters have no custom networking";
    EKS733 Warning "what leaves a network with IPv6 leaves by both families";
    EKS742 Error "the VPC CNI enforces policies on nodes, from a version that can";
    EKS744 Info "in strict mode pods wait for their policies";
    EKS747 Warning "Calico hears of a pod's address from the VPC CNI";
    EKS748 Info "where policies are enforced, namespaces begin closed";
    EKS752 Error "custom networking has a subnet for pods in every zone that has nodes";
    EKS768 Error "a pinned kube-proxy goes with the cluster's version";
    EKS772 Error "pods that keep their own address have a way out of their own";
    EKS781 Error "nodes for pods with security groups of their own take a trunk interface";
    EKS783 Error "pods on nodes of EKS Auto Mode have no security groups of their own";
    EKS785 Warning "nodes have branch interfaces for all pods with security groups of their own";
    EKS786 Error "pods carry 1 to 5 security groups";
    EKS787 Error "pods on Fargate with security groups of their own carry the cluster's, too";
    EKS788 Error "pods with security groups of their own are in private subnets in strict mode";
    EKS789 Error "what looks into pods' traffic on their node has mode `standard`";
    EKS793 Warning "a pod group's rules to the outside decide";
    EKS794 Error "the VPC CNI is new enough for security groups of pods";

    EKS804 Error "a node group has 1 to 20 instance types";
    EKS805 Error "a node group's name has at most 63 characters";
    EKS808 Warning "nodes are in two zones";
    EKS810 Error "a node group has between its least and most nodes, at most 450";
    EKS820 Error "a Fargate profile uses private subnets";
    EKS821 Error "a Fargate profile has 1 to 5 selectors with at most 5 labels";
    EKS822 Warning "a cluster has at most 10 Fargate profiles";
    EKS825 Error "pods that Calico's policies hold run on nodes";
    EKS826 Error "a Fargate profile is in Availability Zones";
    EKS830 Info "custom networking is not for pods on Fargate";
    EKS833 Warning "pods find names where all run on Fargate";
    EKS856 Error "EKS Auto Mode takes no settings of the VPC CNI";
    EKS857 Error "network policies of EKS Auto Mode are enforced by itself, on nodes that can be told";
    EKS858 Error "SNAT of EKS Auto Mode is on or off for all that leaves the VPC";
    EKS866 Error "hybrid nodes have 1 to 15 ranges, and their pods at most 15";
    EKS867 Error "ranges of hybrid nodes are private";
    EKS868 Error "ranges of hybrid nodes overlap nothing else";
    EKS869 Error "hybrid nodes join an IPv4 cluster";
    EKS870 Warning "hybrid nodes reach the API on one side";
    EKS871 Error "a connection leads to hybrid nodes";
    EKS887 Warning "an attachment to a transit gateway has a small subnet of its own in every zone";

    EKS901 Error "a template has at most 500 resources";
    EKS902 Error "a template has at most 1 MB";
    EKS903 Error "a template has at most 200 outputs";
    EKS904 Error "a stack's name begins with a letter and fits all that is named after it";
    EKS905 Warning "a VPC fits the default quota of 200 subnets";
    EKS906 Warning "the Elastic IPs fit the default quota of 5";
    EKS907 Warning "a zone fits the default quota of 5 NAT gateways";
    EKS909 Warning "a VPC fits the default quota of 50 interface endpoints";
}
