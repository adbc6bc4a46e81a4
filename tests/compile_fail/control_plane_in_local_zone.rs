//! EKS refuses cluster subnets in Local Zones.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let edge = net.add(Tier::isolated("edge").in_local_zones([("usw2-lax1-az1", "usw2-az2")]));
    let _ = Cluster::new("prod", "1.35").control_plane(&edge);
}
