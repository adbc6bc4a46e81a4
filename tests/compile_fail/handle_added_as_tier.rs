//! A tier is added once; its handle is what comes back.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let public = net.add(Tier::public("public"));
    net.add(public);
}
