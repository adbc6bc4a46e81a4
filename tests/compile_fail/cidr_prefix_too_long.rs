//! A prefix length ends at 32.
use eksnet::prelude::*;

fn main() {
    let _ = Network::new(cidr!("10.0.0.0/33"));
}
