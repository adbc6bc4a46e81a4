//! Reports: what was decided, for people and for other programs.

mod capacity;
mod map;
mod plan;
mod table;

pub use capacity::{CapacityReport, GroupRoom, ModeRoom, PrefixRoom, TierRoom, ZoneRoom};
pub use plan::{
    EndpointRow, FreeSpace, PlanReport, PlannedGateway, ReasonRow, SubnetRow, TierRow,
    TombstoneRow, plans_as_json,
};

/// Fills in a template. The templates and what goes into them are the crate's own, so that a mistake is one of eksnet's;
/// its text is the result then.
pub(crate) fn fill(name: &str, template: &str, values: impl serde::Serialize) -> String {
    let mut environment = minijinja::Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    // Neither Markdown nor scaffolds are to be escaped; what goes in was checked before.
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let syntax = minijinja::syntax::SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    if let Ok(syntax) = syntax {
        environment.set_syntax(syntax);
    }
    environment.add_filter("thousands", thousands);
    let filled = environment.render_named_str(name, template, minijinja::value::Serde(&values));
    debug_assert!(filled.is_ok(), "{filled:?}");
    filled.unwrap_or_else(|error| error.to_string())
}

/// `65,536`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
