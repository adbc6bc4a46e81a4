//! `--deny` and `--allow`: how much the findings of a run weigh.

use clap::Args;

use crate::check::{self, Rule, rules};
use crate::diagnostic::{Allowed, Finding, Findings, Origin, Severity, Sources, Span};
use crate::spec::nearest::nearest;

#[derive(Args)]
pub(super) struct Control {
    /// Take warnings for errors: all, or those of rules by their codes
    #[arg(long, value_name = "warnings|CODE", value_delimiter = ',', value_parser = Denied::parse)]
    deny: Vec<Denied>,

    /// Let be what these rules warn of; for good, say so in the spec, with the reason: `allow: { EKS406: "…" }`
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = rule)]
    allow: Vec<Rule>,
}

/// What warns no more, but stops.
#[derive(Debug, Clone, Copy)]
enum Denied {
    Warnings,
    Of(Rule),
}

impl Denied {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "warnings" => Ok(Self::Warnings),
            code => rule(code).map(Self::Of),
        }
    }

    fn is(self, finding: &Finding) -> bool {
        match self {
            Self::Warnings => finding.severity == Severity::Warning,
            Self::Of(rule) => finding.code == rule.code,
        }
    }

    fn option(self) -> String {
        match self {
            Self::Warnings => "--deny warnings".to_owned(),
            Self::Of(rule) => format!("--deny {}", rule.code),
        }
    }
}

fn rule(code: &str) -> Result<Rule, String> {
    let codes = rules::ALL.iter().map(|rule| rule.code.as_str());
    match (Rule::find(code), nearest(code, codes)) {
        (Some(rule), _) => Ok(*rule),
        (None, Some(near)) => Err(format!("there is no such rule; did you mean `{near}`?")),
        (None, None) => Err("there is no such rule; codes are like EKS406".to_owned()),
    }
}

impl Control {
    /// Weighs the findings of a run.
    ///
    /// Those in spite of which stacks were synthesized stay errors.
    pub(super) fn weigh(
        &self,
        findings: &mut Findings,
        forced: &mut Findings,
        sources: &mut Sources,
    ) {
        if self.deny.is_empty() && self.allow.is_empty() {
            return;
        }
        // Where errors stopped it, not all is said yet.
        if !findings.has_errors() {
            self.unused(findings, forced, sources);
        }
        for all in [findings, forced] {
            *all = std::mem::take(all)
                .into_iter()
                .map(|finding| self.weighed(finding))
                .collect();
            all.sort();
        }
    }

    fn weighed(&self, finding: Finding) -> Finding {
        let allowed = self.allow.iter().any(|rule| rule.code == finding.code);
        match (finding.severity, &finding.allowed) {
            (Severity::Error, _) if allowed => {
                return finding.note("`--allow` is for warnings and remarks: this is an error");
            }
            (Severity::Error, _) | (_, Some(_)) => return finding,
            _ if allowed => return finding.allowed(Allowed::ByRun),
            _ => {}
        }
        match self.deny.iter().find(|denied| denied.is(&finding)) {
            Some(denied) => finding
                .severity(Severity::Error)
                .note(format!("an error because of `{}`", denied.option())),
            None => finding,
        }
    }

    fn unused(&self, findings: &mut Findings, forced: &Findings, sources: &mut Sources) {
        const OPTION: &str = "--allow ";
        let said = |rule: &Rule| {
            let mut all = findings.iter().chain(forced);
            rule.code == rules::SPEC086.code || all.any(|finding| finding.code == rule.code)
        };
        let unused: Vec<&Rule> = self.allow.iter().filter(|rule| !said(rule)).collect();
        for rule in unused {
            let code = rule.code.as_str();
            let written = format!("{OPTION}{code}");
            let end = u32::try_from(written.len()).unwrap_or(u32::MAX);
            let span = Span {
                source: sources.add("command line", written),
                start: end.saturating_sub(u32::try_from(code.len()).unwrap_or(0)),
                end,
            };
            findings.push(check::allow::unused_rule(rule, Origin::Spec(span)));
        }
    }
}
