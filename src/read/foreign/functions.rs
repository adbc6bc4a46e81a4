//! The functions of values.
//!
//! Source: AWS `CloudFormation` Template Reference, "Intrinsic functions" and "Pseudo parameters".

use super::evaluator::{Evaluator, Named};
use super::ranges;
use super::section::{elements, entries, find, string};
use super::value::{Part, Text, Unknown, Value};
use crate::network::Region;
use crate::spec::tree::{Entry, Kind, Node};

const UNFIT: &str = "it is not given what it takes";

impl<'n> Evaluator<'n> {
    /// What a function comes to; nothing for `AWS::NoValue`.
    pub(super) fn call(&mut self, entry: &'n Entry) -> Option<Value> {
        let argument = &entry.value;
        let several = elements(argument);
        let name = entry.key.as_str();
        let unfit = |this: &Self| this.broken(name, entry.key_span, UNFIT);
        let value = match (name, several) {
            ("Fn::If", _) => return self.chosen(entry),
            ("Ref", _) => match string(argument) {
                Some("AWS::NoValue") => return None,
                Some(name) => self.reference(name, argument),
                None => unfit(self),
            },
            ("Fn::GetAtt", _) => self.attribute_function(argument),
            ("Fn::Sub", None) => match string(argument) {
                Some(text) => single(self.substituted(text, &[], argument)),
                None => unfit(self),
            },
            ("Fn::Sub", Some([text, values])) => match (string(text), &values.kind) {
                (Some(text), Kind::Map(values)) => single(self.substituted(text, values, argument)),
                _ => unfit(self),
            },
            ("Fn::Join", Some([delimiter, values])) => self.joined(delimiter, values),
            ("Fn::Select", Some([index, values])) => self.selected(index, values),
            ("Fn::Split", Some([delimiter, text])) => self.split(delimiter, text),
            ("Fn::FindInMap", Some([map, first, second])) => self.mapped([map, first, second]),
            ("Fn::Cidr", Some([block, count, bits])) => self.ranges([block, count, bits]),
            ("Fn::GetAZs", _) => self.zones(argument),
            ("Fn::ImportValue", _) => {
                let name = self.text(argument);
                let what = format!("import {name}");
                let why = "another stack exports it";
                match name.known() {
                    Some(_) => Value::named(what, why),
                    None => Value::unknown(what, why),
                }
            }
            ("Fn::Base64", _) => Part::Base64(self.text(argument)).into(),
            ("Fn::FindInMap", Some([_, _, _, _])) => {
                let why = "with a default it is a function of a transform";
                self.broken(name, entry.key_span, why)
            }
            (
                "Fn::Sub" | "Fn::Join" | "Fn::Select" | "Fn::Split" | "Fn::FindInMap" | "Fn::Cidr",
                _,
            ) => unfit(self),
            ("Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or", _) => {
                self.broken(name, entry.key_span, "it stands outside of a condition")
            }
            _ => self.broken(name, entry.key_span, "it is no function that is worked out"),
        };
        Some(value)
    }

    /// A parameter, a pseudo parameter or a resource.
    pub(super) fn reference(&mut self, name: &str, at: &Node) -> Value {
        if name.starts_with("AWS::") {
            return self.pseudo(name);
        }
        if let Some(value) = self.parameter(name) {
            return value;
        }
        self.resource(name, at)
            .map_or_else(Value::Unknown, |id| Part::Resource(id.into()).into())
    }

    /// The logical id of a resource that is made.
    fn resource(&mut self, id: &str, at: &Node) -> Result<&'n str, Unknown> {
        let Some((&id, _)) = self.resources.get_key_value(id) else {
            self.names_nothing(id, Named::Value, at);
            return Err(Unknown::new(id, "the template has nothing of this name"));
        };
        if let Some(condition) = self.left_out.get(id) {
            let why = format!("it is left out, since {condition} is false");
            return Err(Unknown::new(id, why));
        }
        self.asked.insert(id);
        Ok(id)
    }

    fn pseudo(&self, name: &str) -> Value {
        let given = self.given;
        let region = || given.region.as_deref().ok_or("the region is not given");
        let partition = || {
            let region = Region::parse(region()?);
            region
                .map(Region::partition)
                .map_err(|_| "the region is not one that is known")
        };
        let known = match name {
            "AWS::Region" => region(),
            "AWS::Partition" => partition().map(crate::network::Partition::as_str),
            "AWS::URLSuffix" => partition().map(crate::network::Partition::dns_suffix),
            "AWS::AccountId" => given.account.as_deref().ok_or("the account is not given"),
            "AWS::StackName" => given
                .stack
                .as_deref()
                .ok_or("the stack's name is not given"),
            "AWS::StackId" | "AWS::NotificationARNs" => Err("a deployment decides it"),
            _ => Err("it is no pseudo parameter that is known"),
        };
        known.map_or_else(|why| Value::named(name, why), Value::from)
    }

    /// `[id, attribute]`, or both with a dot between.
    fn attribute_function(&mut self, argument: &'n Node) -> Value {
        match (string(argument), elements(argument)) {
            (Some(text), _) => match text.split_once('.') {
                Some((id, name)) => self.attribute(id, name, argument),
                None => self.broken("Fn::GetAtt", argument.span, UNFIT),
            },
            (None, Some([id, name])) => {
                let name = self.text(name);
                match (string(id), name.known()) {
                    (Some(id), Some(name)) => self.attribute(id, name, argument),
                    (Some(id), None) => self.broken(
                        &format!("an attribute of {id}"),
                        argument.span,
                        "its name is not known",
                    ),
                    (None, _) => self.broken("Fn::GetAtt", argument.span, UNFIT),
                }
            }
            _ => self.broken("Fn::GetAtt", argument.span, UNFIT),
        }
    }

    /// An attribute of a resource.
    pub(super) fn attribute(&mut self, id: &str, name: &str, at: &Node) -> Value {
        let id = match self.resource(id, at) {
            Ok(id) => id,
            Err(unknown) => return Value::Unknown(unknown),
        };
        match self.followed(id, name) {
            Some(text) => Value::Text(text),
            None => Part::Attribute(id.into(), name.to_owned()).into(),
        }
    }

    fn joined(&mut self, delimiter: &'n Node, values: &'n Node) -> Value {
        let at = delimiter.span;
        let Some(delimiter) = string(delimiter) else {
            return self.broken("Fn::Join", at, UNFIT);
        };
        let values = match self.list(values) {
            Ok(values) => values,
            Err(part) => {
                let what = format!("{part} joined by \"{delimiter}\"");
                return Value::unknown(what, "only AWS knows the list");
            }
        };
        if let Some(Value::Unknown(open)) = values.iter().find(|value| value.is_perhaps_nothing()) {
            let what = format!("a list joined by \"{delimiter}\"");
            return self.broken(&what, at, &format!("it may have {open}"));
        }
        let mut joined = Text::default();
        for (index, value) in values.into_iter().enumerate() {
            if index > 0 {
                joined.literal(delimiter);
            }
            joined.extend(value.into_text());
        }
        single(joined)
    }

    fn selected(&mut self, index: &'n Node, values: &'n Node) -> Value {
        let at = index.span;
        let index = self.text(index);
        let values = self.list(values);
        let Some(index) = index.known().and_then(|index| index.parse::<usize>().ok()) else {
            return self.broken(&format!("element {index}"), at, "its number is not known");
        };
        match values {
            Ok(values) if values.iter().take(index + 1).any(Value::is_perhaps_nothing) => {
                let why = "one that may be nothing comes before it";
                self.broken(&format!("element {index}"), at, why)
            }
            Ok(values) => {
                let count = values.len();
                let value = values.into_iter().nth(index);
                let why = || format!("the list has {count}");
                value.unwrap_or_else(|| self.broken(&format!("element {index}"), at, &why()))
            }
            Err(Part::Unknown(unknown)) => {
                Value::unknown(format!("element {index} of {}", unknown.what), unknown.why)
            }
            Err(part) => Part::Element(Box::new(part), index).into(),
        }
    }

    fn split(&mut self, delimiter: &'n Node, text: &'n Node) -> Value {
        let at = delimiter.span;
        let Some(delimiter) = string(delimiter).filter(|delimiter| !delimiter.is_empty()) else {
            return self.broken("Fn::Split", at, UNFIT);
        };
        let text = self.text(text);
        let Some(known) = text.known() else {
            let what = format!("{text} split by \"{delimiter}\"");
            return Value::unknown(what, "the text is not known");
        };
        let parts: Vec<Value> = known.split(delimiter).map(Value::from).collect();
        self.made(parts.len());
        Value::List(parts)
    }

    fn mapped(&mut self, keys: [&'n Node; 3]) -> Value {
        let [map, first, second] = keys.map(|key| self.text(key));
        let what = || format!("Fn::FindInMap {map}.{first}.{second}");
        let unknown = |why: &str| Value::unknown(what(), why);
        let (Some(map), Some(first), Some(second)) = (map.known(), first.known(), second.known())
        else {
            return unknown("its keys are not known");
        };
        self.looked_through(self.mappings);
        let Some(map) = find(self.mappings, map) else {
            return unknown("the template has no such mapping");
        };
        self.looked_through(entries(map).unwrap_or_default());
        let found = super::section::get(map, first);
        match found.and_then(|found| super::section::get(found, second)) {
            Some(node) => self
                .value(node)
                .unwrap_or_else(|| unknown("the mapping has a function")),
            None => unknown("the mapping has no such key"),
        }
    }

    /// The zones of a region; of the stack's own where the text is empty.
    fn zones(&mut self, argument: &'n Node) -> Value {
        let own = self.given.region.as_deref();
        let asked = match &argument.kind {
            Kind::Null => Text::default(),
            _ => self.text(argument),
        };
        let region = match asked.known() {
            Some("") => own,
            Some(region) => Some(region),
            // The stack's own region, which is not given, is the same as nothing.
            None if asked
                .unknown()
                .is_some_and(|unknown| &*unknown.what == "AWS::Region") =>
            {
                None
            }
            None => return Value::unknown(format!("zones of {asked}"), "the region is not known"),
        };
        if region == own && !self.given.zones.is_empty() {
            self.made(self.given.zones.len());
            return Value::List(
                self.given
                    .zones
                    .iter()
                    .map(|zone| zone.as_str().into())
                    .collect(),
            );
        }
        Part::Zones(region.map(str::to_owned)).into()
    }

    /// Consecutive ranges out of one.
    fn ranges(&mut self, arguments: [&'n Node; 3]) -> Value {
        let at = arguments[0].span;
        let [block, count, bits] = arguments.map(|argument| self.text(argument));
        let number = |text: &Text| text.known().and_then(|text| text.parse::<usize>().ok());
        let count = number(&count).filter(|count| (1..=ranges::MOST).contains(count));
        let bits = number(&bits)
            .and_then(|bits| u8::try_from(bits).ok())
            .filter(|bits| *bits <= 128);
        let (Some(count), Some(bits)) = (count, bits) else {
            let why = "how many ranges and how large is not known, or not allowed";
            return self.broken(&format!("Fn::Cidr of {block}"), at, why);
        };
        self.made(count);
        let values = match (block.known(), block.parts()) {
            (Some(known), _) => match ranges::ranges(known, count, bits) {
                Ok(ranges) => ranges.iter().map(|range| range.as_str().into()).collect(),
                Err(why) => return Value::unknown(format!("Fn::Cidr of {block}"), why),
            },
            (None, [of]) => {
                let cut = |index| Part::Range {
                    of: Box::new(of.clone()),
                    index,
                    bits,
                };
                (0..count).map(|index| cut(index).into()).collect()
            }
            (None, _) => {
                return Value::unknown(format!("Fn::Cidr of {block}"), "the range is not known");
            }
        };
        Value::List(values)
    }

    /// `${Name}` and `${Name.Attribute}`, and `${!Literal}` for `${Literal}`.
    fn substituted(&mut self, text: &str, values: &'n [Entry], at: &Node) -> Text {
        let mut whole = Text::default();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            whole.literal(before);
            let Some((name, behind)) = behind.split_once('}') else {
                let broken = self.broken("Fn::Sub", at.span, "a `${` in it has no end");
                whole.extend(broken.into_text());
                return whole;
            };
            rest = behind;
            self.made(1);
            self.looked_through(values);
            if let Some(literal) = name.strip_prefix('!') {
                whole.literal(&format!("${{{literal}}}"));
                continue;
            }
            let value = match (find(values, name), name.split_once('.')) {
                (Some(value), _) => Value::Text(self.text(value)),
                (None, Some((id, attribute))) => self.attribute(id, attribute, at),
                (None, None) if name == "AWS::NoValue" => Value::unknown(name, "text is due here"),
                (None, None) => self.reference(name, at),
            };
            let value = value.into_text();
            self.count_text(&value);
            whole.extend(value);
            if self.spent() {
                break;
            }
        }
        whole.literal(rest);
        whole
    }
}

/// Text of one part that is not known is not known.
pub(super) fn single(text: Text) -> Value {
    match text.parts() {
        [Part::Unknown(unknown)] => Value::Unknown(unknown.clone()),
        _ => Value::Text(text),
    }
}
