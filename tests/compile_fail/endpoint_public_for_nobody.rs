//! EKS has no "public but closed".
use eksnet::prelude::*;

fn main() {
    let _ = Cluster::new("prod", "1.35").endpoint(Endpoint::public());
}
