//! The cluster of `production.yaml`, as a program.
use eksnet::prelude::*;

fn main() {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(3);
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
    let control = net.add(Tier::isolated("control-plane").prefix(27));
    let cluster = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .node_group(NodeGroup::new("system", &nodes).instance_types(["m6i.large"]));
    let stack = Stack::new("prod", Region::UsEast1, net, cluster);
    match stack.synthesize() {
        Ok(s) => {
            let mut args = std::env::args().skip(1);
            if args.next().as_deref() == Some("tf") {
                print!("{}", s.terraform().main);
            } else {
                print!("{}", s.cloudformation());
            }
        }
        Err(f) => {
            for f in &f {
                eprintln!("{f:?}");
            }
        }
    }
}
