//! What Terraform is told about a resource besides its arguments.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::graph::{Entry, Resource};

/// What Terraform is told about a resource besides its arguments.
#[derive(Clone, Copy, Default)]
pub(super) struct Lifecycle {
    prevent_destroy: bool,
    /// An argument that something else changes while the stack lives.
    ignore: Option<&'static str>,
}

impl Lifecycle {
    pub(super) fn of(entry: &Entry) -> Self {
        // An autoscaler's number of nodes is not to be undone by the next apply. What is ignored is sent as it was, and EKS
        // refuses less than the least: where no autoscaler has a choice, the number follows the spec.
        let scaled = matches!(&entry.resource, Resource::NodeGroup(group) if group.min < group.max);
        Self {
            prevent_destroy: entry.retain,
            ignore: scaled.then_some("scaling_config[0].desired_size"),
        }
    }

    pub(super) fn says_nothing(self) -> bool {
        !self.prevent_destroy && self.ignore.is_none()
    }
}

impl Serialize for Lifecycle {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        if let Some(ignore) = self.ignore {
            map.serialize_entry("ignore_changes", &[ignore])?;
        }
        if self.prevent_destroy {
            map.serialize_entry("prevent_destroy", &true)?;
        }
        map.end()
    }
}
