//! The role tags of the load balancer controller are for public and for private subnets.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    net.add(Tier::isolated("databases").load_balancers(true));
}
