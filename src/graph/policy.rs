//! Policy documents of IAM and of resources, typed.

use super::reference::{Piece, Text};

/// A policy document, version 2012-10-17.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Its statements.
    pub statements: Vec<Statement>,
}

/// Who a statement of a resource's policy speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// An AWS service, such as `ec2.amazonaws.com`.
    Service(String),
    /// An account, role or user by ARN.
    Aws(Text),
    /// Everyone: to deny, and in the policies of endpoints, where conditions say who is meant.
    Everyone,
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// A test that a request must pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// How the values are compared, such as `StringEquals`.
    pub operator: &'static str,
    /// What is compared, such as `aws:SourceAccount`.
    pub key: &'static str,
    /// With what.
    pub value: Text,
}

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its name within the policy.
    pub sid: &'static str,
    /// Allow or deny.
    pub effect: Effect,
    /// Who; none in a policy that is attached to a role.
    pub principal: Option<Principal>,
    /// Which actions.
    pub actions: Vec<&'static str>,
    /// On which resources; none in a trust policy.
    pub resources: Vec<Text>,
    /// Under which conditions, ordered by operator.
    pub conditions: Vec<Condition>,
}

impl Policy {
    /// How many characters it has as JSON, at most and nearly: what AWS decides is counted as an account's twelve digits.
    pub fn characters(&self) -> usize {
        let text = |text: &Text| {
            let pieces = text.pieces().iter().map(|piece| match piece {
                Piece::Literal(literal) => literal.chars().count(),
                Piece::Account | Piece::Attribute(..) => 12,
            });
            // With quotes and a comma.
            pieces.sum::<usize>() + 3
        };
        let statement = |statement: &Statement| {
            let actions = statement.actions.iter().map(|action| action.len() + 3);
            let resources = statement.resources.iter().map(text);
            let conditions = statement.conditions.iter();
            let conditions =
                conditions.map(|c| c.operator.len() + c.key.len() + text(&c.value) + 8);
            let parts = actions.chain(resources).chain(conditions).sum::<usize>();
            let names = r#"{"Sid":"","Effect":"Allow","Principal":"*","Action":[],"Resource":[],"Condition":{}},"#;
            names.len() + statement.sid.len() + parts
        };
        let statements = self.statements.iter().map(statement).sum::<usize>();
        r#"{"Version":"2012-10-17","Statement":[]}"#.len() + statements
    }
}

impl Statement {
    /// A statement that allows some actions.
    pub fn allow(sid: &'static str, actions: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            sid,
            effect: Effect::Allow,
            principal: None,
            actions: actions.into_iter().collect(),
            resources: Vec::new(),
            conditions: Vec::new(),
        }
    }

    /// A statement that denies some actions.
    pub fn deny(sid: &'static str, actions: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            effect: Effect::Deny,
            ..Self::allow(sid, actions)
        }
    }

    /// Says to whom it speaks.
    #[must_use]
    pub fn principal(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    /// Says that it speaks of an AWS service.
    #[must_use]
    pub fn service(self, service: impl Into<String>) -> Self {
        self.principal(Principal::Service(service.into()))
    }

    /// Adds a resource.
    #[must_use]
    pub fn on(mut self, resource: impl Into<Text>) -> Self {
        self.resources.push(resource.into());
        self
    }

    /// Adds a condition.
    #[must_use]
    pub fn when(
        mut self,
        operator: &'static str,
        key: &'static str,
        value: impl Into<Text>,
    ) -> Self {
        self.conditions.push(Condition {
            operator,
            key,
            value: value.into(),
        });
        self.conditions.sort_by_key(|c| c.operator);
        self
    }

    /// Requires that the service acts for this account, against the confused deputy.
    #[must_use]
    pub fn from_this_account(self) -> Self {
        self.when("StringEquals", "aws:SourceAccount", Text::new().account())
    }
}

impl From<Statement> for Policy {
    fn from(statement: Statement) -> Self {
        Self {
            statements: vec![statement],
        }
    }
}

impl FromIterator<Statement> for Policy {
    fn from_iter<I: IntoIterator<Item = Statement>>(iter: I) -> Self {
        Self {
            statements: iter.into_iter().collect(),
        }
    }
}
