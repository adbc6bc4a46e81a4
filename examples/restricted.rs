//! The network of `restricted.yaml`, as a program: `cargo run --example restricted -- synth`.
use std::process::ExitCode;

mod twins;

fn main() -> ExitCode {
    eksnet::run_with_ledger(twins::restricted(), "examples/eksnet.lock")
}
