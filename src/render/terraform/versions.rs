//! The versions that a module is for.

use super::Terraform;
use crate::graph::{Table, Value};

/// The oldest provider that the output is for: the first with every argument but those whose table says `since`.
pub(crate) const OLDEST: (u16, u16) = (5, 95);

/// The first major version of the provider that the output is not for: it does not exist yet.
pub(crate) const TOO_NEW: u16 = 7;

/// The oldest Terraform, and OpenTofu, that reads the output.
pub(crate) const TERRAFORM: &str = ">= 1.5";

/// The versions of the provider that know all that the graph writes.
fn provider(engine: &Terraform) -> String {
    let mut oldest = OLDEST;
    for table in engine.tables() {
        newer(table, &mut oldest);
    }
    let (major, minor) = oldest;
    format!(">= {major}.{minor}, < {TOO_NEW}")
}

/// Raises the oldest version to that which brought what a resource or block writes.
fn newer(table: &dyn Table, oldest: &mut (u16, u16)) {
    table.each(&mut |attribute, value| {
        if attribute.terraform.is_none() || matches!(value, Value::Absent) {
            return;
        }
        *oldest = attribute.since.map_or(*oldest, |since| since.max(*oldest));
        let blocks = match value {
            Value::List(values) => values,
            single => vec![single],
        };
        for block in blocks {
            if let Value::Block(block) = block {
                newer(block, oldest);
            }
        }
    });
}

/// The blocks `terraform` and `provider`.
pub(super) fn versions(engine: &Terraform) -> serde_json::Value {
    let graph = engine.graph;
    let provider = provider(engine);
    serde_json::json!({
        "provider": { "aws": { "region": graph.region.as_str() } },
        "terraform": {
            "required_providers": { "aws": { "source": "hashicorp/aws", "version": provider } },
            "required_version": TERRAFORM,
        },
    })
}
