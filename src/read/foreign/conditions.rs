//! Conditions: true, false, or not known.
//!
//! Source: AWS `CloudFormation` Template Reference, "Condition functions".

use super::evaluator::{Evaluator, Named};
use super::section::{elements, entries, string};
use super::value::{Unknown, Value};
use crate::spec::tree::{Entry, Kind, Node};

/// What a condition comes to.
pub(super) type Truth = Result<bool, Unknown>;

impl<'n> Evaluator<'n> {
    /// A condition by its name.
    pub(super) fn named_condition(&mut self, name: &str, at: &Node) -> Truth {
        if let Some(truth) = self.truths.get(name) {
            return truth.clone();
        }
        let Some((&name, &node)) = self.conditions.get_key_value(name) else {
            self.names_nothing(name, Named::Condition, at);
            return Err(Unknown::new(
                format!("condition {name}"),
                "the template has none of this name",
            ));
        };
        // Circles are refused before; this ends what would come back here nevertheless.
        let working = Unknown::new(format!("condition {name}"), "it waits for itself");
        self.truths.insert(name, Err(working));
        let truth = self.truth(node);
        let truth =
            truth.map_err(|unknown| Unknown::new(format!("condition {name}"), unknown.to_string()));
        self.truths.insert(name, truth.clone());
        truth
    }

    fn truth(&mut self, node: &'n Node) -> Truth {
        if !self.enter() {
            return Err(self.too_deep());
        }
        let truth = match entries(node) {
            Some([entry]) => self.condition_function(entry),
            _ => Err(Unknown::new(
                node.kind.describe(),
                "a condition is due here",
            )),
        };
        self.leave();
        truth
    }

    fn condition_function(&mut self, entry: &'n Entry) -> Truth {
        let function = entry.key.as_str();
        let unfit = |why: &str| Err(Unknown::new(function, why));
        let arguments = elements(&entry.value);
        match (function, arguments) {
            ("Condition", _) => match string(&entry.value) {
                Some(name) => self.named_condition(name, &entry.value),
                None => unfit("it is not given the name of a condition"),
            },
            ("Fn::Equals", Some([one, other])) => {
                let [one, other] = [one, other].map(|node| self.in_condition(node));
                equal(&one, &other)
            }
            ("Fn::Not", Some([one])) => self.truth(one).map(|truth| !truth),
            ("Fn::And", Some(several @ [_, _, ..])) => self.all(several, true),
            ("Fn::Or", Some(several @ [_, _, ..])) => self.all(several, false),
            ("Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or", _) => {
                unfit("it is not given what it takes")
            }
            _ => unfit("it is no function of conditions that is worked out"),
        }
    }

    /// Whether all are true, or one is; one that settles it makes up for those that are not known.
    fn all(&mut self, nodes: &'n [Node], wanted: bool) -> Truth {
        let mut unknown = None;
        for node in nodes {
            match self.truth(node) {
                Ok(truth) if truth != wanted => return Ok(!wanted),
                Ok(_) => {}
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        unknown.map_or(Ok(wanted), Err)
    }

    /// What two branches come to: the value of one of them, where the condition is known or they are alike.
    pub(super) fn chosen(&mut self, entry: &'n Entry) -> Option<Value> {
        let Some([name, yes, no]) = elements(&entry.value) else {
            return Some(self.broken("Fn::If", entry.key_span, "it is not given what it takes"));
        };
        let Kind::Str(condition) = &name.kind else {
            let why = "it is not given the name of a condition";
            return Some(self.broken("Fn::If", entry.key_span, why));
        };
        match self.named_condition(condition, name) {
            Ok(true) => self.value(yes),
            Ok(false) => self.value(no),
            Err(why) => {
                let [yes, no] = [yes, no].map(|node| self.value(node));
                if yes == no && yes.as_ref().is_none_or(Value::is_sure) {
                    return yes;
                }
                let word = |value: &Option<Value>| match value {
                    Some(value) => value.to_string(),
                    None => "nothing".to_owned(),
                };
                let what = format!("{} if {condition}, else {}", word(&yes), word(&no));
                // Without one of them, it may be that nothing is left of it.
                Some(Value::Unknown(if yes.is_some() && no.is_some() {
                    Unknown::new(what, why.to_string())
                } else {
                    Unknown::perhaps(what, why.to_string())
                }))
            }
        }
    }
}

/// Whether two values are the same; what has the same parts is, whatever they will be.
fn equal(one: &Value, other: &Value) -> Truth {
    if let (Value::List(one), Value::List(other)) = (one, other) {
        let mut open = one.iter().chain(other).find_map(|value| match value {
            Value::Unknown(unknown) if value.is_perhaps_nothing() => Some(unknown.clone()),
            _ => None,
        });
        if let Some(open) = open {
            return Err(open);
        }
        if one.len() != other.len() {
            return Ok(false);
        }
        for (one, other) in one.iter().zip(other) {
            match equal(one, other) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(unknown) => open = open.or(Some(unknown)),
            }
        }
        return open.map_or(Ok(true), Err);
    }
    let sure = one.is_sure() && other.is_sure();
    let [one, other] = [one, other].map(|value| value.clone().into_text());
    if one == other && sure {
        return Ok(true);
    }
    if one.known().is_some() && other.known().is_some() {
        return Ok(false);
    }
    let open = one.unknown().or(other.unknown());
    let why = || Unknown::new("Fn::Equals", "only a deployment knows what it compares");
    Err(open.cloned().unwrap_or_else(why))
}
