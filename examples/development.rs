//! The network of `development.yaml`, as a program: `cargo run --example development -- synth`.
use std::process::ExitCode;

mod twins;

fn main() -> ExitCode {
    eksnet::run_with_ledger(twins::development(), "examples/eksnet.lock")
}
