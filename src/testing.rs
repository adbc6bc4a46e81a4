//! Help for tests of a program's own stacks.

use crate::diagnostic::{Sources, concise};
use crate::network::Stack;
use crate::render::Format;

/// Every file that a stack renders to, with its name, in an order that never changes.
///
/// A stack with errors gives one entry, `findings`, with a line for each: a test that compares fails in a way that can be
/// read. With [insta](https://insta.rs), a change of the network is reviewed as a change of its snapshots:
///
/// ```
/// # mod insta { macro_rules! assert_snapshot { ($name:expr, $text:expr) => { let _ = (&$name, &$text); } }
/// # pub(crate) use assert_snapshot; }
/// use eksnet::prelude::*;
///
/// fn stack() -> Stack {
///     let net = Network::new(cidr!("10.20.0.0/16"));
///     Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"))
/// }
///
/// // #[test]
/// fn templates() {
///     for (name, text) in eksnet::testing::documents(&stack()) {
///         insta::assert_snapshot!(name.replace('/', "_"), text);
///     }
/// }
/// # templates();
/// ```
pub fn documents(stack: &Stack) -> Vec<(String, String)> {
    match stack.synthesize() {
        Ok(synthesis) => Format::ENGINES
            .iter()
            .flat_map(|format| synthesis.files(*format))
            .map(|file| (file.path, file.text))
            .collect(),
        Err(findings) => vec![("findings".to_owned(), concise(&findings, &Sources::new()))],
    }
}
