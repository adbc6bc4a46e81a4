//! Text of a spec that stands for something: ranges, keys, tags, ports, references.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::super::nearest::{is_same_word, nearest};
use super::super::{Field, Key as Name, List, Names, NumberOrText};
use crate::check::{Rule, host_bits, is_block_size, is_service_size, rules};
use crate::diagnostic::{Finding, Findings, Origin, Span};
use crate::network::{Allowance, At, Key};

/// Reads words and says what is wrong with them.
pub(super) struct Words<'f> {
    pub(super) findings: &'f mut Findings,
    /// Keys that are not missing but misspelt or misplaced, which has been reported.
    pub(super) meant: &'f [&'static str],
}

impl Words<'_> {
    pub(super) fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn missing(&mut self, origin: Origin, key: &str, what: &str) {
        if self.is_meant(key) {
            return;
        }
        self.push(
            rules::SPEC016
                .at(origin, format!("the key `{key}` is missing"))
                .help(format!("add `{key}`: {what}")),
        );
    }

    /// Says that a name stands there without what belongs to it, where it is that.
    pub(super) fn valueless<T>(&mut self, name: &Name, value: &Field<T>, example: &str) {
        if value.is_absent() {
            self.push(valueless(name, example));
        }
    }

    /// Whether a key is there, but misspelt or misplaced.
    pub(super) fn is_meant(&self, key: &str) -> bool {
        self.meant.contains(&key)
    }

    /// Whether a list, or one of its elements, could not be read.
    pub(super) fn is_unread<T>(list: &List<T>) -> bool {
        let elements = list.get();
        list.is_invalid() || elements.is_some_and(|list| list.iter().any(Field::is_invalid))
    }

    /// A name that the user chose.
    pub(super) fn name(key: &Name) -> At<String> {
        At::new(key.text.clone(), Origin::Spec(key.span))
    }

    /// A text, if there is a right one.
    pub(super) fn text(field: &Field<String>) -> Option<At<String>> {
        let (text, span) = field.located()?;
        Some(At::new(text.clone(), Origin::Spec(span)))
    }

    /// All texts of a list that are right.
    pub(super) fn texts(list: &List<String>) -> Vec<At<String>> {
        list.get()
            .into_iter()
            .flatten()
            .filter_map(Self::text)
            .collect()
    }

    /// A range of addresses.
    pub(super) fn cidr(&mut self, field: &Field<String>) -> Option<At<Ipv4Net>> {
        let (text, span) = field.located()?;
        self.cidr_of(text, span)
    }

    /// All ranges of a list that are right.
    pub(super) fn cidrs(&mut self, list: &List<String>) -> Vec<At<Ipv4Net>> {
        let all = list.get().into_iter().flatten();
        all.filter_map(|field| self.cidr(field)).collect()
    }

    /// A range of addresses of either family.
    pub(super) fn client(&mut self, field: &Field<String>) -> Option<At<IpNet>> {
        let (text, span) = field.located()?;
        self.either_of(text, span)
    }

    /// The same of a text that stands there.
    pub(super) fn either_of(&mut self, text: &str, span: Span) -> Option<At<IpNet>> {
        if text.contains(':') {
            let net = self.ipv6_cidr_of(text, span)?;
            return Some(At::new(net.value.into(), net.origin));
        }
        let net = self.cidr_of(text, span)?;
        Some(At::new(net.value.into(), net.origin))
    }

    fn ipv6_cidr_of(&mut self, text: &str, span: Span) -> Option<At<Ipv6Net>> {
        let origin = Origin::Spec(span);
        let Ok(net) = text.parse::<Ipv6Net>() else {
            self.push(
                rules::SPEC015
                    .at(origin, format!("`{text}` is not an IPv6 range"))
                    .help(
                        "write an address and a prefix length from 0 to 128, such as 2001:2::/48",
                    ),
            );
            return None;
        };
        if let Some(finding) = host_bits(At::new(net, origin)) {
            self.push(finding);
            return None;
        }
        Some(At::new(net, origin))
    }

    /// A block of a VPC, and whether it is all that is written. A size that AWS refuses is left to its rule, which knows
    /// what else there is.
    pub(super) fn block(&mut self, field: &Field<String>) -> Option<(At<Ipv4Net>, bool)> {
        let (text, span) = field.located()?;
        let block = self.range_of(text, span)?;
        let finding = if is_block_size(block.value) {
            host_bits(block)
        } else {
            return Some((block, block.value == block.value.trunc()));
        };
        let whole = finding.is_none();
        self.findings.extend(finding);
        Some((At::new(block.value.trunc(), block.origin), whole))
    }

    /// The range of Kubernetes services; a size that EKS refuses is left to its rule.
    pub(super) fn services(&mut self, field: &Field<String>) -> Option<At<Ipv4Net>> {
        let (text, span) = field.located()?;
        let range = self.range_of(text, span)?;
        if is_service_size(range.value)
            && let Some(finding) = host_bits(range)
        {
            self.push(finding);
            return None;
        }
        Some(range)
    }

    pub(super) fn cidr_of(&mut self, text: &str, span: Span) -> Option<At<Ipv4Net>> {
        let net = self.range_of(text, span)?;
        if let Some(finding) = host_bits(net) {
            self.push(finding);
            return None;
        }
        Some(net)
    }

    fn range_of(&mut self, text: &str, span: Span) -> Option<At<Ipv4Net>> {
        let origin = Origin::Spec(span);
        let Ok(net) = text.parse::<Ipv4Net>() else {
            let finding = rules::SPEC015.at(origin, format!("`{text}` is not an IPv4 range"));
            self.push(range_help(finding, text, span));
            return None;
        };
        Some(At::new(net, origin))
    }

    /// `create`, `aws-owned`, or the ARN of a key.
    pub(super) fn key(&mut self, field: &Field<String>) -> Option<Key> {
        let (text, span) = field.located()?;
        match text.as_str() {
            "create" => Some(Key::Create),
            "aws-owned" => Some(Key::AwsOwned),
            arn if arn.starts_with("arn:") => {
                Some(Key::Existing(At::new(arn.to_owned(), Origin::Spec(span))))
            }
            other => {
                let finding =
                    rules::SPEC005.at(Origin::Spec(span), format!("`{other}` is not a key"));
                let finding = match nearest(other, ["create", "aws-owned"]) {
                    Some(near) => finding
                        .help(format!("did you mean `{near}`?"))
                        .edit(span, near)
                        .safe_if(is_same_word(other, near)),
                    None => finding.help("write `create`, `aws-owned`, or the ARN of a key"),
                };
                self.push(finding);
                None
            }
        }
    }

    /// Tags or labels; values that are wrong have been reported.
    pub(super) fn pairs<T: FromIterator<(String, String)>>(&mut self, names: &Names<String>) -> T {
        let all = names.get().into_iter().flatten();
        all.filter_map(|(key, value)| {
            self.valueless(key, value, "\"\"");
            Some((key.text.clone(), value.get()?.clone()))
        })
        .collect()
    }

    /// Rules that may be broken, by their codes; values that are wrong have been reported.
    pub(super) fn allowances(&mut self, names: &Names<String>) -> Vec<Allowance> {
        let mut all = Vec::new();
        for (key, value) in names.get().into_iter().flatten() {
            let origin = Origin::Spec(key.span);
            let Some(rule) = Rule::find(&key.text) else {
                self.push(unknown_rule(&key.text, key.span));
                continue;
            };
            self.valueless(key, value, "\"a test cluster\"");
            if let Some((reason, span)) = value.located() {
                all.push(Allowance {
                    rule: At::new(*rule, origin),
                    reason: At::new(reason.clone(), Origin::Spec(span)),
                });
            }
        }
        all
    }

    /// A port or a range of ports.
    pub(super) fn ports(&mut self, field: &Field<NumberOrText>) -> Option<(u16, u16)> {
        let (value, span) = field.located()?;
        self.ports_of(value, span)
    }

    /// The same of a value that stands there.
    pub(super) fn ports_of(&mut self, value: &NumberOrText, span: Span) -> Option<(u16, u16)> {
        let ports = match value {
            NumberOrText::Number(port) => u16::try_from(*port).ok().map(|port| (port, port)),
            NumberOrText::Text(text) => {
                let (from, to) = text.split_once('-').unwrap_or((text, text));
                from.trim().parse().ok().zip(to.trim().parse().ok())
            }
        };
        if ports.is_none() {
            self.push(
                rules::SPEC015
                    .at(
                        Origin::Spec(span),
                        format!("`{value}` is not a port or a range of ports"),
                    )
                    .note("ports are 0 to 65535")
                    .help("write a port such as 443, or a range such as 30000-32767"),
            );
        }
        ports
    }

    /// A thing by its name, or a finding that says which there are.
    pub(super) fn reference(
        &mut self,
        name: &At<String>,
        what: &str,
        known: &[&str],
    ) -> Option<usize> {
        let found = known.iter().position(|other| *other == name.value);
        if found.is_none() {
            let finding =
                rules::SPEC010.at(name.origin, format!("there is no {what} `{}`", name.value));
            self.push(
                match (nearest(&name.value, known.iter().copied()), name.origin) {
                    (Some(near), Origin::Spec(span)) => finding
                        .help(format!("did you mean `{near}`?"))
                        .edit(span, near),
                    _ if known.is_empty() => finding.help(format!(
                        "the spec has no {what}s of its own: name them under `tiers`"
                    )),
                    _ => finding.help(format!("the {what}s are {}", known.join(", "))),
                },
            );
        }
        found
    }
}

fn unknown_rule(code: &str, span: Span) -> Finding {
    let finding = rules::SPEC010.at(Origin::Spec(span), format!("there is no rule `{code}`"));
    let codes = rules::ALL.iter().map(|rule| rule.code.as_str());
    match nearest(code, codes) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .edit(span, near),
        None => finding.help("write the code that stands in the finding, such as `EKS406`"),
    }
}

/// What somebody may have meant who wrote something that is not a range.
fn range_help(finding: Finding, text: &str, span: Span) -> Finding {
    let host = text.parse::<std::net::Ipv4Addr>();
    if let Ok(address) = host {
        let (prefix, what) = match address.octets() {
            [_, 0, 0, 0] => (8, "all addresses that begin like it"),
            [_, _, 0, 0] => (16, "all addresses that begin like it"),
            [_, _, _, 0] => (24, "all addresses that begin like it"),
            _ => (32, "this address alone"),
        };
        let written = format!("{address}/{prefix}");
        return finding
            .note("a range is an address and the number of bits that are fixed")
            .help(format!("write {written} for {what}"))
            .edit(span, written);
    }
    if let Some((address, prefix)) = text.split_once('/')
        && address.parse::<std::net::Ipv4Addr>().is_ok()
        && prefix.chars().all(|c| c.is_ascii_digit())
    {
        return finding.help("a prefix length is 0 to 32");
    }
    if text.contains(':') {
        return finding
            .help("IPv6 ranges are not taken here; write an IPv4 range such as 10.20.0.0/16");
    }
    finding.help("write four numbers from 0 to 255 and a prefix length, such as 10.20.0.0/16")
}

fn valueless(name: &Name, example: &str) -> Finding {
    let text = &name.text;
    let mut help = format!("write one after it, such as `{text}: {example}`");
    // A tag's name may have a colon of its own.
    if let Some((before, behind)) = text.split_once(':')
        && !behind.is_empty()
    {
        help = format!("put a blank after the colon, `{before}: {behind}`; or {help}");
    }
    rules::SPEC016
        .at(Origin::Spec(name.span), format!("`{text}` has no value"))
        .help(help)
}
