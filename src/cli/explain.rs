//! `eksnet explain`: what the rules say.

use clap::Args;

use super::screen::Screen;
use super::{Exit, Stop};
use crate::check::{Rule, rules};
use crate::diagnostic::Style;
use crate::spec::nearest::nearest;

pub(super) const ABOUT: &str = "Explain a rule, or list all rules";
pub(super) const LONG: &str = "\
Explain rules by their codes: what AWS says, what goes wrong, what to write instead. Words that are no code list the \
rules that speak of all of them; without arguments all rules are listed.";
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
    if options.codes.iter().any(|word| looks_like_code(word)) {
        let pages: Result<Vec<String>, String> = options
            .codes
            .iter()
            .map(|code| {
                let rule = Rule::find(code).ok_or_else(|| unknown(code))?;
                Ok(page(rule, style))
            })
            .collect();
        screen.data(&pages.map_err(Stop::Failed)?.join("\n"))?;
        return Ok(Exit::Done);
    }
    let found: Vec<&Rule> = rules::ALL
        .iter()
        .copied()
        .filter(|rule| speaks_of(rule, &options.codes))
        .collect();
    match *found {
        [] => Err(Stop::Failed(format!(
            "no rule speaks of `{}`; `explain` without arguments lists all rules",
            options.codes.join(" ")
        ))),
        [rule] => screen.data(&page(rule, style)).map(|()| Exit::Done),
        _ => {
            let lines: Vec<String> = found.into_iter().map(line).collect();
            screen.data(&lines.concat()).map(|()| Exit::Done)
        }
    }
}

/// Letters and then digits, as in `EKS403`.
fn looks_like_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    digits.len() < word.len() && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn speaks_of(rule: &Rule, words: &[String]) -> bool {
    let summary = rule.summary.to_lowercase();
    words
        .iter()
        .flat_map(|word| word.split_whitespace())
        .all(|word| summary.contains(&word.to_lowercase()))
}

fn unknown(code: &str) -> String {
    let codes = rules::ALL.iter().map(|rule| rule.code.as_str());
    match nearest(code, codes) {
        Some(near) => format!("there is no rule `{code}`; did you mean `{near}`?"),
        None => format!("there is no rule `{code}`; `explain` without arguments lists all rules"),
    }
}

fn line(rule: &Rule) -> String {
    format!("{:<8}{:<9}{}\n", rule.code, rule.severity, rule.summary)
}

/// A rule's Markdown: as it is, or on a terminal with headings and code that can be seen.
fn page(rule: &Rule, style: Style) -> String {
    if style == Style::Plain {
        return rule.page.to_owned();
    }
    let mut text = String::with_capacity(rule.page.len() * 2);
    let mut fenced = false;
    for line in rule.page.lines() {
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
