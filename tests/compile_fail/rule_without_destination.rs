//! A rule needs its other side.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    net.allow(Rule::tcp(443).out_of_group(Group::Nodes));
}
