//! Renders the network while the program is built. A mistake in it is an error of the build.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(3);
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    let cluster = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .endpoint(Endpoint::private())
        .node_group(NodeGroup::new("system", &nodes));
    eksnet::build_script::emit(&Stack::new("prod", Region::UsEast1, net, cluster));
}
