//! eksnet synthesizes Amazon EKS networks.
pub mod diagnostic;
pub mod network;
#[cfg(feature = "cli")]
pub mod cli {
    /// main
    pub fn main() -> std::process::ExitCode {
        std::process::ExitCode::SUCCESS
    }
}
