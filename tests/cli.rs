//! The command line, as people use it.
#![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

#[path = "cli/adopt.rs"]
mod adopt;
#[path = "cli/commands.rs"]
mod commands;
#[path = "cli/control.rs"]
mod control;
#[path = "cli/documents.rs"]
mod documents;
#[path = "cli/examples.rs"]
mod examples;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/fix.rs"]
mod fix;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/ledger.rs"]
mod ledger;
#[path = "cli/place.rs"]
mod place;
#[path = "cli/record.rs"]
mod record;
#[path = "cli/verify.rs"]
mod verify;
