//! A stack without a cluster says so: `Stack::network_only`.
use eksnet::prelude::*;

fn main() {
    let net = Network::new(cidr!("10.20.0.0/16"));
    let _ = Stack::new("prod", Region::UsEast1, net);
}
