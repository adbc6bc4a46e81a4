//! A private tier says how it leaves the network: through NAT gateways, or not at all (`Nat::none()`).
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    net.add(Tier::private("nodes"));
}
