//! NAT gateways stand in Availability Zones.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let edge = net.add(Tier::public("edge").in_local_zones([("usw2-lax1-az1", "usw2-az2")]));
    let _ = net.add(Tier::private("nodes", Nat::per_zone(&edge)));
}
