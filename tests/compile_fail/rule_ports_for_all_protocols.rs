//! AWS ignores ports where the protocol is `-1`, and opens all of them.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    net.allow(Rule::all(443).into_group(Group::Nodes).from(Group::ControlPlane, "webhook"));
}
