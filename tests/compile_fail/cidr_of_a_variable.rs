//! `cidr!` is for literals.
use eksnet::prelude::*;

fn main() {
    let range = "10.20.0.0/16";
    let _ = Network::new(cidr!(range));
}
