//! The cluster of a spec.

use super::pod_groups::OwnGroups;
use super::policy::unread;
use super::words::Words;
use super::{Lowering, TierNames};
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::graph::{ControlPlaneLog, IpFamily, SupportType};
use crate::network::{
    Access, AccessEntry, AddonName, AnyTier, At, Cluster, ControlPlaneLogs, EndpointMode, Grant,
    Stack,
};
use crate::spec::{
    AccessEntriesSpec, AccessEntrySpec, AddonsSpec, ClusterSpec, Either, EndpointAccessSpec,
    EndpointSpec, Field, IpFamilySpec, LogTypeSpec, LogsSpec, MadeBySpec, NoneWord, SupportSpec,
    TenantSpec,
};

impl Lowering<'_> {
    pub(super) fn cluster(
        &mut self,
        spec: &ClusterSpec,
        origin: Origin,
        stack: &Stack,
        tiers: &TierNames,
    ) -> Cluster {
        let mut cluster = self.default_cluster(stack);
        cluster.origin = origin;
        if let Some(name) = Words::text(&spec.name) {
            cluster.name = name;
        }
        if let Some(version) = Words::text(&spec.version) {
            cluster.version = version;
        }
        cluster.control_plane = Words::text(&spec.control_plane)
            .and_then(|name| self.handle(&name, &stack.network, tiers));
        if let Some((endpoint, span)) = spec.endpoint.located() {
            cluster.endpoint = self.endpoint(endpoint, Origin::Spec(span));
        }
        if let Some((family, span)) = spec.ip_family.located() {
            let family = match family {
                IpFamilySpec::Ipv4 => IpFamily::Ipv4,
                IpFamilySpec::Ipv6 => IpFamily::Ipv6,
            };
            cluster.ip_family = At::new(family, Origin::Spec(span));
        }
        cluster.service_cidr = self.words.services(&spec.service_cidr);
        if let Some(key) = self.words.key(&spec.secrets_key) {
            cluster.secrets_key = key;
        }
        match spec.logs.located() {
            Some((Either::Short(NoneWord::None), _)) => cluster.logs = None,
            Some((Either::Long(logs), span)) => {
                cluster.logs = Some(self.logs(logs, Origin::Spec(span)));
            }
            None => {}
        }
        if let Some(support) = spec.support.get() {
            cluster.support = match support {
                SupportSpec::Standard => SupportType::Standard,
                SupportSpec::Extended => SupportType::Extended,
            };
        }
        if let Some(access) = spec.access.get() {
            self.access(access, &mut cluster);
        }
        self.auto_mode(&spec.auto_mode, stack, tiers, &mut cluster);
        let own = OwnGroups::of(spec);
        self.node_groups(&spec.node_groups, stack, tiers, &own, &mut cluster);
        cluster.node_security_groups = self.node_security_groups(spec, &own);
        self.fargate(&spec.fargate, stack, tiers, &mut cluster);
        cluster.network_policy = self.network_policy(&spec.network_policy);
        cluster.policy_unread = unread(&spec.network_policy);
        for (key, field) in spec.tenants.get().into_iter().flatten() {
            let nothing = TenantSpec::default();
            let tenant = self.tenant(key, field.get().unwrap_or(&nothing));
            cluster.tenants.push(tenant);
        }
        if let Some(addons) = spec.addons.get() {
            addon_versions(addons, &mut cluster);
        }
        cluster.hybrid_nodes = self.hybrid_nodes(&spec.hybrid_nodes);
        cluster.pod_identities = self.pod_identities(&spec.pod_identities);
        cluster.oidc_provider = spec.oidc_provider.get().copied().unwrap_or_default();
        if let Some((MadeBySpec::Eksctl, span)) = spec.made_by.located() {
            cluster.by_eksctl = Some(Origin::Spec(span));
        }
        cluster.karpenter = spec.karpenter.get().copied().unwrap_or_default();
        if let Some((pods, span)) = spec.pods.located() {
            let auto = cluster.is_auto_alone();
            cluster.pods = self.pods(pods, Origin::Spec(span), (stack, tiers), &own, auto);
        }
        cluster.uses = super::private::uses(&spec.uses);
        cluster
    }

    /// A tier by its name; without a name the only private one.
    pub(super) fn workload_tier(
        &mut self,
        field: &Field<String>,
        (what, name): (&str, &At<String>),
        stack: &Stack,
        tiers: &TierNames,
    ) -> Option<At<AnyTier>> {
        let origin = name.origin;
        if let Some(name) = Words::text(field) {
            return self.handle(&name, &stack.network, tiers);
        }
        if field.is_invalid() {
            return None;
        }
        if tiers.names.is_empty() {
            return Some(At::new(AnyTier::Default(1), origin));
        }
        let models = &stack.network.tiers;
        let mut private = (0..models.len()).filter(|&i| models[i].access == Access::Private);
        if let (Some(only), None) = (private.next(), private.next()) {
            return Some(At::new(models.handle(only), origin));
        }
        let likely = models.iter().min_by_key(|tier| match tier.access {
            Access::Private => 0,
            Access::Isolated => 1,
            Access::Public => 2,
        });
        let likely = likely.map_or("nodes", |tier| tier.name.value.as_str());
        self.words.push(
            rules::SPEC017
                .at(
                    origin,
                    format!(
                        "it is not clear which tier {what} `{}` stands in",
                        name.value
                    ),
                )
                .note(format!("the tiers are {}", tiers.names.join(", ")))
                .help(format!("say which: `tier: {likely}`")),
        );
        None
    }

    /// The tier, or any where none is known: the rest is read all the same, but not planned.
    pub(super) fn some_tier(&mut self, tier: Option<At<AnyTier>>, stack: &Stack) -> At<AnyTier> {
        self.complete &= tier.is_some();
        tier.unwrap_or_else(|| At::default_of(stack.network.tiers.handle(0)))
    }

    fn endpoint(&mut self, spec: &EndpointSpec, origin: Origin) -> At<EndpointMode> {
        let mut clients = Vec::new();
        for field in spec.public_cidrs.get().into_iter().flatten() {
            clients.extend(self.words.client(field));
        }
        let named = !spec.public_cidrs.is_absent();
        let origin = spec.access.origin().or(origin);
        let mode = match spec.access.get() {
            Some(EndpointAccessSpec::Private) => {
                if named {
                    self.words.push(
                        rules::SPEC018
                            .at(
                                spec.public_cidrs.origin(),
                                "a private endpoint has no public clients",
                            )
                            .related(origin, "the endpoint is private")
                            .note("EKS refuses public access CIDRs where public access is off")
                            .help(
                                "write `access: public-and-private`, or leave `public-cidrs` out",
                            ),
                    );
                }
                EndpointMode::Private
            }
            Some(EndpointAccessSpec::Public) => EndpointMode::Public(clients),
            Some(EndpointAccessSpec::PublicAndPrivate) => EndpointMode::PublicAndPrivate(clients),
            None if named => EndpointMode::PublicAndPrivate(clients),
            None => EndpointMode::Private,
        };
        if mode.public_access() && mode.clients().is_empty() && !spec.public_cidrs.is_invalid() {
            let any_written = spec.public_cidrs.get().is_some_and(|list| !list.is_empty());
            if !any_written {
                self.words.push(
                    rules::SPEC016
                        .at(origin, "nobody is named who may reach the API from outside")
                        .note("AWS has no \"public but closed\": without a list the API would answer the whole internet")
                        .help("add `public-cidrs: [198.18.7.0/24]` with your own ranges, or `[0.0.0.0/0]` if you mean everyone"),
                );
            }
        }
        At::new(mode, origin)
    }

    fn logs(&mut self, spec: &LogsSpec, origin: Origin) -> ControlPlaneLogs {
        let mut logs = ControlPlaneLogs::defaults(origin);
        if let Some(types) = spec.types.get() {
            logs.types = types
                .iter()
                .filter_map(|field| field.get().copied().map(log_type))
                .collect();
            logs.types.sort_unstable();
            logs.types.dedup();
        }
        if let Some((days, span)) = spec.retention_days.located() {
            logs.retention = At::new(*days, Origin::Spec(span));
        }
        if let Some(key) = self.words.key(&spec.kms_key) {
            logs.key = key;
        }
        logs
    }

    fn access(&mut self, spec: &AccessEntriesSpec, cluster: &mut Cluster) {
        cluster.creator_admin = spec.creator_admin.get().copied().unwrap_or_default();
        for (key, field) in spec
            .entries
            .get()
            .into_iter()
            .flat_map(|named| named.iter())
        {
            let nothing = AccessEntrySpec::default();
            let entry = field.get().unwrap_or(&nothing);
            let name = Words::name(key);
            if entry.principal.is_absent() && !field.is_invalid() {
                self.words
                    .missing(name.origin, "principal", "the ARN of a role or user");
            }
            if entry.policy.is_absent() && !entry.namespaces.is_absent() {
                self.no_policy(entry.namespaces.origin());
            }
            for field in entry.policies.get().into_iter().flatten() {
                if field.get().is_some_and(|grant| grant.policy.is_absent()) {
                    self.no_policy(field.origin());
                }
            }
            let Some(principal) = Words::text(&entry.principal) else {
                continue;
            };
            cluster.access.push(AccessEntry {
                name,
                principal,
                grants: grants(entry),
                groups: Words::texts(&entry.groups),
            });
        }
    }

    fn no_policy(&mut self, origin: Origin) {
        let what = "one of AWS's access policies, such as `AmazonEKSViewPolicy`";
        self.words.missing(origin, "policy", what);
    }
}

fn grants(entry: &AccessEntrySpec) -> Vec<Grant> {
    let grant = |policy: &Field<String>, namespaces| {
        Some(Grant {
            policy: Words::text(policy)?,
            namespaces: Words::texts(namespaces)
                .into_iter()
                .map(|at| at.value)
                .collect(),
        })
    };
    let one = grant(&entry.policy, &entry.namespaces);
    let several = entry.policies.get().into_iter().flatten();
    let several = several.filter_map(|field| {
        field
            .get()
            .and_then(|spec| grant(&spec.policy, &spec.namespaces))
    });
    one.into_iter().chain(several).collect()
}

fn addon_versions(spec: &AddonsSpec, cluster: &mut Cluster) {
    let all = [
        (AddonName::VpcCni, &spec.vpc_cni),
        (AddonName::KubeProxy, &spec.kube_proxy),
        (AddonName::PodIdentityAgent, &spec.eks_pod_identity_agent),
        (AddonName::CoreDns, &spec.coredns),
    ];
    for (addon, field) in all {
        match Words::text(field) {
            Some(word) if word.value == "none" => cluster.without_addons.push(addon),
            Some(version) => {
                cluster.addon_versions.insert(addon, version);
            }
            None => {}
        }
    }
}

const fn log_type(spec: LogTypeSpec) -> ControlPlaneLog {
    match spec {
        LogTypeSpec::Api => ControlPlaneLog::Api,
        LogTypeSpec::Audit => ControlPlaneLog::Audit,
        LogTypeSpec::Authenticator => ControlPlaneLog::Authenticator,
        LogTypeSpec::ControllerManager => ControlPlaneLog::ControllerManager,
        LogTypeSpec::Scheduler => ControlPlaneLog::Scheduler,
    }
}
