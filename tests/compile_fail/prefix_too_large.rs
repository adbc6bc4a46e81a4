//! No prefix is 256 bits long.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    net.add(Tier::public("public").prefix(256));
}
