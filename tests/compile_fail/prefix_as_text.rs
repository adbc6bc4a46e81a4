//! A prefix length is a number.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    net.add(Tier::public("public").prefix("/24"));
}
