//! `eksnet schema`: the form of a spec, for editors.

use super::screen::Screen;
use super::{Exit, Stop};

pub(super) const ABOUT: &str = "Print the JSON Schema of a spec";
pub(super) const LONG: &str = "\
Print the JSON Schema of a spec, draft 2020-12, with which editors complete keys and explain them. In VS Code and others \
with the YAML language server, a first line of `# yaml-language-server: $schema=eksnet.schema.json` is enough.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet schema > eksnet.schema.json";

pub(super) fn run(screen: &mut Screen) -> Result<Exit, Stop> {
    screen.data(&format!("{:#}\n", crate::spec::schema()))?;
    Ok(Exit::Done)
}
