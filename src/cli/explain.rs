//! `eksnet explain`: what the rules say.

use clap::Args;

use super::catalog::{self, Entry, Kept};
use super::screen::Screen;
use super::{Exit, Stop};
use crate::diagnostic::Style;
use crate::spec::nearest::nearest;

pub(super) const ABOUT: &str = "Explain a rule, or list those about something";
pub(super) const LONG: &str = "\
Explain rules by their codes: what AWS says, what goes wrong, what to write instead. Rules that no finding has are explained, \
too: what keeps them, or why no spec shows them.

Words that are no code are looked for in the codes, the summaries and the pages of all rules: those whose summary has all of \
them come first. Without arguments the rules are listed that findings are about.";
pub(super) const EXAMPLES: &str = "\
Examples:
  eksnet explain EKS403
  eksnet explain nat gateway
  eksnet explain";

#[derive(Args)]
pub(super) struct Options {
    /// Codes of rules, or words to look for
    #[arg(value_name = "CODE|WORD")]
    codes: Vec<String>,
}

pub(super) fn run(options: &Options, screen: &mut Screen) -> Result<Exit, Stop> {
    let style = screen.output();
    let all = catalog::all();
    if options.codes.iter().any(|word| looks_like_code(word)) {
        let pages: Result<Vec<String>, String> = options
            .codes
            .iter()
            .map(|code| {
                let mut found = all.iter();
                let found = found.find(|entry| entry.code.eq_ignore_ascii_case(code));
                let entry = found.ok_or_else(|| unknown(code, &all))?;
                Ok(shown(&entry.page(), style))
            })
            .collect();
        screen.data(&pages.map_err(Stop::Failed)?.join("\n"))?;
        return Ok(Exit::Done);
    }
    match *found(&all, &options.codes) {
        [] => Err(Stop::Failed(format!(
            "no rule speaks of `{}`; `explain` without arguments lists all rules",
            options.codes.join(" ")
        ))),
        [entry] => screen
            .data(&shown(&entry.page(), style))
            .map(|()| Exit::Done),
        ref several => {
            let lines: Vec<String> = several.iter().map(|entry| entry.line()).collect();
            screen.data(&lines.concat()).map(|()| Exit::Done)
        }
    }
}

/// The rules that speak of all words, those that are called so first; without words, what findings are about.
fn found<'a>(all: &'a [Entry], words: &[String]) -> Vec<&'a Entry> {
    let words = catalog::words(words);
    if words.is_empty() {
        let is_checked = |entry: &&Entry| matches!(entry.kept, Kept::Checked(_));
        return all.iter().filter(is_checked).collect();
    }
    let (mut found, others): (Vec<&Entry>, Vec<&Entry>) =
        all.iter().partition(|entry| entry.is_called(&words));
    found.extend(others.iter().filter(|entry| entry.speaks_of(&words)));
    found
}

/// `EKS403`, or three letters and more with three digits and more: `ipv6` and `s3` are words.
fn looks_like_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let letters = word.len() - digits.len();
    letters >= 3 && digits.len() >= 3 && digits.bytes().all(|b| b.is_ascii_digit())
}

fn unknown(code: &str, all: &[Entry]) -> String {
    match nearest(code, all.iter().map(|entry| entry.code)) {
        Some(near) => format!("there is no rule `{code}`; did you mean `{near}`?"),
        None => format!("there is no rule `{code}`; `explain` without arguments lists all rules"),
    }
}

/// A page: as it is, or on a terminal with headings and code that can be seen.
fn shown(page: &str, style: Style) -> String {
    if style == Style::Plain {
        return page.to_owned();
    }
    let mut text = String::with_capacity(page.len() * 2);
    let mut fenced = false;
    for line in page.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            text.push_str("    \u{1b}[36m");
            text.push_str(line);
            text.push_str("\u{1b}[0m\n");
        } else if let Some(heading) = line.strip_prefix('#') {
            text.push_str("\u{1b}[1m");
            text.push_str(heading.trim_start_matches('#').trim_start());
            text.push_str("\u{1b}[0m\n");
        } else {
            spans(line, &mut text);
            text.push('\n');
        }
    }
    text
}

/// A line with the words between backticks in colour.
fn spans(line: &str, text: &mut String) {
    for (i, part) in line.split('`').enumerate() {
        if i % 2 == 1 {
            text.push_str("\u{1b}[36m");
            text.push_str(part);
            text.push_str("\u{1b}[0m");
        } else {
            text.push_str(part);
        }
    }
}
