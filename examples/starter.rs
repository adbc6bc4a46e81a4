//! The network of the EKS cluster `prod`.
//!
//! ```sh
//! cargo run -- check              # what is wrong with it
//! cargo run -- plan               # where every address is
//! cargo run -- synth --out out    # the templates
//! ```
use std::process::ExitCode;

use eksnet::prelude::*;

/// The stack, for tests too: see `eksnet::testing`.
fn stack() -> Stack {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(3);
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
    let control = net.add(Tier::isolated("control-plane").prefix(27));

    let cluster = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .endpoint(Endpoint::private())
        .node_group(NodeGroup::new("system", &nodes).instance_types(["m6i.large"]));

    Stack::new("prod", Region::UsEast1, net, cluster).layout(1)
}

fn main() -> ExitCode {
    eksnet::run(stack())
}
