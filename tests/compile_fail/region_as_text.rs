//! A region is not text.
use eksnet::prelude::*;

fn main() {
    let net = Network::new(cidr!("10.20.0.0/16"));
    let _ = Stack::network_only("prod", "us-east-1", net);
}
