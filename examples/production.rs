//! The network of `production.yaml`, as a program: `cargo run --example production -- synth`.
use std::process::ExitCode;

mod twins;

fn main() -> ExitCode {
    eksnet::run_with_ledger(twins::production(), "examples/eksnet.lock")
}
