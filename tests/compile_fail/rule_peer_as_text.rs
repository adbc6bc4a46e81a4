//! The other side is a range, a group or a prefix list, and text is none of them.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    net.allow(Rule::tcp(443).into_group(Group::Nodes).from("10.0.0.0/8", "the company's networks"));
}
