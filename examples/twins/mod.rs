//! The stacks of the specs beside, as programs write them: the same, byte for byte.
#![allow(dead_code, reason = "each example takes one of them")]

use eksnet::prelude::*;

/// `production.yaml`.
pub(crate) fn production() -> Stack {
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .zones(3)
        .cluster_tag(ClusterTag::Owned)
        .endpoints(["s3", "dynamodb", "ecr.api", "ecr.dkr", "sts"])
        .flow_logs(
            FlowLogs::cloudwatch()
                .retention_days(365)
                .interval(60)
                .key(Key::Create),
        );
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    net.allow(
        Rule::tcp(443)
            .into_group(Group::ControlPlane)
            .from(cidr!("10.20.96.0/22"), "API from bastion hosts"),
    );
    net.allow(Rule::tcp(9443).into_group(Group::Nodes).from(
        Group::ControlPlane,
        "Webhook of the load balancer controller",
    ));

    let office = cidr!("198.18.7.0/24");
    let key = "arn:aws:kms:us-east-1:111122223333:key/0f3d6a5e-9d0b-4c55-8f3a-2b6b1c0d4e7f";
    let platform = AccessEntry::new("platform", "arn:aws:iam::111122223333:role/platform")
        .group("platform-admins");
    let system = NodeGroup::new("system", &nodes)
        .instance_types(["m7g.large"])
        .image(ImageFamily::Bottlerocket)
        .size(3, 6)
        .max_unavailable(1)
        .taint(Taint {
            key: "CriticalAddonsOnly".to_owned(),
            value: Some("true".to_owned()),
            effect: TaintEffect::PreferNoSchedule,
        });
    let workers = NodeGroup::new("workers", &nodes)
        .instance_types(["m6i.xlarge", "m6a.xlarge", "m7i.xlarge"])
        .size(3, 30)
        .desired(4)
        .max_unavailable_percent(25)
        .disk_gib(100)
        .label("workload", "general");
    let cluster = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .endpoint(Endpoint::public_and_private().allow(office))
        .service_cidr(cidr!("172.20.0.0/16"))
        .secrets_key(Key::existing(key))
        .logs(ControlPlaneLogs::all().retention_days(365).key(Key::Create))
        .access(platform)
        .node_group(system)
        .node_group(workers)
        .addon_version(AddonName::VpcCni, "v1.20.4-eksbuild.1")
        .oidc_provider()
        .karpenter();
    Stack::new("prod", Region::UsEast1, net, cluster)
        .tag("owner", "platform")
        .tag("cost-center", "4711")
}

/// `development.yaml`.
pub(crate) fn development() -> Stack {
    let mut net = Network::new(cidr!("10.30.0.0/20"))
        .zones(2)
        .flow_logs(FlowLogs::cloudwatch().retention_days(7));
    let public = net.add(Tier::public("public").prefix(23));
    let batch = net.add(Tier::private("batch", Nat::single(&public)).prefix(23));
    net.add(Tier::isolated("control-plane").prefix(27));

    let spot = NodeGroup::new("spot", &batch)
        .instance_types(["t3.large", "t3a.large"])
        .capacity(CapacityType::Spot)
        .size(1, 3);
    let cluster = Cluster::new("dev", "1.35")
        .endpoint(Endpoint::public().allow(cidr!("198.18.7.0/24")))
        .secrets_key(Key::AwsOwned)
        .logs(ControlPlaneLogs::only([ControlPlaneLog::Audit]).retention_days(7))
        .support(SupportType::Standard)
        .creator_is_admin()
        .node_group(spot);
    Stack::new("dev", Region::UsWest2, net, cluster)
        .allow(
            rules::EKS406,
            "to try things out, one NAT gateway for two zones will do",
        )
        .allow(
            rules::EKS602,
            "the API answers outside only, so that nobody needs a VPN",
        )
}

/// `restricted.yaml`.
pub(crate) fn restricted() -> Stack {
    let mut net = Network::new(cidr!("10.50.0.0/16"))
        .in_zones(["euc1-az1", "euc1-az2", "euc1-az3"])
        .security(SecurityMode::Restricted)
        .endpoints([
            "s3",
            "ec2",
            "ecr.api",
            "ecr.dkr",
            "eks",
            "eks-auth",
            "elasticloadbalancing",
            "logs",
            "sts",
        ])
        .flow_logs(FlowLogs::new_bucket().key(Key::Create).retention_days(731));
    let nodes = net.add(Tier::private("nodes", Nat::none()).prefix(20));
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    let management = Connection::transit_gateway("management", "tgw-0f1e2d3c4b5a69788")
        .cidr(cidr!("10.250.0.0/16"))
        .tier(&control)
        .api();
    net.connect(management);
    let services = "Between the services of the application";
    net.allow(
        Rule::tcp(8080)
            .into_group(Group::Nodes)
            .from(Group::Nodes, services),
    );
    net.allow(
        Rule::tcp(8080)
            .out_of_group(Group::Nodes)
            .to(Group::Nodes, services),
    );

    let admins = AccessEntry::new("admins", "arn:aws:iam::111122223333:role/admins").admin();
    let auditors = AccessEntry::new("auditors", "arn:aws:iam::111122223333:role/auditors")
        .policy_in("AmazonEKSViewPolicy", ["payments", "ledger"]);
    let system = NodeGroup::new("system", &nodes)
        .image(ImageFamily::Bottlerocket)
        .size(3, 9);
    let batch = FargateProfile::new("batch", &nodes).pods("batch", [("runs-on", "fargate")]);
    let cluster = Cluster::new("vault", "1.35")
        .endpoint(Endpoint::private())
        .logs(ControlPlaneLogs::all().key(Key::Create))
        .access(admins)
        .access(auditors)
        .node_group(system)
        .fargate(batch);
    Stack::new("vault", Region::EuCentral1, net, cluster)
        .tag("data", "confidential")
        .retain()
}
