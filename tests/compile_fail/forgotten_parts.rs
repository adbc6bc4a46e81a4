//! What is made and not handed over is not built.
#![deny(unused_must_use)]
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let public = net.add(Tier::public("public"));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)));
    Tier::isolated("databases");
    Nat::single(&public);
    Rule::tcp(9443).into_group(Group::Nodes).from(Group::ControlPlane, "webhook");
    Rule::tcp(9443).into_group(Group::Nodes);
    Rule::tcp(9443);
    NodeGroup::new("system", &nodes);
    FargateProfile::new("batch", &nodes).namespace("batch");
    AccessEntry::new("admins", "arn:aws:iam::111122223333:role/Admins").admin();
    Endpoint::private();
    FlowLogs::new_bucket();
    ControlPlaneLogs::all();
    Network::new(cidr!("10.30.0.0/16"));
    let cluster = Cluster::new("prod", "1.35");
    cluster.oidc_provider();
    Cluster::new("other", "1.35");
    Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"));
}
