//! eksnet synthesizes Amazon EKS networks.
pub mod diagnostic;
#[cfg(feature = "spec")]
pub mod spec;
#[cfg(feature = "cli")]
pub mod cli {
    /// main
    pub fn main() -> std::process::ExitCode {
        std::process::ExitCode::SUCCESS
    }
}
