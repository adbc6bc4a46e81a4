//! A tier that no network has yet cannot hold nodes.
use eksnet::prelude::*;

fn main() {
    let nodes = Tier::private("nodes", Nat::none());
    let _ = Cluster::new("prod", "1.35").node_group(NodeGroup::new("system", &nodes));
}
