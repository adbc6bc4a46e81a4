//! `CloudFormation` templates as people write them: JSON, and YAML with the short forms of functions.
//!
//! Parameters, mappings and conditions are worked out, and with them `Ref`, `Fn::GetAtt`, `Fn::Sub`, `Fn::Join`, `Fn::Select`,
//! `Fn::Split`, `Fn::FindInMap`, `Fn::GetAZs`, `Fn::Cidr`, `Fn::If`, `Fn::ImportValue`, `Fn::Base64` and the functions of
//! conditions. What only AWS or another stack knows is an [`Unknown`] with its reason, never a guess; what CloudFormation would
//! refuse as a whole is a finding. There are no macros, no loops and no look-ups: everything ends, within limits of depth and
//! size.
//!
//! Types and properties that eksnet has no table for are kept as they are; [`Template::reading`] is what the tables know.
//!
//! Source: AWS `CloudFormation` User Guide, "Template anatomy"; Template Reference, "Intrinsic functions".

mod conditions;
mod dynamic;
mod evaluator;
mod functions;
mod order;
mod parameters;
mod ranges;
mod refusals;
mod section;
mod tables;
mod template;
mod terraform;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use self::evaluator::{Evaluator, Named};
use self::section::{elements, entries, get, string};
use crate::check::rules;
use crate::diagnostic::{Findings, Sources, Span};
use crate::read::reading::Engine;
use crate::spec::tree::{Entry, Kind, Node};

pub(crate) use terraform::located as terraform_located;

pub use template::{Output, Resource, Template};
pub use terraform::terraform;
pub use value::{Part, Text, Unknown, Value};

/// What a template is deployed with, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The values of parameters, as the command line takes them: lists with commas.
    pub parameters: BTreeMap<String, String>,
    /// The region, such as `eu-west-1`.
    pub region: Option<String>,
    /// The number of the account.
    pub account: Option<String>,
    /// The name of the stack.
    pub stack: Option<String>,
    /// The zones of the region as `Fn::GetAZs` lists them for the account, by name.
    pub zones: Vec<String>,
}

/// Reads a template, YAML or JSON.
///
/// The text is kept among the sources, so that findings can show it.
///
/// # Errors
///
/// What makes the text no template that CloudFormation takes, or one that eksnet does not read: macros (`Transform`), names of
/// nothing, circles, values that parameters do not take.
///
/// ```
/// use eksnet::diagnostic::Sources;
/// use eksnet::read::foreign::{Given, cloudformation};
///
/// let text = "
/// Parameters: { Block: { Type: String, Default: 10.4.0.0/16 } }
/// Resources:
///   Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: !Ref Block } }
///   One:
///     Type: AWS::EC2::Subnet
///     Properties:
///       VpcId: !Ref Vpc
///       CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 4, 8]]
/// ";
/// let template = cloudformation("vpc.yaml", text, &Given::default(), &mut Sources::new());
/// let template = template.expect("a template");
/// assert_eq!(template.resources["One"].properties["CidrBlock"], "10.4.1.0/24".into());
/// ```
pub fn cloudformation(
    name: &str,
    text: &str,
    given: &Given,
    sources: &mut Sources,
) -> Result<Template, Findings> {
    located(name, text, given, sources).map(|(template, _)| template)
}

/// The template, and where the name of each resource stands.
pub(crate) fn located(
    name: &str,
    text: &str,
    given: &Given,
    sources: &mut Sources,
) -> Result<(Template, BTreeMap<String, Span>), Findings> {
    let mut findings = Findings::new();
    let root = crate::spec::read_template(name, text, sources, &mut findings);
    let Some(root) = root.filter(|_| !findings.has_errors()) else {
        return Err(sorted(findings));
    };
    refusals::refused(&root, &mut findings);
    if findings.has_errors() {
        return Err(sorted(findings));
    }
    let mut evaluator = Evaluator::new(text, given);
    let template = read(&root, &mut evaluator);
    let mut findings = std::mem::take(&mut evaluator.findings);
    if evaluator.spent() {
        findings.push(refusals::too_much(&root));
    }
    findings.extend(refusals::circle_of_resources(&template, &root));
    if findings.has_errors() {
        return Err(sorted(findings));
    }
    let places = section(&root, "Resources").iter();
    let places = places.map(|entry| (entry.key.clone(), entry.key_span));
    Ok((template, places.collect()))
}

fn sorted(mut findings: Findings) -> Findings {
    findings.sort();
    findings
}

fn section<'n>(root: &'n Node, name: &str) -> &'n [Entry] {
    get(root, name).and_then(entries).unwrap_or_default()
}

fn read<'n>(root: &'n Node, evaluator: &mut Evaluator<'n>) -> Template {
    let declared = section(root, "Parameters");
    let given = &evaluator.given.parameters;
    let (text, mut findings) = (evaluator.text, Findings::new());
    evaluator.parameters = parameters::parameters(declared, given, text, &mut findings);
    evaluator.findings = findings;
    evaluator.mappings = section(root, "Mappings");
    let named = |name| {
        section(root, name)
            .iter()
            .map(|entry| (entry.key.as_str(), &entry.value))
    };
    evaluator.conditions = named("Conditions").collect();
    evaluator.resources = named("Resources").collect();
    let mut template = Template::new(Engine::CloudFormation);
    template.description = get(root, "Description").and_then(string).map(str::to_owned);
    for (name, node) in named("Conditions") {
        let truth = evaluator.named_condition(name, node);
        template.conditions.insert(name.to_owned(), truth);
    }
    for declared in declared {
        let value = evaluator.parameter(&declared.key);
        template
            .parameters
            .extend(value.map(|value| (declared.key.clone(), value)));
    }
    let mut only_if = BTreeMap::new();
    for (id, body) in named("Resources") {
        match evaluator.condition_of(body) {
            Made::Yes => {}
            Made::Perhaps(unknown) => {
                only_if.insert(id, unknown);
            }
            Made::No(condition) => {
                evaluator.left_out.insert(id, condition);
            }
        }
    }
    for (id, body) in named("Resources") {
        if let Some(condition) = evaluator.left_out.get(id) {
            template
                .left_out
                .insert(id.to_owned(), (*condition).to_owned());
            continue;
        }
        let mut resource = evaluator.resource_of(body);
        resource.only_if = only_if.remove(id);
        template.resources.insert(id.into(), resource);
    }
    for (name, body) in named("Outputs") {
        let only_if = match evaluator.condition_of(body) {
            Made::Yes => None,
            Made::Perhaps(unknown) => Some(unknown),
            Made::No(condition) => {
                template
                    .left_out
                    .insert(format!("output {name}"), condition.to_owned());
                continue;
            }
        };
        let output = evaluator.output(body, only_if);
        template.outputs.insert(name.to_owned(), output);
    }
    let there = entries(root)
        .unwrap_or_default()
        .iter()
        .map(|entry| entry.key.as_str());
    let passed = there.filter(|name| refusals::PASSED_OVER.contains(name));
    template.passed_over = passed.map(str::to_owned).collect();
    template
}

/// Whether something is made.
enum Made<'n> {
    Yes,
    /// That is not known.
    Perhaps(Unknown),
    /// This condition is false.
    No(&'n str),
}

impl<'n> Evaluator<'n> {
    fn condition_of(&mut self, body: &'n Node) -> Made<'n> {
        let Some(node) = get(body, "Condition") else {
            return Made::Yes;
        };
        let Some(name) = string(node) else {
            return Made::Perhaps(Unknown::new("its condition", "it is no name"));
        };
        match self.named_condition(name, node) {
            Ok(true) => Made::Yes,
            Ok(false) => Made::No(name),
            Err(unknown) => Made::Perhaps(unknown),
        }
    }

    fn resource_of(&mut self, body: &'n Node) -> Resource {
        let mut resource = Resource {
            kind: get(body, "Type")
                .and_then(string)
                .unwrap_or_default()
                .to_owned(),
            properties: BTreeMap::new(),
            after: BTreeSet::new(),
            refers: BTreeSet::new(),
            attributes: BTreeMap::new(),
            computed: Some(BTreeSet::new()),
            only_if: None,
        };
        self.asked.clear();
        for entry in entries(body).unwrap_or_default() {
            match entry.key.as_str() {
                "Type" | "Condition" => {}
                "Properties" => {
                    let properties = entries(&entry.value).unwrap_or_default();
                    let properties = self.members(properties).into_iter();
                    let looked_up = |(name, value)| (name, dynamic::looked_up(value));
                    resource.properties = properties.map(looked_up).collect();
                }
                "DependsOn" => self.depends_on(&entry.value, &mut resource.after),
                name => {
                    let value = self.value(&entry.value);
                    resource
                        .attributes
                        .extend(value.map(|value| (name.to_owned(), value)));
                }
            }
        }
        resource.refers = self.asked.iter().map(|id| (*id).into()).collect();
        resource
    }

    /// Nobody waits for what is left out.
    fn depends_on(&mut self, node: &'n Node, after: &mut BTreeSet<std::sync::Arc<str>>) {
        let one = std::slice::from_ref(node);
        for node in elements(node).unwrap_or(one) {
            let Some(id) = string(node) else {
                let finding = rules::SPEC090.at(
                    crate::diagnostic::Origin::Spec(node.span),
                    "`DependsOn` names resources, and this is no name",
                );
                let help = "write the logical id of a resource, or a list of them";
                self.findings.push(finding.help(help));
                continue;
            };
            if !self.resources.contains_key(id) {
                self.names_nothing(id, Named::Resource, node);
            } else if !self.left_out.contains_key(id) {
                after.insert(id.into());
            }
        }
    }

    fn output(&mut self, body: &'n Node, only_if: Option<Unknown>) -> Output {
        let nothing = || Value::unknown("nothing", "the output has no value");
        let value = get(body, "Value").and_then(|node| self.value(node));
        let name = get(body, "Export").and_then(|export| get(export, "Name"));
        Output {
            description: get(body, "Description").and_then(|node| self.value(node)),
            value: value.unwrap_or_else(nothing),
            export: name.and_then(|node| self.value(node)),
            only_if,
        }
    }
}

/// Whether a node is a map, or nothing.
fn is_map(node: &Node) -> bool {
    matches!(node.kind, Kind::Map(_) | Kind::Null)
}
