//! An isolated tier has no route to the internet gateway either.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let databases = net.add(Tier::isolated("databases"));
    net.add(Tier::private("nodes", Nat::in_zones(&databases, ["use1-az4"])));
}
