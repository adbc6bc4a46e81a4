//! What a reviewer sees when the production example grows: what is new, and nothing else.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that stops is a test that fails"
)]

mod support;

use eksnet::plan::Ledger;
use eksnet::spec::Format;

use support::run;
use support::templates::Templates;

const PRODUCTION: &str = include_str!("../examples/production.yaml");

/// The lists of existing resources that gain something: those that name subnets, route tables and what these stand on.
const GAINING: [&str; 12] = [
    "CloudFormation / Outputs / * / Value / Fn::Join / 1",
    "CloudFormation / Resources / Cluster / Properties / ResourcesVpcConfig / SubnetIds",
    "CloudFormation / Resources / * / DependsOn",
    "CloudFormation / Resources / NodeGroup* / Properties / Subnets",
    "CloudFormation / Resources / VpcEndpoint* / Properties / RouteTableIds",
    "CloudFormation / Resources / VpcEndpoint* / Properties / SubnetIds",
    "Terraform / resource / aws_eks_cluster / main / vpc_config / subnet_ids",
    "Terraform / resource / aws_eks_node_group / * / depends_on",
    "Terraform / resource / aws_eks_node_group / * / subnet_ids",
    "Terraform / resource / aws_vpc_endpoint / * / route_table_ids",
    "Terraform / resource / aws_vpc_endpoint / * / subnet_ids",
    "Terraform outputs / output / * / value",
];

/// The maps that gain entries: those of resources and outputs.
const NEW: [&str; 4] = [
    "CloudFormation / Outputs",
    "CloudFormation / Resources",
    "Terraform / resource / aws_*",
    "Terraform outputs / output",
];

/// Whether a path is one of several, in which `*` stands for a part of a name.
fn is_one_of(path: &str, several: &[&str]) -> bool {
    several.iter().any(|pattern| {
        let (parts, patterns) = (path.split(" / "), pattern.split(" / "));
        let fits = |(part, pattern): (&str, &str)| match pattern.strip_suffix('*') {
            Some(beginning) => part.starts_with(beginning),
            None => part == pattern,
        };
        parts.clone().count() == patterns.clone().count() && parts.zip(patterns).all(fits)
    })
}

/// The example with one line written differently, planned with the ledger of the example: what its templates have more.
fn gained(old: &str, new: &str) -> String {
    let text = PRODUCTION.replacen(old, new, 1);
    assert_ne!(text, PRODUCTION, "{old}");
    let synthesize = |text, ledger: &Ledger| {
        run::text(text, Format::Yaml, ledger).expect("the example and what grows from it")
    };
    let before = synthesize(PRODUCTION, &Ledger::new());
    let ledger = before.plan().ledger();
    let after = synthesize(&text, &ledger);
    for (key, entry) in ledger.entries() {
        assert_eq!(after.plan().ledger().get(key), Some(entry), "{key}");
    }
    let templates = Templates::of(&after);
    templates.assert_closed();
    let gained = Templates::of(&before).gained(&templates);
    for line in &gained {
        let known = match (line.split_once(" [] "), line.split_once(" + ")) {
            (Some((path, _)), _) => is_one_of(path, &GAINING),
            (None, Some((path, _))) => is_one_of(path, &NEW),
            (None, None) => false,
        };
        assert!(known, "{line}");
    }
    gained.join("\n")
}

fn check(name: &str, gained: &str) {
    insta::with_settings!({
        snapshot_path => "../snapshots/growth",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, gained);
    });
}

#[test]
fn a_further_zone() {
    check("zone", &gained("zones: 3", "zones: 4"));
}

#[test]
fn a_further_tier() {
    const NODES: &str = "    nodes: { access: private, prefix: 19, nat: per-zone }\n";
    let more = format!("{NODES}    databases: {{ access: isolated, prefix: 24 }}\n");
    check("tier", &gained(NODES, &more));
}

#[test]
fn a_further_subnet_in_every_zone() {
    check(
        "further-subnet",
        &gained("prefix: 19, nat", "prefix: 19, further-subnets: [20], nat"),
    );
}
