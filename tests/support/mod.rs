//! What several test programs share: randomness, a generator of specs, writers for them, readers of templates.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test program uses a part of it"
)]

pub mod emit;
pub mod examples;
pub mod features;
pub mod generate;
pub mod growing;
pub mod merge;
pub mod rng;
pub mod run;
pub mod templates;

/// How many cases a test tries: few in a plain run, many with `EKSNET_CASES=full`, or the number that is given there.
pub fn cases(few: usize, full: usize) -> usize {
    match std::env::var("EKSNET_CASES") {
        Ok(text) if text == "full" => full,
        Ok(text) => text.parse().unwrap_or(few),
        Err(_) => few,
    }
}
