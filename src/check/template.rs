//! What the engines can take.

use std::collections::BTreeMap;

use crate::check::rules;
use crate::diagnostic::Findings;
use crate::graph::{Graph, NodeId};
use crate::network::Stack;
use crate::render;

pub(super) fn check(stack: &Stack, graph: &Graph, findings: &mut Findings) {
    let names = render::cloudformation_names(graph);
    if names.len() > 500 {
        findings.push(
            rules::EKS901
                .at(
                    stack.name.origin,
                    format!(
                        "the template would have {} resources, more than CloudFormation takes",
                        names.len()
                    ),
                )
                .note("it takes 500 in a template")
                .help("divide the stack: fewer tiers, rules or node groups in each"),
        );
    }
    collisions(graph, names, findings);
    collisions(graph, render::terraform_names(graph), findings);
}

fn collisions(graph: &Graph, names: Vec<(String, NodeId)>, findings: &mut Findings) {
    let mut seen: BTreeMap<String, NodeId> = BTreeMap::new();
    for (name, id) in names {
        let Some(first) = seen.get(&name) else {
            seen.insert(name, id);
            continue;
        };
        let (Some(one), Some(two)) = (graph.get(*first), graph.get(id)) else {
            continue;
        };
        findings.push(
            rules::SPEC019
                .at(
                    two.origin,
                    format!(
                        "`{}` and `{}` would both be called {name}",
                        one.name, two.name
                    ),
                )
                .related(one.origin, "the first one")
                .note("hyphens have no place in the names of CloudFormation and Terraform")
                .help("give one of them another name"),
        );
    }
}
