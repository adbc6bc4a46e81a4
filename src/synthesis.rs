//! From a stack to its templates: check, plan, build, check again.

use crate::check;
use crate::diagnostic::Findings;
use crate::graph::{self, Graph};
use crate::network::Stack;
use crate::plan::{self, Ledger, Plan};
use crate::render::{self, Format, TerraformFiles};

/// A rendered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path below the directory of all output, with `/` on every system: `prod/main.tf.json`.
    pub path: String,
    /// All of it.
    pub text: String,
}

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

    /// The same, deployed.
    #[cfg(feature = "cli")]
    pub(crate) fn mark_deployed(&mut self) {
        self.plan.mark_deployed();
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

    /// All of a format in one document, for pipes: a Terraform module is one as well.
    pub fn document(&self, format: Format) -> String {
        match format {
            Format::CloudFormation => self.cloudformation(),
            Format::Terraform => render::terraform_document(&self.graph),
        }
    }

    /// The files of a format: `<stack>.template.json`, or `<stack>/main.tf.json` and its neighbours.
    pub fn files(&self, format: Format) -> Vec<File> {
        let stack = &self.graph.stack;
        match format {
            Format::CloudFormation => vec![File {
                path: format!("{stack}.template.json"),
                text: self.cloudformation(),
            }],
            Format::Terraform => {
                let TerraformFiles {
                    main,
                    versions,
                    outputs,
                } = self.terraform();
                let file = |name: &str, text| File {
                    path: format!("{stack}/{name}.tf.json"),
                    text,
                };
                vec![
                    file("main", main),
                    file("outputs", outputs),
                    file("versions", versions),
                ]
            }
        }
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
        let (plan, mut findings) = self.planned(ledger)?;
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

    /// Plans the stack so that nothing which the ledger knows moves, and builds nothing: for whoever wants to know where
    /// subnets would be. Warnings, and what can only be said of resources, come with [`Stack::synthesize_with`].
    ///
    /// # Errors
    ///
    /// All findings, where one of them is an error.
    pub fn plan(&self, ledger: &Ledger) -> Result<Plan, Findings> {
        self.planned(ledger).map(|(plan, _)| plan)
    }

    /// The plan, with warnings and remarks.
    fn planned(&self, ledger: &Ledger) -> Result<(Plan, Findings), Findings> {
        let mut findings = Findings::new();
        check::model(self, &mut findings);
        let plan = plan::plan(self, ledger, &mut findings);
        if let Some(plan) = &plan {
            check::planned(self, plan, &mut findings);
        }
        match plan {
            Some(plan) if !findings.has_errors() => Ok((plan, findings)),
            _ => {
                findings.sort();
                Err(findings)
            }
        }
    }

    /// A ledger without what stands in the stack's way and is not deployed: ranges outside of the network's blocks, of
    /// another size than is asked for, or written down for another subnet. The next plan finds other places.
    pub fn repair(&self, ledger: Ledger) -> Ledger {
        plan::fitting(self, &ledger).unwrap_or(ledger)
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
        self.check_with(&Ledger::new())
    }

    /// What can be said of the stack, planned so that nothing which the ledger knows moves.
    pub fn check_with(&self, ledger: &Ledger) -> Findings {
        match self.synthesize_with(ledger) {
            Ok(synthesis) => synthesis.findings,
            Err(findings) => findings,
        }
    }
}
