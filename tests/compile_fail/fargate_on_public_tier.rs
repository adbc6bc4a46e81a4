//! EKS refuses a Fargate profile with public subnets.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let public = net.add(Tier::public("public"));
    let batch = FargateProfile::new("batch", &public).namespace("batch");
    let _ = Cluster::new("prod", "1.35").fargate(batch);
}
