//! eksnet synthesizes Amazon EKS networks.
pub mod diagnostic;
pub mod network;
#[cfg(feature = "spec")]
pub mod spec;
#[cfg(feature = "cli")]
pub mod cli {
    //! The command line.

    /// Runs it.
    pub fn main() -> std::process::ExitCode {
        std::process::ExitCode::SUCCESS
    }
}
