//! The interfaces of an attachment to a transit gateway stand in Availability Zones.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16"));
    let edge = net.add(Tier::isolated("edge").in_local_zones([("usw2-lax1-az1", "usw2-az2")]));
    let core = Connection::transit_gateway("core", "tgw-0123456789abcdef0").attached_in(&edge);
    net.connect(core);
}
