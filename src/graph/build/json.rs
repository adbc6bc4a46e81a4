//! JSON of which AWS decides some texts, such as the id of a subnet.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::graph::Text;

/// A value. Members are in the order of their keys.
pub(super) enum Json {
    Bool(bool),
    /// Text, written between quotes.
    Text(Text),
    List(Vec<Json>),
    Object(Members),
}

/// The members of an object.
pub(super) type Members = BTreeMap<Cow<'static, str>, Json>;

impl From<Text> for Json {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl Json {
    /// Text that is known now, with what JSON wants escaped.
    pub(super) fn text(text: &str) -> Self {
        let quoted = serde_json::Value::from(text).to_string();
        let inner = quoted
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        Self::Text(Text::from(inner.unwrap_or_default()))
    }

    /// Without spaces and line breaks.
    pub(super) fn render(&self) -> Text {
        self.write(Text::new())
    }

    fn write(&self, out: Text) -> Text {
        match self {
            Self::Bool(yes) => out.literal(if *yes { "true" } else { "false" }),
            Self::Text(text) => out.literal("\"").text(text).literal("\""),
            Self::List(items) => {
                let out = items
                    .iter()
                    .enumerate()
                    .fold(out.literal("["), |out, (at, item)| {
                        item.write(if at > 0 { out.literal(",") } else { out })
                    });
                out.literal("]")
            }
            Self::Object(members) => {
                let out =
                    members
                        .iter()
                        .enumerate()
                        .fold(out.literal("{"), |out, (at, (key, item))| {
                            let out = if at > 0 { out.literal(",") } else { out };
                            item.write(Self::text(key).write(out).literal(":"))
                        });
                out.literal("}")
            }
        }
    }
}
