//! A range is written with `cidr!`, which checks it.
use eksnet::prelude::*;

fn main() {
    let _ = Network::new("10.20.0.0/16");
}
