//! A private endpoint cannot be opened to the internet by one more call.
use eksnet::prelude::*;

fn main() {
    let _ = Cluster::new("prod", "1.35").endpoint(Endpoint::private().allow_anyone());
}
