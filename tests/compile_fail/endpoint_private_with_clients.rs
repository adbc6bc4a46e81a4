//! Clients of a side that is off.
use eksnet::prelude::*;

fn main() {
    let endpoint = Endpoint::private().allow(cidr!("198.18.7.0/24"));
    let _ = Cluster::new("prod", "1.35").endpoint(endpoint);
}
