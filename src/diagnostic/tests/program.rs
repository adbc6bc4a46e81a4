//! A line of a program at which findings in snapshots point. Adding lines above it moves them.

use super::Origin;

pub(super) fn subnet() -> Origin {
    Origin::caller()
}
