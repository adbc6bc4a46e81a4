//! An API endpoint that answers nowhere: EKS refuses both sides off.
use eksnet::prelude::*;

fn main() {
    let _ = Cluster::new("prod", "1.35").endpoint(Endpoint::none());
}
