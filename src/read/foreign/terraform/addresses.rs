//! Addresses and references, taken apart.

/// What a reference leads to, and what is asked of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference<'r> {
    pub(super) to: To<'r>,
    /// The key of an instance with its brackets, or nothing.
    pub(super) key: &'r str,
    /// What follows: `id`, `vpc_config[0].subnet_ids`, or nothing.
    pub(super) rest: &'r str,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum To<'r> {
    /// A resource or a data source: `aws_vpc.main`, `data.aws_region.here`.
    Resource(&'r str),
    /// The module of this name.
    Module(&'r str),
    /// The variable of this name.
    Variable(&'r str),
}

/// What a reference leads to; none for those to what a plan does not tell: locals, `each`, `count`, paths.
pub(super) fn reference(text: &str) -> Option<Reference<'_>> {
    let (first, behind) = text.split_once('.')?;
    let (to, left) = match first {
        "module" => {
            let end = end_of_name(behind);
            (To::Module(&behind[..end]), &behind[end..])
        }
        "var" => {
            let end = end_of_name(behind);
            (To::Variable(&behind[..end]), &behind[end..])
        }
        "local" | "each" | "count" | "path" | "terraform" | "self" | "ephemeral" => return None,
        "data" => {
            let (kind, name) = behind.split_once('.')?;
            let end = first.len() + kind.len() + 2 + end_of_name(name);
            (To::Resource(&text[..end]), &text[end..])
        }
        kind => {
            let end = kind.len() + 1 + end_of_name(behind);
            (To::Resource(&text[..end]), &text[end..])
        }
    };
    let (key, rest) = match to {
        To::Variable(_) => ("", left),
        To::Resource(_) | To::Module(_) => key(left),
    };
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    Some(Reference { to, key, rest })
}

fn end_of_name(text: &str) -> usize {
    text.find(['.', '[']).unwrap_or(text.len())
}

/// A key in brackets in front of a text, and what follows it; a key of letters is in quotes, where brackets mean nothing.
fn key(text: &str) -> (&str, &str) {
    if !text.starts_with('[') {
        return ("", text);
    }
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return text.split_at(at + 1),
            _ => {}
        }
    }
    ("", text)
}

/// The name in a module's address below that of its parent, such as `private` in `module.network.module.private["a"]`.
pub(super) fn module_name<'a>(address: &'a str, parent: &str) -> Option<&'a str> {
    let below = match parent {
        "" => address,
        parent => address.strip_prefix(parent)?.strip_prefix('.')?,
    };
    let name = below.strip_prefix("module.")?;
    Some(&name[..end_of_name(name)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        for (text, to, key, rest) in [
            ("aws_vpc.main", To::Resource("aws_vpc.main"), "", ""),
            ("aws_vpc.main.id", To::Resource("aws_vpc.main"), "", "id"),
            ("aws_eip.a[0].id", To::Resource("aws_eip.a"), "[0]", "id"),
            (
                r#"aws_eip.a["x].\"y"].tags["b"]"#,
                To::Resource("aws_eip.a"),
                r#"["x].\"y"]"#,
                r#"tags["b"]"#,
            ),
            ("data.a.b.c", To::Resource("data.a.b"), "", "c"),
            ("module.net[1].ids[0]", To::Module("net"), "[1]", "ids[0]"),
            ("module.net", To::Module("net"), "", ""),
            ("var.a[0].b", To::Variable("a"), "", "[0].b"),
            ("aws_eip.a[0", To::Resource("aws_eip.a"), "", "[0"),
        ] {
            assert_eq!(reference(text), Some(Reference { to, key, rest }), "{text}");
        }
        for text in ["local.a", "each.key", "count.index", "x", "", "data.a"] {
            assert_eq!(reference(text), None, "{text}");
        }
    }

    #[test]
    fn modules_have_names() {
        assert_eq!(module_name("module.a[0]", ""), Some("a"));
        assert_eq!(
            module_name(r#"module.a.module.b["c.d"]"#, "module.a"),
            Some("b")
        );
        assert_eq!(module_name("module.a.module.b", "module.x"), None);
        assert_eq!(module_name("aws_vpc.a", ""), None);
    }
}
