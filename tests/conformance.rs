//! Holds every table of the graph against the engines' own schemas, which are vendored in `tests/conformance/`.
//!
//! A run collects all violations and prints them together. `EKSNET_BLESS=1` writes the tables of `docs/engines.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use eksnet::graph::{Attribute, COMPANION_SHAPES, Change, Kind, Resource, Shape};
use serde_json::Value;

/// Where the record of the provider's source (6.58) and the provider at hand (5.100) disagree, and why. The provider at
/// hand wins. The list is exact: an entry that no longer disagrees is a failure, too.
const DISAGREEMENTS: &[(&str, &str)] = &[
    (
        "aws_eks_cluster.compute_config.node_role_arn",
        "The record knows `compute_config` as a whole; 5.100 makes another cluster where the role that it names changes \
         or goes.",
    ),
    ("aws_eks_cluster.remote_network_config", REMOTE),
    (
        "aws_eks_cluster.remote_network_config.remote_node_networks.cidrs",
        REMOTE,
    ),
    (
        "aws_eks_cluster.remote_network_config.remote_pod_networks.cidrs",
        REMOTE,
    ),
    (
        "aws_nat_gateway.secondary_private_ip_address_count",
        "The record means private gateways, and 5.100 replaces them; it refuses the attribute for a public one, so \
         nobody sees the other case.",
    ),
    (
        "aws_subnet.ipv6_cidr_block",
        "The record: replaces if the subnet assigned IPv6 addresses on creation. 5.100 plans an update for such a \
         subnet, too, for a new range and for none.",
    ),
    (
        "aws_vpc_endpoint.private_dns_enabled",
        "The record: replaces unless the endpoint has interfaces. 5.100 plans an update for a gateway endpoint, too.",
    ),
    ("aws_vpc_security_group_egress_rule.cidr_ipv4", PEER),
    ("aws_vpc_security_group_egress_rule.cidr_ipv6", PEER),
    ("aws_vpc_security_group_egress_rule.prefix_list_id", PEER),
    (
        "aws_vpc_security_group_egress_rule.referenced_security_group_id",
        PEER,
    ),
    ("aws_vpc_security_group_ingress_rule.cidr_ipv4", PEER),
    ("aws_vpc_security_group_ingress_rule.cidr_ipv6", PEER),
    ("aws_vpc_security_group_ingress_rule.prefix_list_id", PEER),
    (
        "aws_vpc_security_group_ingress_rule.referenced_security_group_id",
        PEER,
    ),
];

const REMOTE: &str =
    "Updating it in place came after 5.100 (hashicorp/terraform-provider-aws#42928).";

const PEER: &str = "The record reads the attribute's own flags. The whole resource's plan replaces the rule when the \
                    other side changes its kind, such as from addresses to a group; another value of the same kind \
                    updates it.";

/// Attributes of which no record says what a change does in Terraform, and why none can.
const WITHOUT_A_FACT: &[(&str, &str)] = &[
    (
        "aws_dx_gateway_association.associated_gateway_id",
        "The emulator knows no Direct Connect; the provider's source forces a new one.",
    ),
    (
        "aws_dx_gateway_association.dx_gateway_id",
        "The emulator knows no Direct Connect; the provider's source forces a new one.",
    ),
    (
        "aws_vpn_connection_route.destination_cidr_block",
        "The emulator makes no such route; the resource has no update.",
    ),
    (
        "aws_vpn_connection_route.vpn_connection_id",
        "The emulator makes no such route; the resource has no update.",
    ),
];

/// What one engine's schemas, or a record beside them, say.
struct Facts(Value);

impl Facts {
    fn read(name: &str) -> Self {
        let path = root().join("tests/conformance").join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
        Self(serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}")))
    }

    /// Adds what a newer version knows, which must be news.
    fn add(&mut self, newer: &Self) {
        let types = newer.0.as_object().unwrap();
        for (name, entry) in types.iter().filter(|(name, _)| *name != "$comment") {
            let known = self.0[name]["properties"].as_object_mut().unwrap();
            for (path, fact) in entry["properties"].as_object().unwrap() {
                let before = known.insert(path.clone(), fact.clone());
                assert!(before.is_none(), "newer.json: {name}.{path} is not new");
            }
        }
    }

    /// The facts of a type's properties by path.
    fn properties(&self, type_name: &str) -> Option<&serde_json::Map<String, Value>> {
        self.0.get(type_name)?.get("properties")?.as_object()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    CloudFormation,
    Terraform,
}

impl Engine {
    const ALL: [Self; 2] = [Self::CloudFormation, Self::Terraform];

    fn type_of(self, shape: &'static Shape) -> Option<&'static str> {
        match self {
            Self::CloudFormation => shape.cloudformation,
            Self::Terraform => shape.terraform,
        }
    }

    fn path_of(self, attribute: &'static Attribute) -> Option<&'static str> {
        match self {
            Self::CloudFormation => attribute.cloudformation,
            Self::Terraform => attribute.terraform,
        }
    }

    fn change_of(self, attribute: &Attribute) -> Change {
        match self {
            Self::CloudFormation => attribute.change[0],
            Self::Terraform => attribute.change[1],
        }
    }
}

fn flag(fact: &Value, name: &str) -> bool {
    fact.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn word<'a>(fact: &'a Value, name: &str) -> &'a str {
    fact.get(name).and_then(Value::as_str).unwrap_or("")
}

const fn spelled(change: Change) -> &'static str {
    match change {
        Change::Updates => "updates",
        Change::Replaces => "replaces",
        Change::Sometimes => "sometimes",
    }
}

/// A step of one of our paths: `A`, `A[]`, `A[K=V]` or `A[*]`.
struct Step<'a> {
    name: &'a str,
    /// What stands between the brackets.
    list: Option<&'a str>,
}

fn steps(path: &str) -> Vec<Step<'_>> {
    path.split('.')
        .map(|step| match step.split_once('[') {
            Some((name, inner)) => Step {
                name,
                list: inner.strip_suffix(']'),
            },
            None => Step {
                name: step,
                list: None,
            },
        })
        .collect()
}

/// The vendored path of one of ours: every list is `[]`.
fn vendored(path: &str) -> String {
    let parts: Vec<_> = steps(path)
        .iter()
        .map(|step| match step.list {
            Some(_) => format!("{}[]", step.name),
            None => step.name.to_owned(),
        })
        .collect();
    parts.join(".")
}

/// A path without its lists, as the records of replacement and the provider's plans write it.
fn bare(path: &str) -> String {
    vendored(path).replace("[]", "")
}

/// The object that a vendored path's last step is a member of; the empty one is the resource itself.
fn container(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(container, _)| container)
}

/// The path and those of the objects around it, inmost first: `A[].B.C`, `A[].B`, `A`.
fn outward(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| {
        Some(container(path)).filter(|path| !path.is_empty())
    })
    .map(|path| path.strip_suffix("[]").unwrap_or(path))
}

/// An attribute of a type or of a block inside it, with its whole path.
struct Leaf {
    attribute: &'static Attribute,
    /// `Cluster.disks.size`, for people.
    field: String,
    /// In our notation, from the resource on.
    path: String,
    /// Whether the last step wraps each element of a list into an object.
    wraps: bool,
}

/// The block that an attribute holds, or holds several of.
fn block_of(kind: Kind) -> Option<&'static Shape> {
    match kind {
        Kind::Block(block) | Kind::List(&Kind::Block(block)) => Some(block),
        Kind::Bool
        | Kind::Number
        | Kind::Text
        | Kind::Words(_)
        | Kind::List(_)
        | Kind::Map
        | Kind::Tags
        | Kind::Policy => None,
    }
}

/// All attributes that an engine has, blocks before their members.
fn leaves(engine: Engine, shape: &'static Shape) -> Vec<Leaf> {
    fn visit(
        engine: Engine,
        shape: &'static Shape,
        field: &str,
        prefix: &str,
        into: &mut Vec<Leaf>,
    ) {
        for attribute in shape.attributes {
            let Some(path) = engine.path_of(attribute) else {
                continue;
            };
            let field = format!("{field}.{}", attribute.field);
            let path = format!("{prefix}{path}");
            let lists = matches!(attribute.kind, Kind::List(_));
            let inner = block_of(attribute.kind)
                .map(|block| (block, format!("{path}{}.", if lists { "[]" } else { "" })));
            into.push(Leaf {
                attribute,
                field: field.clone(),
                wraps: path.contains("[*]"),
                path,
            });
            if let Some((block, prefix)) = inner {
                visit(engine, block, &field, &prefix, into);
            }
        }
    }
    let mut found = Vec::new();
    visit(engine, shape, shape.name, "", &mut found);
    found
}

/// The types of all resources, and of those that only one engine has.
fn shapes() -> impl Iterator<Item = &'static Shape> {
    Resource::SHAPES.iter().chain(COMPANION_SHAPES).copied()
}

/// The facts of both engines and the records of replacement.
struct Records {
    cloudformation: Facts,
    terraform: Facts,
    replacement: BTreeMap<String, Change>,
    probed: BTreeMap<String, Change>,
}

impl Records {
    fn read() -> Self {
        let replacement = Facts::read("replacement.json");
        let types = replacement.0.as_object().unwrap();
        let replacement = types
            .iter()
            .filter_map(|(name, entry)| Some((name, entry.get("properties")?.as_object()?)))
            .flat_map(|(name, properties)| {
                properties.iter().map(move |(path, fact)| {
                    let change = match word(fact, "replaces") {
                        "yes" => Change::Replaces,
                        "conditional" => Change::Sometimes,
                        "no" => Change::Updates,
                        other => panic!("replacement.json: {name}.{path}: {other:?}"),
                    };
                    (format!("{name}.{}", bare(path)), change)
                })
            })
            .collect();
        let probed = Facts::read("probed.json");
        let probed = probed.0.as_object().unwrap();
        let probed = probed
            .iter()
            .filter_map(|(path, fact)| Some((path.clone(), seen(fact)?)))
            .collect();
        let mut terraform = Facts::read("terraform.json");
        terraform.add(&Facts::read("newer.json"));
        Self {
            cloudformation: Facts::read("cloudformation.json"),
            terraform,
            replacement,
            probed,
        }
    }

    fn schemas(&self, engine: Engine) -> &Facts {
        match engine {
            Engine::CloudFormation => &self.cloudformation,
            Engine::Terraform => &self.terraform,
        }
    }

    /// What the record of the source says; what it does not name follows the block that it is in.
    fn recorded(&self, key: &str) -> Option<Change> {
        outward(key)
            .filter(|path| path.contains('.'))
            .find_map(|path| self.replacement.get(path).copied())
    }

    /// What a change does in Terraform: as the provider at hand answered, else as its source says.
    fn terraform_change(&self, key: &str) -> Option<Change> {
        self.probed.get(key).copied().or_else(|| self.recorded(key))
    }
}

/// What the provider did with the changes of one attribute; none where it refused all of them.
fn seen(fact: &Value) -> Option<Change> {
    let replaces = fact.get("replaces")?.as_bool()?;
    let changes = fact.get("changes").and_then(Value::as_array);
    let found: BTreeSet<_> = changes
        .into_iter()
        .flatten()
        .map(|change| word(change, "found"))
        .filter(|found| matches!(*found, "replaces" | "in place"))
        .collect();
    Some(match (found.len(), replaces) {
        (2, _) => Change::Sometimes,
        (_, true) => Change::Replaces,
        (_, false) => Change::Updates,
    })
}

/// What a change does in `Engine::CloudFormation`.
fn cloudformation_change(properties: &serde_json::Map<String, Value>, path: &str) -> Change {
    let flags: Vec<_> = outward(path)
        .filter_map(|path| properties.get(path))
        .map(|fact| word(fact, "create_only"))
        .collect();
    if flags.contains(&"yes") {
        Change::Replaces
    } else if flags.contains(&"conditional") {
        Change::Sometimes
    } else {
        Change::Updates
    }
}

/// Whether a type of `Engine::CloudFormation` takes values of our form.
fn cloudformation_takes(kind: &Kind, schema: &str) -> bool {
    if let Some(element) = schema
        .strip_prefix("array<")
        .and_then(|s| s.strip_suffix('>'))
    {
        return match kind {
            Kind::List(inner) => cloudformation_takes(inner, element),
            Kind::Tags => element == "object",
            Kind::Bool
            | Kind::Number
            | Kind::Text
            | Kind::Words(_)
            | Kind::Map
            | Kind::Block(_)
            | Kind::Policy => false,
        };
    }
    let any = |names: &[&str]| schema.split('|').any(|s| names.contains(&s));
    match kind {
        Kind::Bool => any(&["boolean"]),
        Kind::Number => any(&["integer", "number"]),
        Kind::Text | Kind::Words(_) => any(&["string"]),
        Kind::Map => any(&["map<string>"]),
        Kind::Block(_) => any(&["object"]),
        Kind::Policy => any(&["json", "object"]),
        Kind::List(_) | Kind::Tags => false,
    }
}

/// Whether Terraform's type takes values of our form. It turns truth values and numbers into text where it wants text.
fn terraform_takes(kind: &Kind, fact: &Value) -> bool {
    fn takes(kind: &Kind, schema: &str) -> bool {
        match kind {
            Kind::Bool => matches!(schema, "bool" | "string"),
            Kind::Number => matches!(schema, "number" | "string"),
            Kind::Text | Kind::Words(_) | Kind::Policy => schema == "string",
            Kind::Map | Kind::Tags => schema == "map(string)",
            Kind::List(inner) => schema
                .strip_prefix("list(")
                .or_else(|| schema.strip_prefix("set("))
                .and_then(|s| s.strip_suffix(')'))
                .is_some_and(|element| takes(inner, element)),
            Kind::Block(_) => false,
        }
    }
    match (kind, flag(fact, "block")) {
        (Kind::Block(_) | Kind::List(Kind::Block(_)), block) => block,
        (_, true) => false,
        (kind, false) => takes(kind, word(fact, "type")),
    }
}

/// Everything wrong that a run found.
#[derive(Default)]
struct Violations(Vec<String>);

impl Violations {
    fn add(&mut self, at: &str, what: impl AsRef<str>) {
        self.0.push(format!("{at}: {}", what.as_ref()));
    }

    fn finish(self) {
        let mut text = String::new();
        for line in &self.0 {
            let _ = write!(text, "\n  {line}");
        }
        assert!(self.0.is_empty(), "{} violations:{text}", self.0.len());
    }
}

#[test]
fn tables_agree_with_the_schemas() {
    let records = Records::read();
    let mut violations = Violations::default();
    for engine in Engine::ALL {
        for shape in shapes() {
            let Some(type_name) = engine.type_of(shape) else {
                // The renderer leaves such a type out, and names of attributes would promise otherwise.
                for leaf in leaves(engine, shape) {
                    violations.add(
                        &leaf.field,
                        format!("has a path in {engine:?}, its type has none"),
                    );
                }
                continue;
            };
            match records.schemas(engine).properties(type_name) {
                Some(properties) => check_type(
                    engine,
                    shape,
                    type_name,
                    properties,
                    &records,
                    &mut violations,
                ),
                None => violations.add(shape.name, format!("no schema of {type_name}")),
            }
        }
    }
    violations.finish();
}

/// Vendored paths of a type, as its engine's schema writes them: a list of blocks of which Terraform's schema does not
/// know that there is only one looks like a list there, and JSON takes an object for it.
fn schema_path(
    engine: Engine,
    properties: &serde_json::Map<String, Value>,
    path: &str,
) -> Option<String> {
    let path = vendored(path);
    match engine {
        Engine::CloudFormation => properties.contains_key(&path).then_some(path),
        Engine::Terraform => {
            let bare = path.replace("[]", "");
            properties
                .keys()
                .find(|key| key.replace("[]", "") == bare)
                .cloned()
        }
    }
}

fn check_type(
    engine: Engine,
    shape: &'static Shape,
    type_name: &str,
    properties: &serde_json::Map<String, Value>,
    records: &Records,
    violations: &mut Violations,
) {
    let leaves = leaves(engine, shape);
    let mut used = BTreeSet::new();
    for leaf in &leaves {
        let at = format!("{} = {type_name}.{}", leaf.field, leaf.path);
        for constant in constants(&leaf.path) {
            match schema_path(engine, properties, &constant.path) {
                None => violations.add(
                    &at,
                    format!("no constant member {} in the schema", constant.path),
                ),
                Some(path) => {
                    let fact = &properties[&path];
                    if word(fact, "type") != "string" {
                        violations.add(&at, format!("the constant member {path} is not a string"));
                    }
                    check_words(fact, &[constant.value], &at, violations);
                    used.insert(path);
                }
            }
        }
        let Some(path) = schema_path(engine, properties, &leaf.path) else {
            violations.add(&at, "no such attribute in the schema");
            continue;
        };
        check_value(engine, properties, leaf, &path, &at, violations);
        if engine == Engine::Terraform {
            check_since(&properties[&path], leaf, &at, violations);
        }
        check_change(
            engine, type_name, properties, records, leaf, &path, &at, violations,
        );
        if engine == Engine::CloudFormation && matches!(leaf.attribute.kind, Kind::Tags) {
            used.insert(format!("{path}[].Key"));
            used.insert(format!("{path}[].Value"));
        }
        used.insert(path);
    }
    check_required(shape, type_name, properties, &used, violations);
    check_order(engine, shape, type_name, violations);
}

struct Constant<'a> {
    path: String,
    value: &'a str,
}

/// The constant members on a path: `A[K=V].B` has `A[].K`.
fn constants(path: &str) -> Vec<Constant<'_>> {
    let mut before = String::new();
    let mut found = Vec::new();
    for step in steps(path) {
        before.push_str(step.name);
        if let Some(inner) = step.list {
            before.push_str("[]");
            if let Some((key, value)) = inner.split_once('=') {
                found.push(Constant {
                    path: format!("{before}.{key}"),
                    value,
                });
            }
        }
        before.push('.');
    }
    found
}

/// The value's form, its words, and whether it may be written at all.
fn check_value(
    engine: Engine,
    properties: &serde_json::Map<String, Value>,
    leaf: &Leaf,
    path: &str,
    at: &str,
    violations: &mut Violations,
) {
    let fact = &properties[path];
    // `A[*].B` names a member of each element.
    let kind = match (&leaf.attribute.kind, leaf.wraps) {
        (Kind::List(inner), true) => inner,
        (kind, true) => {
            violations.add(at, format!("`[*]` on a {kind:?}, which is not a list"));
            kind
        }
        (kind, false) => kind,
    };
    let (takes, writable) = match engine {
        Engine::CloudFormation => (
            cloudformation_takes(kind, word(fact, "type"))
                && (!matches!(kind, Kind::Tags)
                    || ["Key", "Value"].iter().all(|member| {
                        properties
                            .get(&format!("{path}[].{member}"))
                            .is_some_and(|fact| word(fact, "type") == "string")
                    })),
            !flag(fact, "read_only"),
        ),
        Engine::Terraform => (
            terraform_takes(kind, fact),
            flag(fact, "required") || flag(fact, "optional"),
        ),
    };
    if !takes {
        let name = match kind {
            Kind::Block(block) | Kind::List(Kind::Block(block)) => block.name.to_owned(),
            kind => format!("{kind:?}"),
        };
        violations.add(at, format!("{name}, but the schema has {fact}"));
    }
    if !writable {
        violations.add(at, "the schema says that it cannot be written");
    }
    if flag(fact, "deprecated") {
        violations.add(at, "the schema says that it is deprecated");
    }
    if let Kind::Words(words) | Kind::List(Kind::Words(words)) = kind {
        check_words(fact, words, at, violations);
    }
}

/// The table says of an argument that came later with which version it did.
fn check_since(fact: &Value, leaf: &Leaf, at: &str, violations: &mut Violations) {
    let ours = leaf.attribute.since;
    let ours = ours.map(|(major, minor)| format!("{major}.{minor}"));
    let known = fact.get("since").and_then(Value::as_str);
    if ours.as_deref() != known {
        violations.add(at, format!("since {ours:?}, but the record says {known:?}"));
    }
}

fn check_words(fact: &Value, words: &[&str], at: &str, violations: &mut Violations) {
    let Some(known) = fact.get("enum").and_then(Value::as_array) else {
        return;
    };
    for word in words {
        if !known.iter().any(|known| known == word) {
            violations.add(
                at,
                format!("{word:?} is none of the schema's {}", fact["enum"]),
            );
        }
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "what it compares comes from three places"
)]
fn check_change(
    engine: Engine,
    type_name: &str,
    properties: &serde_json::Map<String, Value>,
    records: &Records,
    leaf: &Leaf,
    path: &str,
    at: &str,
    violations: &mut Violations,
) {
    let ours = engine.change_of(leaf.attribute);
    let key = format!("{type_name}.{}", bare(path));
    let known = match engine {
        Engine::CloudFormation => Some(cloudformation_change(properties, path)),
        Engine::Terraform => records.terraform_change(&key),
    };
    let excused = WITHOUT_A_FACT.iter().any(|(excused, _)| *excused == key);
    match known {
        None if engine == Engine::Terraform && !excused => violations.add(
            at,
            "no record says what a change does; add a probe, or list it in WITHOUT_A_FACT",
        ),
        Some(_) if engine == Engine::Terraform && excused => {
            violations.add(at, "listed in WITHOUT_A_FACT, but a record knows it");
        }
        Some(known) if known != ours => violations.add(
            at,
            format!(
                "{}, but {engine:?} {}",
                spelled(ours),
                match known {
                    Change::Updates => "updates it in place",
                    Change::Replaces => "replaces the resource",
                    Change::Sometimes => "replaces the resource sometimes",
                }
            ),
        ),
        None | Some(_) => {}
    }
}

/// What the schema wants of the resource, and of every object inside it that we write.
fn check_required(
    shape: &Shape,
    type_name: &str,
    properties: &serde_json::Map<String, Value>,
    used: &BTreeSet<String>,
    violations: &mut Violations,
) {
    let mut written = BTreeSet::from([""]);
    for path in used {
        written.extend(std::iter::successors(Some(container(path)), |path| {
            Some(container(path)).filter(|path| !path.is_empty())
        }));
    }
    for (path, fact) in properties {
        if !flag(fact, "required") || flag(fact, "read_only") || !written.contains(container(path))
        {
            continue;
        }
        let inside = [format!("{path}."), format!("{path}[].")];
        if !used
            .iter()
            .any(|used| used == path || inside.iter().any(|inside| used.starts_with(inside)))
        {
            violations.add(
                shape.name,
                format!("{type_name}.{path} is required, no attribute has it"),
            );
        }
    }
}

/// Members of one object stand next to each other, and all name the object alike: the renderer opens it once.
fn check_order(
    engine: Engine,
    shape: &'static Shape,
    type_name: &str,
    violations: &mut Violations,
) {
    let mut blocks = vec![shape];
    while let Some(shape) = blocks.pop() {
        let mut spelling: BTreeMap<String, &str> = BTreeMap::new();
        let mut last: BTreeMap<String, usize> = BTreeMap::new();
        let present = shape
            .attributes
            .iter()
            .filter_map(|attribute| Some((attribute, engine.path_of(attribute)?)));
        for (index, (attribute, path)) in present.enumerate() {
            blocks.extend(block_of(attribute.kind));
            let at = format!("{}.{} = {type_name} {path}", shape.name, attribute.field);
            let objects = path
                .char_indices()
                .filter(|(_, c)| *c == '.')
                .map(|(end, _)| &path[..end]);
            for object in objects {
                let key = bare(object);
                if let Some(before) = last.insert(key.clone(), index)
                    && before + 1 != index
                {
                    violations.add(
                        &at,
                        format!("stands apart from the other members of {object}"),
                    );
                }
                let other = spelling.insert(key, object);
                if let Some(other) = other.filter(|other| *other != object) {
                    violations.add(
                        &at,
                        format!("calls {object} what another member calls {other}"),
                    );
                } else if other.is_some() && object.ends_with("[*]") {
                    violations.add(&at, format!("a second member of {object}, which takes one"));
                }
            }
            if last.contains_key(&bare(path)) || spelling.contains_key(&bare(path)) {
                violations.add(&at, "is both a value and an object around others");
            }
        }
    }
}

#[test]
fn disagreements_of_the_records_are_known() {
    let records = Records::read();
    let mut violations = Violations::default();
    let found = disagreements(&records);
    for (key, (recorded, seen)) in &found {
        if reason(key).is_none() {
            violations.add(
                key,
                format!(
                    "the record says {}, the provider at hand {}: list it in DISAGREEMENTS with the reason",
                    spelled(*recorded),
                    spelled(*seen)
                ),
            );
        }
    }
    for (key, _) in DISAGREEMENTS {
        if !found.contains_key(*key) {
            violations.add(key, "listed in DISAGREEMENTS, but the records agree");
        }
    }
    let terraform: BTreeSet<_> = shapes()
        .filter_map(|shape| Some((shape, shape.terraform?)))
        .flat_map(|(shape, name)| {
            leaves(Engine::Terraform, shape)
                .into_iter()
                .map(move |leaf| format!("{name}.{}", bare(&leaf.path)))
        })
        .collect();
    for (key, _) in WITHOUT_A_FACT {
        if !terraform.contains(*key) {
            violations.add(key, "listed in WITHOUT_A_FACT, but no table has it");
        }
    }
    violations.finish();
}

/// What the source's record and the provider at hand say, where they differ.
fn disagreements(records: &Records) -> BTreeMap<&str, (Change, Change)> {
    records
        .probed
        .iter()
        .filter_map(|(key, seen)| Some((key.as_str(), (records.recorded(key)?, *seen))))
        .filter(|(_, (recorded, seen))| recorded != seen)
        .collect()
}

fn reason(key: &str) -> Option<&'static str> {
    DISAGREEMENTS
        .iter()
        .find(|(known, _)| *known == key)
        .map(|(_, reason)| *reason)
}

const BEGIN: &str = "<!-- begin: written by tests/conformance.rs -->";
const END: &str = "<!-- end: written by tests/conformance.rs -->";

#[test]
fn docs_list_the_disagreements() {
    let path = root().join("docs/engines.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("docs/engines.md: no begin");
    let (_, after) = rest.split_once(END).expect("docs/engines.md: no end");
    let expected = format!("{before}{BEGIN}\n\n{}\n{END}{after}", tables());
    if std::env::var_os("EKSNET_BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    } else {
        assert!(
            text == expected,
            "docs/engines.md is stale; EKSNET_BLESS=1 cargo test --test conformance writes it"
        );
    }
}

/// The generated part of `docs/engines.md`.
fn tables() -> String {
    let mut text = String::from("### The engines differ\n\n");
    text.push_str("| Attribute | CloudFormation | Terraform |\n| --- | --- | --- |\n");
    let mut differing = BTreeMap::new();
    for shape in shapes() {
        let mut blocks = vec![shape];
        while let Some(shape) = blocks.pop() {
            for attribute in shape.attributes {
                blocks.extend(block_of(attribute.kind));
                let [cfn, tf] = attribute.change;
                if let (Some(cloudformation), Some(terraform)) =
                    (attribute.cloudformation, attribute.terraform)
                    && cfn != tf
                {
                    differing.insert(
                        format!("{}.{}", shape.name, attribute.field),
                        format!(
                            "`{cloudformation}` {} | `{terraform}` {}",
                            spelled(cfn),
                            spelled(tf)
                        ),
                    );
                }
            }
        }
    }
    for (name, row) in differing {
        let _ = writeln!(text, "| {name} | {row} |");
    }
    text.push_str("\n### The records differ\n\n");
    text.push_str("| Terraform attribute | Source of 6.58 | Provider 5.100 | Why |\n");
    text.push_str("| --- | --- | --- | --- |\n");
    for (key, (recorded, seen)) in disagreements(&Records::read()) {
        let _ = writeln!(
            text,
            "| `{key}` | {} | {} | {} |",
            spelled(recorded),
            spelled(seen),
            reason(key).unwrap_or("?")
        );
    }
    text
}
