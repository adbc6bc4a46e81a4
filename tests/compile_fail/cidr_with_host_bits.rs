//! AWS would build 10.20.0.0/16.
use eksnet::prelude::*;

fn main() {
    let _ = Network::new(cidr!("10.20.1.7/16"));
}
