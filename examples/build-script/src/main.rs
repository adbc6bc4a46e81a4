//! A program that carries the template of its own network, as one that deploys itself would.

const TEMPLATE: &str = include_str!(concat!(env!("OUT_DIR"), "/prod.template.json"));

fn main() {
    print!("{TEMPLATE}");
}
