//! `eksnet man`: manual pages.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use clap_mangen::Man;

use super::screen::Screen;
use super::{Exit, Stop, output};

pub(super) const ABOUT: &str = "Print or write the manual pages";
pub(super) const LONG: &str = "\
Print the manual page of eksnet, or write it and one for every command into a directory.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet man > eksnet.1
  eksnet man --out man1";

#[derive(Args)]
pub(super) struct Options {
    /// Write a page for every command into this directory
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
}

pub(super) fn run(
    options: &Options,
    mut command: clap::Command,
    screen: &mut Screen,
) -> Result<Exit, Stop> {
    let Some(out) = &options.out else {
        screen.data(&page(command)?)?;
        return Ok(Exit::Done);
    };
    command.build();
    for subcommand in command.get_subcommands() {
        // With the name behind the dash, which is also what the page is called.
        let name = subcommand
            .get_display_name()
            .unwrap_or(subcommand.get_name());
        output::write(&out.join(format!("{name}.1")), &page(subcommand.clone())?)?;
    }
    output::write(&out.join("eksnet.1"), &page(command)?)?;
    Ok(Exit::Done)
}

fn page(command: clap::Command) -> Result<String, Stop> {
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .map_err(|error| Stop::Failed(format!("cannot make the manual page: {error}")))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
