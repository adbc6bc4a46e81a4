//! `eksnet completions`: what a shell needs to complete the command line.

use clap::Args;
use clap_complete::Shell;

use super::screen::Screen;
use super::{Exit, Stop};

pub(super) const ABOUT: &str = "Print a shell's completions";
pub(super) const LONG: &str = "\
Print the script with which a shell completes this command line. Where it goes depends on the shell.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet completions bash > eksnet.bash
  eksnet completions zsh > _eksnet
  eksnet completions fish > eksnet.fish";

#[derive(Args)]
pub(super) struct Options {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(
    options: &Options,
    mut command: clap::Command,
    name: &str,
    screen: &mut Screen,
) -> Result<Exit, Stop> {
    // Into memory first: the generator takes a closed pipe for a mistake of its caller.
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, name, &mut script);
    screen.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
