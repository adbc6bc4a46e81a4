//! An IPv4 address has four numbers.
use eksnet::prelude::*;

fn main() {
    let _ = Network::new(cidr!("10.0.0/16"));
}
