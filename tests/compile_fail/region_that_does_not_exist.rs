//! Regions are those in which there is EKS.
use eksnet::prelude::*;

fn main() {
    let net = Network::new(cidr!("10.20.0.0/16"));
    let _ = Stack::network_only("prod", Region::UsEast9, net);
}
