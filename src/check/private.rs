//! Networks and nodes without a way to the internet: what leads out all the same, and what nodes lack.

use super::compute::auto_tiers;
use crate::check::rules;
use crate::diagnostic::{Finding, Findings, Origin, Severity};
use crate::network::{Access, At, Cluster, EndpointService, NatCount, Software, Stack, Way};
use crate::plan::{Caller, Need, Plan, needs, private_needs};

/// What leads to the internet out of a network that is said to have no such way.
pub(super) fn check(stack: &Stack, findings: &mut Findings) {
    let Some(private) = stack.network.fully_private else {
        return;
    };
    for tier in &*stack.network.tiers {
        if tier.access == Access::Public {
            findings.push(
                rules::SPEC030
                    .at(
                        tier.name.origin,
                        format!("tier `{}` is public", tier.name.value),
                    )
                    .related(private, "the network is fully private")
                    .note("a public tier brings an internet gateway")
                    .help_in(
                        "write `access: private`, or leave `fully-private` out",
                        "use `Tier::private` with `Nat::none()`",
                    ),
            );
        }
        if let Some(nat) = &tier.nat
            && nat.count.value != NatCount::None
        {
            findings
                .push(nat_of_private(&nat.count).related(private, "the network is fully private"));
        }
    }
    transit(stack, private, findings);
}

/// A transit gateway that leads to the internet, too.
fn transit(stack: &Stack, private: Origin, findings: &mut Findings) {
    let links = stack
        .network
        .connected
        .iter()
        .filter_map(|to| to.link.as_ref());
    for link in links {
        let Way::TransitGateway(attachment) = &link.by else {
            continue;
        };
        if let Some(origin) = attachment.internet {
            findings.push(
                rules::SPEC030
                    .at(origin, "a fully private network has no way to the internet through a transit gateway")
                    .related(private, "the network is fully private")
                    .note("endpoints are worked out for clusters that reach nothing else")
                    .help_in(
                        "leave `internet` out, or `fully-private`",
                        "leave `.internet()` out, or `.fully_private()`",
                    ),
            );
        }
    }
}

/// A NAT gateway in a network without internet.
pub(crate) fn nat_of_private(count: &At<NatCount>) -> Finding {
    rules::SPEC030
        .at(count.origin, "a fully private network has no NAT gateways")
        .note("a NAT gateway leads to the internet; endpoints lead to AWS's services")
        .help_in("leave `nat` out", "use `Nat::none()`")
}

/// Who stands in tiers without a way out.
struct Offline<'a> {
    stack: &'a Stack,
    plan: &'a Plan,
    cluster: &'a Cluster,
    /// Where the first of them is, and the tier's name.
    first: Option<(Origin, &'a str)>,
    /// Whether a subnet of that tier exists, and its route table is not stated: the endpoint for S3 is a route in it.
    unrouted: bool,
    nodes: bool,
    fargate: bool,
}

/// What nodes and pods without internet need, by the rule that says so.
///
/// Source: EKS user guide, "Deploy private clusters with limited internet access".
pub(super) fn check_plan(stack: &Stack, plan: &Plan, findings: &mut Findings) {
    let Some(cluster) = &stack.cluster else {
        return;
    };
    let offline = Offline::of(stack, plan, cluster);
    if offline.first.is_none() && stack.network.fully_private.is_none() {
        return;
    }
    offline.api(findings);
    offline.lacks(findings);
    offline.absent(findings);
    offline.settings(findings);
}

impl<'a> Offline<'a> {
    fn of(stack: &'a Stack, plan: &'a Plan, cluster: &'a Cluster) -> Self {
        let is_offline = |index: &usize| {
            plan.tiers
                .get(*index)
                .is_some_and(|tier| tier.access != Access::Public && !plan.leaves(*index))
        };
        let groups = cluster.node_groups.iter().map(|g| g.tier.origin);
        let profiles = cluster.fargate.iter().map(|p| p.tier.origin);
        let mut all = groups
            .zip(&plan.node_tiers)
            .chain(profiles.zip(&plan.fargate_tiers))
            .map(|(origin, tier)| (origin, *tier))
            .chain(auto_tiers(cluster, plan));
        let first = all.find(|(_, tier)| is_offline(tier));
        let subnets = first.map_or(&[][..], |(_, tier)| &plan.tiers[tier].subnets);
        let mut existing = subnets.iter().filter_map(|s| s.existing.as_ref());
        Self {
            unrouted: existing.any(|subnet| subnet.route_table.is_none()),
            stack,
            plan,
            cluster,
            first: first.map(|(origin, tier)| (origin, plan.tiers[tier].name.as_str())),
            nodes: plan.node_tiers.iter().any(is_offline)
                || plan.auto_tiers().any(|tier| is_offline(&tier)),
            fargate: plan.fargate_tiers.iter().any(is_offline),
        }
    }

    /// Nodes that cannot leave do not reach the public side of the API.
    fn api(&self, findings: &mut Findings) {
        let endpoint = &self.cluster.endpoint;
        if self.stack.network.fully_private.is_some() && !endpoint.value.private_access() {
            findings.push(
                rules::EKS617
                    .at(
                        endpoint.origin,
                        "nodes of a fully private network do not reach the public side of the API",
                    )
                    .note("they join by the private side, or not at all")
                    .help_in(
                        "write `access: private` or `access: public-and-private`",
                        "use `Endpoint::private()` or `Endpoint::public_and_private()`",
                    ),
            );
        }
    }

    fn needs(&self) -> Vec<Need> {
        if self.stack.network.fully_private.is_some() {
            return private_needs(self.stack);
        }
        needs(self.cluster, self.nodes, self.fargate)
    }

    /// Endpoints that are not there. Each is missed once, by the first rule that has a reason for it.
    fn lacks(&self, findings: &mut Findings) {
        let Some((origin, tier)) = self.first else {
            return;
        };
        let mut missed: Vec<(&rules::Rule, Caller, Vec<&str>)> = Vec::new();
        for need in self.needs() {
            let known = missed
                .iter()
                .any(|(_, _, names)| names.contains(&need.service));
            if !need.required || known || self.has(need.service) || self.is_absent(need.service) {
                continue;
            }
            let (rule, caller) = (rule(need), need.reason.caller);
            let same = missed
                .iter_mut()
                .find(|(known, who, _)| known.code == rule.code && (title(*who) == title(caller)));
            match same {
                Some((_, _, names)) => names.push(need.service),
                None => missed.push((rule, caller, vec![need.service])),
            }
        }
        for (rule, caller, names) in missed {
            let names = names.join(", ");
            let consequence = consequence(rule, caller);
            let missing = "has no way to the internet, and the stack makes no endpoint for";
            findings.push(if self.plan.existing.is_some() {
                rule.at(origin, format!("tier `{tier}` {missing} {names}"))
                    .severity(Severity::Info)
                    .note(format!("unless the VPC has them already, {consequence}"))
                    .help(format!(
                        "nothing to do where the VPC has them; else add to `endpoints`: {names}"
                    ))
            } else {
                rule.at(
                    origin,
                    format!("tier `{tier}` has no way to the internet and no endpoint for {names}"),
                )
                .note(consequence)
                .help(format!("add to `endpoints`: {names}"))
            });
        }
    }

    fn has(&self, service: &str) -> bool {
        self.plan.has_endpoint(service) && !(service == "s3" && self.unrouted)
    }

    fn is_absent(&self, service: &str) -> bool {
        EndpointService::parse(service)
            .is_ok_and(|service| !service.is_offered_in(self.stack.region.value))
    }

    /// Endpoints that a fully private network would have if AWS had them in the region.
    fn absent(&self, findings: &mut Findings) {
        let Some(private) = self.stack.network.fully_private else {
            return;
        };
        let region = self.stack.region.value;
        let mut seen: Vec<&str> = Vec::new();
        let mut needs = self.needs();
        needs.sort_by_key(|need| !need.required);
        for need in needs {
            if !self.is_absent(need.service) || seen.contains(&need.service) {
                continue;
            }
            seen.push(need.service);
            let severity = if need.required {
                Severity::Warning
            } else {
                Severity::Info
            };
            findings.push(
                rules::EKS629
                    .at(
                        private,
                        format!(
                            "{region} has no endpoint for {} that is known",
                            need.service
                        ),
                    )
                    .severity(severity)
                    .related(self.stack.region.origin, "the region")
                    .note(format!("{}: {}", need.reason.caller, need.reason.why))
                    .help(without(need.reason.caller)),
            );
        }
    }

    /// What software must be told, and where images come from.
    fn settings(&self, findings: &mut Findings) {
        // Others may have a registry that they reach by a connection.
        if let Some(origin) = self.stack.network.fully_private {
            findings.push(
                rules::EKS618
                    .at(origin, "images come from ECR in this region only")
                    .note("Docker Hub, quay.io, registry.k8s.io and public.ecr.aws are on the internet; images that are metered by AWS Marketplace do not work")
                    .help("copy what you run into a repository of the account: a pull-through cache needs internet for the first pull"),
            );
        }
        for software in &self.cluster.uses {
            let software = software.value;
            if let Some(setting) = software.offline_setting() {
                findings.push(remark(self.uses(software), software.title(), setting));
            }
        }
        if self.cluster.oidc_provider {
            let setting = "use the regional address of STS: SDKs do by themselves since 2025, before that with `AWS_STS_REGIONAL_ENDPOINTS=regional`";
            let who = "what runs with roles of service accounts";
            findings.push(remark(self.cluster.origin, who, setting));
        }
        if self.cluster.karpenter {
            let setting = "set `settings.isolatedVPC=true`, and `instanceProfile` instead of `role` in node classes: neither prices nor IAM have an endpoint that it could reach";
            findings.push(remark(self.cluster.origin, "Karpenter", setting));
        }
    }

    fn uses(&self, software: Software) -> Origin {
        let mut uses = self.cluster.uses.iter();
        uses.find(|one| one.value == software)
            .map_or(self.cluster.origin, |one| one.origin)
    }
}

fn remark(origin: Origin, who: &str, setting: &str) -> Finding {
    rules::SPEC033
        .at(origin, format!("without internet, {who} must be told so"))
        .help(setting)
}

/// Who is named in a finding: one for each program.
const fn title(caller: Caller) -> Option<Software> {
    match caller {
        Caller::Software(software) => Some(software),
        Caller::Asked
        | Caller::Default
        | Caller::Nodes
        | Caller::Fargate
        | Caller::VpcCni
        | Caller::PodIdentity
        | Caller::ServiceAccounts
        | Caller::Karpenter => None,
    }
}

/// The rule that a need belongs to.
fn rule(need: Need) -> &'static rules::Rule {
    match need.reason.caller {
        Caller::Asked | Caller::Default | Caller::Nodes | Caller::Fargate | Caller::VpcCni => {
            if need.service == "ec2" {
                &rules::EKS620
            } else {
                &rules::EKS619
            }
        }
        Caller::PodIdentity => &rules::EKS622,
        Caller::ServiceAccounts => &rules::EKS621,
        Caller::Karpenter => &rules::EKS626,
        Caller::Software(software) => software_rule(software),
    }
}

const fn software_rule(software: Software) -> &'static rules::Rule {
    match software {
        Software::CloudwatchLogs | Software::CloudwatchMetrics => &rules::EKS625,
        Software::ClusterAutoscaler => &rules::EKS624,
        Software::LoadBalancerController => &rules::EKS623,
        Software::SessionManager => &rules::EKS627,
        Software::XRay => &rules::EKS628,
        Software::EfsCsi => &rules::EKS644,
        Software::EbsCsi
        | Software::ExternalDns
        | Software::GuarddutyAgent
        | Software::SecretsStoreCsi => &rules::SPEC031,
    }
}

fn consequence(rule: &rules::Rule, caller: Caller) -> String {
    if rule.code == rules::EKS619.code {
        return "images cannot be pulled".to_owned();
    }
    if rule.code == rules::EKS620.code {
        return "nodes cannot ask EC2 for their name, nor the VPC CNI for addresses".to_owned();
    }
    match caller {
        Caller::PodIdentity => "Pod Identity, and with it the VPC CNI, gets no rights".to_owned(),
        Caller::ServiceAccounts => {
            "pods with roles of service accounts get no credentials".to_owned()
        }
        Caller::Software(_) | Caller::Karpenter => format!("{caller} does not work without"),
        Caller::Asked | Caller::Default | Caller::Nodes | Caller::Fargate | Caller::VpcCni => {
            format!("{caller} cannot do without")
        }
    }
}

/// What to do where a service has no endpoint.
const fn without(caller: Caller) -> &'static str {
    match caller {
        Caller::Karpenter => {
            "set `settings.clusterEndpoint` in Karpenter, which asks for it otherwise"
        }
        Caller::Software(Software::ExternalDns) => {
            "let ExternalDNS write to a zone by other means than Route 53's API, or run it elsewhere"
        }
        Caller::Software(_) => {
            "run it elsewhere, or reach the service's endpoint in another region through a peering"
        }
        Caller::Asked
        | Caller::Default
        | Caller::Nodes
        | Caller::Fargate
        | Caller::VpcCni
        | Caller::PodIdentity
        | Caller::ServiceAccounts => {
            "EKS hands nodes of its node groups what they would ask for; for others state it in their user data"
        }
    }
}
