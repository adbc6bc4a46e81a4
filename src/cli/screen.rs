//! Where output goes and whether it has colours.

use std::io::{self, IsTerminal, Write};

use anstream::AutoStream;
use clap::ValueEnum;

use super::Stop;
use crate::diagnostic::{Findings, Severity, Sources, Style, full, summary};

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Even in files and pipes
    Always,
    /// Nowhere
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::AlwaysAnsi,
            Color::Never => Self::Never,
        }
    }
}

/// The two streams of a run.
pub(super) struct Screen {
    color: Color,
    /// Whether a progress line stands on the terminal.
    progress: bool,
}

impl Screen {
    pub(super) fn new(color: Color) -> Self {
        Self {
            color,
            progress: false,
        }
    }

    /// Writes data, or text for people whose colours are taken away where they would do harm.
    pub(super) fn data(&mut self, text: &str) -> Result<(), Stop> {
        self.clear();
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::Closed,
            _ => Stop::Failed(format!("cannot write to the standard output: {error}")),
        })
    }

    /// Says something to people. That nobody hears it is no reason to stop.
    pub(super) fn say(&mut self, text: &str) {
        self.clear();
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// `error: …`
    pub(super) fn error(&mut self, message: &str) {
        let text = match self.errors() {
            Style::Styled => format!("\u{1b}[1;31merror\u{1b}[0m: {message}\n"),
            Style::Plain => format!("error: {message}\n"),
        };
        self.say(&text);
    }

    /// `warning: …`
    pub(super) fn warning(&mut self, message: &str) {
        let text = match self.errors() {
            Style::Styled => format!("\u{1b}[1;33mwarning\u{1b}[0m: {message}\n"),
            Style::Plain => format!("warning: {message}\n"),
        };
        self.say(&text);
    }

    /// Says what is wrong and what may go wrong; of mere remarks, how many there are.
    pub(super) fn problems(&mut self, findings: &Findings, sources: &Sources) {
        let problems: Findings = findings
            .iter()
            .filter(|finding| finding.severity != Severity::Info)
            .cloned()
            .collect();
        if !problems.is_empty() {
            let text = full(&problems, sources, self.errors());
            self.say(&text);
        }
        let remarks: Findings = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Info)
            .cloned()
            .collect();
        if !remarks.is_empty() {
            let them = if remarks.iter().len() == 1 {
                "it"
            } else {
                "them"
            };
            let count = summary(&remarks);
            self.say(&format!("{count}; the command `check` shows {them}\n"));
        }
    }

    /// How the standard output is to look.
    pub(super) fn output(&self) -> Style {
        self.style(AutoStream::choice(&io::stdout()))
    }

    /// How the standard error is to look.
    pub(super) fn errors(&self) -> Style {
        self.style(AutoStream::choice(&io::stderr()))
    }

    fn style(&self, automatic: anstream::ColorChoice) -> Style {
        let choice = match self.color {
            Color::Auto => automatic,
            color => color.into(),
        };
        match choice {
            anstream::ColorChoice::Never | anstream::ColorChoice::Auto => Style::Plain,
            anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => Style::Styled,
        }
    }

    /// Shows how far a long run has come, to people who watch.
    pub(super) fn progress(&mut self, what: &str, done: usize, of: usize) {
        const MANY: usize = 50;
        if of <= MANY || !done.is_multiple_of(MANY) || !io::stderr().is_terminal() {
            return;
        }
        let _ = write!(io::stderr(), "\r{what} {done}/{of}");
        self.progress = true;
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.progress) {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}
