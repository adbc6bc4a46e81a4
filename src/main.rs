//! The `eksnet` command. Everything it does is in [`eksnet::cli`].
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    eksnet::cli::main()
}
