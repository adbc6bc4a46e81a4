//! Parameters: what is given, else the default, else an unknown.
//!
//! Source: AWS `CloudFormation` User Guide, "Parameters": types, defaults and allowed values. Patterns and lengths are not
//! checked.

use std::collections::BTreeMap;

use super::section::{elements, entries, find, scalar, string};
use super::value::{Unknown, Value};
use crate::check::rules;
use crate::diagnostic::{Findings, Origin, Span};
use crate::spec::nearest::nearest;
use crate::spec::tree::{Entry, Node};

/// A parameter.
pub(super) struct Parameter {
    /// What it stands for.
    pub(super) value: Value,
    /// Whether its value is kept out of everything but conditions.
    pub(super) secret: bool,
}

/// How the values of a type are written.
enum Form {
    One,
    Number,
    Several,
    Numbers,
    /// Systems Manager has it.
    Stored,
}

fn form(kind: &str) -> Option<Form> {
    let listed = kind
        .strip_prefix("List<")
        .and_then(|rest| rest.strip_suffix('>'));
    match (kind, listed) {
        ("String", _) => Some(Form::One),
        ("Number", _) => Some(Form::Number),
        (_, Some("Number")) => Some(Form::Numbers),
        ("CommaDelimitedList", _) | (_, Some("String")) => Some(Form::Several),
        (_, Some(of)) if of.starts_with("AWS::") => Some(Form::Several),
        _ if kind.starts_with("AWS::SSM::Parameter::Value<") => Some(Form::Stored),
        _ if kind.starts_with("AWS::") => Some(Form::One),
        _ => None,
    }
}

/// All parameters of a template.
pub(super) fn parameters<'n>(
    section: &'n [Entry],
    given: &BTreeMap<String, String>,
    text: &str,
    findings: &mut Findings,
) -> BTreeMap<&'n str, Parameter> {
    let known = || section.iter().map(|entry| entry.key.as_str());
    for name in given.keys() {
        if known().all(|other| other != name) {
            let finding = rules::SPEC092.at(
                Origin::Default,
                format!("a value is given for `{name}`, which is no parameter of the template"),
            );
            let finding = finding.help(match nearest(name, known()) {
                Some(near) => format!("give it for `{near}`"),
                None => "leave it out".to_owned(),
            });
            findings.push(finding);
        }
    }
    let all = section.iter().map(|entry| {
        let given = given.get(&entry.key).map(String::as_str);
        let mut reader = Reader {
            entry,
            text,
            findings,
            secret: false,
        };
        (entry.key.as_str(), reader.parameter(given))
    });
    all.collect()
}

struct Reader<'r> {
    entry: &'r Entry,
    text: &'r str,
    findings: &'r mut Findings,
    /// Whether its value is not to be told.
    secret: bool,
}

impl Reader<'_> {
    fn parameter(&mut self, given: Option<&str>) -> Parameter {
        let what = format!("parameter {}", self.entry.key);
        let declared = entries(&self.entry.value).unwrap_or_default();
        let secret = find(declared, "NoEcho").map(|node| scalar(node, self.text));
        let secret = secret.is_some_and(|value| value.into_text().known() == Some("true"));
        let kind = find(declared, "Type").and_then(string);
        let Some(form) = kind.and_then(form) else {
            let name = &self.entry.key;
            let message = format!("the parameter `{name}` has no type that CloudFormation knows");
            let help = "write a type, such as `Type: String`".to_owned();
            self.say(&rules::SPEC090, self.entry.key_span, message, help);
            let value = Value::unknown(what, "its type is not known");
            return Parameter { value, secret };
        };
        let default = find(declared, "Default");
        if matches!(form, Form::Stored) {
            let at = given
                .map(str::to_owned)
                .or_else(|| Some(string(default?)?.to_owned()));
            let at = at.unwrap_or_else(|| "a parameter that is not named".to_owned());
            let why = format!("Systems Manager keeps its value, under {at}");
            let value = Value::named(what, why);
            return Parameter { value, secret };
        }
        let written = match (given, default) {
            (Some(given), _) => Ok(given.to_owned()),
            (None, Some(default)) => self.default(default),
            (None, None) => Err(Unknown::named(
                what,
                "it has no default, and no value is given",
            )),
        };
        let value = match written {
            Ok(written) => {
                self.secret = secret;
                self.value(&form, &written, find(declared, "AllowedValues"))
            }
            Err(unknown) => Value::Unknown(unknown),
        };
        Parameter { value, secret }
    }

    fn say(&mut self, rule: &crate::check::Rule, span: Span, message: String, help: String) {
        self.findings
            .push(rule.at(Origin::Spec(span), message).help(help));
    }

    fn default(&mut self, node: &Node) -> Result<String, Unknown> {
        match scalar(node, self.text) {
            Value::Unknown(unknown) => Err(unknown),
            value => Ok(value.into_text().to_string()),
        }
    }

    fn value(&mut self, form: &Form, written: &str, allowed: Option<&Node>) -> Value {
        let one = |written: &str| Value::from(written);
        let several = || written.split(',').map(str::trim);
        let (value, numbers) = match form {
            Form::One | Form::Stored => (one(written), false),
            // What is written otherwise, such as `007`, is compared as it is written.
            Form::Number => {
                let number = written.parse().ok().map(Value::Number);
                let same = number.filter(|number| number.to_string() == written);
                (same.unwrap_or_else(|| one(written)), true)
            }
            // CloudFormation makes of nothing a list with one empty element.
            Form::Several => (Value::List(several().map(one).collect()), false),
            Form::Numbers => (Value::List(several().map(one).collect()), true),
        };
        let secret = self.secret;
        let listed = matches!(form, Form::Several | Form::Numbers);
        let words: Vec<&str> = if listed {
            several().collect()
        } else {
            vec![written]
        };
        let name = &self.entry.key;
        let told = |word: &str| {
            if secret {
                "its value".to_owned()
            } else {
                format!("`{word}`")
            }
        };
        if numbers && let Some(word) = words.iter().find(|word| word.parse::<f64>().is_err()) {
            let message = format!(
                "the parameter `{name}` is a number, and {} is none",
                told(word)
            );
            let help = "give it a number".to_owned();
            self.say(&rules::SPEC092, self.entry.key_span, message, help);
        }
        if let Some(allowed) = allowed.and_then(elements) {
            let text = self.text;
            let allowed: Vec<_> = allowed
                .iter()
                .map(|node| scalar(node, text).into_text())
                .collect();
            // One of them that cannot be read for sure may be the one.
            let sure = allowed.iter().all(|text| text.known().is_some());
            let is_allowed = |word: &str| allowed.iter().any(|text| text.known() == Some(word));
            if sure && let Some(word) = words.iter().find(|word| !is_allowed(word)) {
                let message = format!(
                    "{} is no value that the parameter `{name}` allows",
                    told(word)
                );
                let words = allowed.iter().filter_map(|text| text.known());
                let help = format!("give one of {}", words.collect::<Vec<_>>().join(", "));
                self.say(&rules::SPEC092, self.entry.key_span, message, help);
            }
        }
        value
    }
}
