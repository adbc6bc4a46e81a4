//! A NAT gateway needs a route to the internet gateway, which a private tier does not have.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let public = net.add(Tier::public("public"));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)));
    net.add(Tier::private("pods", Nat::per_zone(&nodes)));
}
