//! What the language can say of one cluster in a network that is built, in a program that compiles and has no errors.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .in_zones(["use1-az4", "use1-az6"])
        .dual_stack()
        .secondary_cidr(cidr!("10.21.0.0/16"))
        .secondary_cidr(cidr!("100.64.0.0/16"))
        .connected("office", [cidr!("192.168.0.0/16")])
        .cluster_tag(ClusterTag::Shared)
        .security(SecurityMode::Restricted)
        .reserved(cidr!("10.21.240.0/20"))
        .endpoints(["s3", "ecr.api", "ecr.dkr", "sts"])
        .endpoint_policies(EndpointPolicies::ThisAccount)
        .endpoint_buckets(["al2023-repos-us-east-1-de612dc2"])
        .flow_logs(
            FlowLogs::new_bucket()
                .traffic(TrafficType::Reject)
                .interval(60)
                .retention_days(90)
                .key(Key::Create),
        );
    let public = net.add(
        Tier::public("public")
            .prefix(24)
            .cidr("use1-az4", cidr!("10.20.250.0/24"))
            .cidr("use1-az6", cidr!("10.20.251.0/24"))
            .tag("team", "edge"),
    );
    let nat = Nat::in_zones(&public, ["use1-az4", "use1-az6"])
        .allocations(["eipalloc-0123456789abcdef0", "eipalloc-0123456789abcdef1"]);
    let nodes = net.add(Tier::private("nodes", nat).prefix(20).block(cidr!("10.20.0.0/16")).load_balancers(true));
    let pods = net.add(Tier::private("pods", Nat::single(&public)).load_balancers(false));
    let offline = net.add(Tier::private("offline", Nat::none()).load_balancers(false));
    let shared = net.add(Tier::private("shared", Nat::zones(&public, 1)).load_balancers(false));
    let control = net.add(Tier::isolated("control-plane").prefix(27).in_zones(["use1-az4", "use1-az6"]));
    let _: [TierId<_>; 3] = [pods, offline, shared];
    net.endpoints_in(&nodes);
    net.inbound_resolver(&nodes, [cidr!("192.168.0.0/16")]);
    net.allow(Rule::tcp(9443).into_group(Group::Nodes).from(Group::ControlPlane, "webhook"));
    net.allow(Rule::udp(8472..=8473).into_group(Group::Nodes).from(Group::Nodes, "overlay"));
    net.allow(Rule::all().out_of_group(Group::Nodes).to(cidr!("10.0.0.0/8"), "networks of the company"));
    net.allow(
        Rule::tcp(443)
            .out_of_group(Group::Nodes)
            .to(Peer::PrefixList("pl-0123456789abcdef0".to_owned()), "mirrors"),
    );
    net.connect(
        Connection::vpn("branch", Vpn::to([198, 18, 7, 9].into(), 65010).static_routes())
            .cidr(cidr!("172.18.0.0/16"))
            .tier(&nodes),
    );
    net.connect(
        Connection::vpn("depot", Vpn::to_customer_gateway("cgw-0123456789abcdef0"))
            .cidr(cidr!("172.19.0.0/16")),
    );
    net.connect(
        Connection::direct_connect("line", "5f294f92-bafb-4011-916d-9b0be4a17c33")
            .cidr(cidr!("172.30.0.0/16"))
            .api(),
    );
    net.connect(
        Connection::transit_gateway("core", "tgw-0123456789abcdef0")
            .cidr(cidr!("10.128.0.0/9"))
            .appliance_mode()
            .attached_in(&control),
    );
    net.connect(Connection::new_transit_gateway("hub").tier(&offline).internet());
    net.connect(
        Connection::peering(
            "lake",
            Peering::with("vpc-0123456789abcdef0")
                .in_region(Region::EuWest1)
                .of_account("111122223333")
                .accepted_by("arn:aws:iam::111122223333:role/accepts-peerings"),
        )
        .cidr(cidr!("172.31.0.0/16")),
    );
    net.connect(
        Connection::accepted_peering("partner", "pcx-0123456789abcdef0")
            .cidr(cidr!("172.29.0.0/16")),
    );
    let groups = PodSecurityGroups::new(EnforcingMode::Standard)
        .group(
            PodGroup::of_pods("shop", "shop", [("app", "shop")])
                .probe_ports([8080])
                .at_most(4)
                .allow(Rule::tcp(8443).to(PodPeer::Pods("ledger".to_owned()), "bookings"))
                .allow(Rule::tcp(5432).to(cidr!("10.64.0.0/24"), "database")),
        )
        .group(PodGroup::of_service_accounts("ledger", "ledger", [("app", "ledger")]).without_probes())
        .group(
            PodGroup::of_pods("reports", "reports", [("app", "reports")])
                .existing_groups(["sg-0123456789abcdef0"])
                .cluster_group(),
        );
    let system = NodeGroup::new("system", &nodes)
        .instance_types(["m7g.large"])
        .image(ImageFamily::Bottlerocket)
        .capacity(CapacityType::Spot)
        .size(2, 6)
        .desired(3)
        .max_unavailable(1)
        .disk_gib(80)
        .metadata_hops(1)
        .label("tier", "system")
        .taint(Taint {
            key: "system".to_owned(),
            value: None,
            effect: TaintEffect::NoSchedule,
        });
    let of_shop = NodeSecurityGroup::new("shop-nodes")
        .allow(Rule::tcp(8080).from(Group::Nodes, "ingress controller"));
    let shop = NodeGroup::new("shop", &nodes)
        .instance_types(["m6i.large"])
        .security_group(&of_shop)
        .taint(Taint {
            key: "tenant".to_owned(),
            value: Some("shop".to_owned()),
            effect: TaintEffect::NoSchedule,
        });
    let admins = AccessEntry::new("admins", "arn:aws:iam::111122223333:role/Admins").admin();
    let viewers = AccessEntry::new("viewers", "arn:aws:iam::111122223333:role/Viewers")
        .policy_in("AmazonEKSViewPolicy", ["shop"])
        .group("viewers");
    let cluster = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .endpoint(Endpoint::public_and_private().allow(cidr!("198.18.7.0/24")))
        .service_cidr(cidr!("172.20.0.0/16"))
        .secrets_key(Key::Create)
        .logs(ControlPlaneLogs::only([ControlPlaneLog::Audit]).retention_days(30))
        .support(SupportType::Standard)
        .node_group(system)
        .node_group(shop)
        .node_security_group(of_shop)
        .fargate(FargateProfile::new("batch", &nodes).pods("batch", [("runs", "fargate")]))
        .access(admins)
        .access(viewers)
        .addon_version(AddonName::CoreDns, "v1.12.4-eksbuild.1")
        .without_addon(AddonName::KubeProxy)
        .hybrid_nodes(
            HybridNodes::new([cidr!("172.30.64.0/20")])
                .pods([cidr!("172.30.128.0/20")])
                .role("arn:aws:iam::111122223333:role/hybrid-nodes"),
        )
        .pod_identity(
            PodIdentity::new("shop", "shop", "shop")
                .policy("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"),
        )
        .pod_identity(
            PodIdentity::new("ledger", "ledger", "ledger")
                .role("arn:aws:iam::111122223333:role/ledger"),
        )
        .network_policy(PolicyEngine::VpcCni(PolicyMode::Standard))
        .tenant(
            Tenant::new("shop")
                .namespace("shop")
                .reaches("ledger")
                .from_namespace("ingress-nginx")
                .to_namespace("monitoring")
                .ingress(cidr!("10.20.250.0/23")),
        )
        .tenant(Tenant::new("ledger").egress(cidr!("10.64.0.0/24")))
        .uses([Software::EbsCsi])
        .oidc_provider()
        .karpenter()
        .pods(
            Pods::new()
                .prefixes()
                .warm_addresses(8, 40)
                .exclude_from_snat([cidr!("10.64.0.0/12")])
                .security_groups(groups),
        );
    let stack = Stack::new("prod", Region::UsEast1, net, cluster)
        .layout(1)
        .tag("owner", "platform")
        .retain();
    if let Err(findings) = stack.synthesize() {
        panic!("{findings:#?}");
    }
}
