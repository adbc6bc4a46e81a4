//! The `eksnet` command. Everything it does is in [`eksnet::cli`].

fn main() -> std::process::ExitCode {
    eksnet::cli::main()
}
