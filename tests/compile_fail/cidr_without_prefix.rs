//! An address is not a range.
use eksnet::prelude::*;

fn main() {
    let _ = Network::new(cidr!("10.20.0.0"));
}
