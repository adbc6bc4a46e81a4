//! The way back: what other tools' files say, as a spec.

pub mod eksctl;
