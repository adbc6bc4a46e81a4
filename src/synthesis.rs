//! From a stack to its templates: check, plan, build, check again.

use crate::check;
use crate::diagnostic::Findings;
use crate::graph::{self, Graph};
use crate::network::Stack;
use crate::plan::{self, Ledger, Plan};
use crate::render::{self, TerraformFiles};

/// A stack with every question answered, ready to be rendered.
#[derive(Debug, Clone)]
pub struct Synthesis {
    plan: Plan,
    graph: Graph,
    findings: Findings,
}

impl Synthesis {
    /// Where everything is.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The resources.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Warnings and remarks; errors have stopped the synthesis.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The same with findings of an earlier step.
    #[cfg(feature = "spec")]
    pub(crate) fn and(mut self, findings: Findings) -> Self {
        self.findings.extend(findings);
        self.findings.sort();
        self
    }

    /// The CloudFormation template, JSON.
    pub fn cloudformation(&self) -> String {
        render::cloudformation(&self.graph)
    }

    /// The Terraform root module, JSON.
    pub fn terraform(&self) -> TerraformFiles {
        render::terraform(&self.graph)
    }
}

impl Stack {
    /// Plans the stack anew and builds its resources.
    ///
    /// # Errors
    ///
    /// All findings, where one of them is an error.
    pub fn synthesize(&self) -> Result<Synthesis, Findings> {
        self.synthesize_with(&Ledger::new())
    }

    /// Plans the stack so that nothing which the ledger knows moves, and builds its resources.
    ///
    /// # Errors
    ///
    /// All findings, where one of them is an error.
    pub fn synthesize_with(&self, ledger: &Ledger) -> Result<Synthesis, Findings> {
        let mut findings = Findings::new();
        check::model(self, &mut findings);
        let plan = plan::plan(self, ledger, &mut findings);
        let Some(plan) = plan else {
            findings.sort();
            return Err(findings);
        };
        check::planned(self, &plan, &mut findings);
        if findings.has_errors() {
            findings.sort();
            return Err(findings);
        }
        let graph = graph::build(self, &plan);
        check::graph(self, &graph, &mut findings);
        findings.sort();
        if findings.has_errors() {
            return Err(findings);
        }
        Ok(Synthesis {
            plan,
            graph,
            findings,
        })
    }

    /// What can be said of the stack without planning it.
    #[cfg(feature = "spec")]
    pub(crate) fn check_model(&self) -> Findings {
        let mut findings = Findings::new();
        check::model(self, &mut findings);
        findings
    }

    /// What can be said of the stack: errors, warnings and remarks.
    pub fn check(&self) -> Findings {
        match self.synthesize() {
            Ok(synthesis) => synthesis.findings,
            Err(findings) => findings,
        }
    }
}
