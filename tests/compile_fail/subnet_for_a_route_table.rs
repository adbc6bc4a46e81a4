//! A reference knows what it refers to.
use eksnet::graph::{Ref, RouteTableAssociation, Subnet};

fn main() {
    let subnet: Ref<Subnet> = Ref::existing("subnet-0123456789abcdef0");
    let _ = RouteTableAssociation { table: subnet.clone(), subnet };
}
