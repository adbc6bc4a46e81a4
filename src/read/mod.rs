//! The way back: what rendered templates say, in no engine's words ([`Reading`]), to be held against the model that they were
//! rendered from and against each other; what other tools' files say, as a spec (`eksctl`), and
//! what templates of other people say (`foreign`).
//!
//! INVARIANT (independence): the readers of templates are written from the engines' documentation and share no code with
//! `render`, so that a mistake there is not made here again. The tables of resource types are data, and both use them.

mod differences;
#[cfg(feature = "spec")]
pub mod eksctl;
#[cfg(feature = "spec")]
pub mod foreign;

mod alone;
mod cloudformation;
mod compare;
mod json;
mod model;
mod object;
mod policy;
mod reading;
mod terraform;
mod unfold;

pub use alone::alone;
pub use cloudformation::read as cloudformation;
pub use compare::{Difference, compare, siblings};
pub use differences::{EngineDifference, Instead, engine_differences};
#[cfg(feature = "cli")]
pub(crate) use json::MOST_BYTES;
pub use model::reading as model;
pub use reading::{Engine, Item, Key, Output, Part, Parts, Reading, Value};
pub use terraform::read as terraform;
