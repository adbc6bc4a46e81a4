//! A node group carries a security group that was written, not a name that may be none.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let public = net.add(Tier::public("public"));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)));
    let _ = NodeGroup::new("shop", &nodes).security_group("shop");
}
