//! Ports end at 65535.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    net.allow(Rule::tcp(94430).into_group(Group::Nodes).from(Group::ControlPlane, "webhook"));
}
