//! The network of `production.yaml`, as a program: `cargo run --example production -- synth`.
use std::process::ExitCode;

mod twins;

fn main() -> ExitCode {
    eksnet::run(twins::production())
}
