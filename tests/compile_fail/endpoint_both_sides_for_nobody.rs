//! The same with a private side besides.
use eksnet::prelude::*;

fn main() {
    let _ = Cluster::new("prod", "1.35").endpoint(Endpoint::public_and_private());
}
