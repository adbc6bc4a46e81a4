//! Elastic IPs are a list: one for each gateway.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let public = net.add(Tier::public("public"));
    let nat = Nat::single(&public).allocations("eipalloc-0123456789abcdef0");
    net.add(Tier::private("nodes", nat));
}
