//! Capacity: AWS's published figures, and what plans have room for.

#![cfg(feature = "spec")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

#[cfg(feature = "report")]
#[path = "capacity/page.rs"]
mod page;
#[path = "capacity/plans.rs"]
mod plans;
#[path = "capacity/published.rs"]
mod published;
