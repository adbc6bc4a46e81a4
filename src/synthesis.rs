//! From a stack to its templates: check, plan, build, check again.

use std::collections::BTreeMap;

use crate::capacity::Capacity;
use crate::check;
use crate::diagnostic::Findings;
use crate::graph::{self, Graph};
use crate::network::Stack;
use crate::plan::{self, Adoption, Ledger, Listing, Plan};
use crate::read::{self, Difference};
use crate::render::{self, Document, Format, Known, TerraformFiles, Unknown};

/// A rendered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path below the directory of all output, with `/` on every system: `prod/main.tf.json`.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// What errors do to a synthesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errors {
    /// They stop it.
    Stop,
    /// What AWS demands does not: it is rendered all the same.
    Forced,
}

impl Errors {
    fn stop(self, findings: &Findings) -> bool {
        match self {
            Self::Stop => findings.has_errors(),
            // A broken spec, or subnets without ranges, leave nothing to render.
            Self::Forced => findings
                .error_codes()
                .iter()
                .any(|code| !code.as_str().starts_with("EKS")),
        }
    }
}

/// A stack with every question answered, ready to be rendered.
#[derive(Debug, Clone)]
pub struct Synthesis {
    plan: Plan,
    capacity: Capacity,
    graph: Graph,
    findings: Findings,
}

impl Synthesis {
    /// Where everything is.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many nodes and pods it has room for.
    pub fn capacity(&self) -> &Capacity {
        &self.capacity
    }

    /// The resources.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Warnings and remarks. Errors have stopped the synthesis, unless it was asked for in spite of them.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The same, deployed.
    #[cfg(feature = "cli")]
    pub(crate) fn mark_deployed(&mut self) {
        self.plan.mark_deployed();
    }

    /// The same with other words for its findings.
    #[cfg(feature = "spec")]
    pub(crate) fn map_findings(mut self, words: impl FnOnce(Findings) -> Findings) -> Self {
        self.findings = words(self.findings);
        self
    }

    /// The same with findings of an earlier step.
    #[cfg(feature = "spec")]
    pub(crate) fn and(mut self, findings: Findings) -> Self {
        self.findings.extend(findings);
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

    /// Manifests of what is inside of the cluster, YAML, with the ids that the deployed stack told; nothing where the stack
    /// asks for nothing there.
    pub fn kubernetes(&self, known: &Known) -> Option<Document> {
        render::kubernetes(&self.graph, known)
    }

    /// The cluster as a `ClusterConfig` of eksctl, YAML, with the ids that the deployed stack told; nothing where it is not
    /// left to eksctl.
    pub fn eksctl(&self, known: &Known) -> Option<Document> {
        render::eksctl(&self.graph, known)
    }

    /// All of a format in one document, for pipes: a Terraform module is one as well. Nothing where the stack has nothing to
    /// say in that format.
    pub fn document(&self, format: Format, known: &Known) -> Option<Document> {
        let whole = |text| Document {
            text,
            unknown: Vec::new(),
        };
        match format {
            Format::CloudFormation => Some(whole(self.cloudformation())),
            Format::Terraform => Some(whole(render::terraform_document(&self.graph))),
            Format::Kubernetes => self.kubernetes(known),
            Format::Eksctl => self.eksctl(known),
        }
    }

    /// The files of a format: `<stack>.template.json`, `<stack>/main.tf.json` and its neighbours, or
    /// `<stack>.kubernetes.yaml`. Marks stand for ids that AWS decides; [`Synthesis::files_with`] fills them in.
    pub fn files(&self, format: Format) -> Vec<File> {
        self.files_with(format, &Known::nothing()).0
    }

    /// The files of a format with the ids that the deployed stack told, and those that nobody knows yet.
    pub fn files_with(&self, format: Format, known: &Known) -> (Vec<File>, Vec<Unknown>) {
        let stack = &self.graph.stack;
        match format {
            Format::CloudFormation => {
                let file = File {
                    path: format!("{stack}.template.json"),
                    text: self.cloudformation(),
                };
                (vec![file], Vec::new())
            }
            Format::Terraform => (self.module(), Vec::new()),
            Format::Kubernetes | Format::Eksctl => match self.document(format, known) {
                Some(Document { text, unknown }) => {
                    let path = format!("{stack}.{}.yaml", format.as_str());
                    (vec![File { path, text }], unknown)
                }
                None => (Vec::new(), Vec::new()),
            },
        }
    }

    /// Holds rendered files of a format, each with its name, against the model: reads them by what the engine's documentation
    /// says they mean, and not by the way they were written. Documents for people and tools are not read.
    ///
    /// # Errors
    ///
    /// Every place where they say something else than the model.
    pub fn read_back<'t>(
        &self,
        format: Format,
        files: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Result<(), Vec<Difference>> {
        let reading = match format {
            Format::CloudFormation => {
                let text: String = files.into_iter().map(|(_, text)| text).collect();
                read::cloudformation(&text)
            }
            Format::Terraform => read::terraform(files),
            Format::Kubernetes | Format::Eksctl => return Ok(()),
        };
        let differences = read::compare(&read::model(&self.graph, reading.engine), &reading);
        if differences.is_empty() {
            Ok(())
        } else {
            Err(differences)
        }
    }

    fn module(&self) -> Vec<File> {
        let stack = &self.graph.stack;
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
        self.judged(self.unjudged(ledger, Errors::Stop))
    }

    /// The same in spite of what AWS demands: of errors whose codes begin with `EKS`. They are among the findings, and the
    /// templates name them. For whoever knows AWS better than this version of eksnet does.
    ///
    /// # Errors
    ///
    /// All findings, where one of the other errors is among them: they leave nothing that could be rendered.
    pub fn synthesize_despite_errors(&self, ledger: &Ledger) -> Result<Synthesis, Findings> {
        self.judged(self.unjudged(ledger, Errors::Forced))
    }

    /// What the stack allows is not considered yet.
    pub(crate) fn unjudged(&self, ledger: &Ledger, errors: Errors) -> Result<Synthesis, Findings> {
        let mut findings = Findings::new();
        let Some((plan, capacity)) = self.planned(ledger, errors, &mut findings) else {
            return Err(findings);
        };
        let mut graph = graph::build(self, &plan);
        check::graph(self, &graph, &mut findings);
        if errors.stop(&findings) {
            return Err(findings);
        }
        graph.despite = findings.error_codes();
        Ok(Synthesis {
            plan,
            capacity,
            graph,
            findings,
        })
    }

    /// The same with what the stack allows, in order.
    pub(crate) fn judged(
        &self,
        synthesis: Result<Synthesis, Findings>,
    ) -> Result<Synthesis, Findings> {
        let allow = |findings| check::allow::apply(&self.allowed, findings);
        match synthesis {
            Ok(mut synthesis) => {
                let mut findings = allow(synthesis.findings);
                check::allow::unused(&self.allowed, &mut findings);
                findings.sort();
                if Errors::Forced.stop(&findings) {
                    return Err(findings);
                }
                synthesis.findings = findings;
                Ok(synthesis)
            }
            Err(findings) => {
                let mut findings = allow(findings);
                findings.sort();
                Err(findings)
            }
        }
    }

    /// Plans the stack so that nothing which the ledger knows moves, and builds nothing: for whoever wants to know where
    /// subnets would be. Warnings, and what can only be said of resources, come with [`Stack::synthesize_with`].
    ///
    /// # Errors
    ///
    /// All findings, where one of them is an error.
    pub fn plan(&self, ledger: &Ledger) -> Result<Plan, Findings> {
        let mut findings = Findings::new();
        let planned = self.planned(ledger, Errors::Stop, &mut findings);
        planned.map(|(plan, _)| plan).ok_or_else(|| {
            findings.sort();
            findings
        })
    }

    /// The plan and what there is room for, unless there are errors that stop it.
    fn planned(
        &self,
        ledger: &Ledger,
        errors: Errors,
        findings: &mut Findings,
    ) -> Option<(Plan, Capacity)> {
        check::model(self, findings);
        let plan = plan::plan(self, ledger, findings)?;
        check::planned(self, &plan, findings);
        let capacity = Capacity::of(self, &plan);
        check::capacity(self, &plan, &capacity, findings);
        // A plan with an error may lack subnets, and their ledger must not be written.
        let whole = plan.is_whole() || !findings.has_errors();
        (whole && !errors.stop(findings)).then_some((plan, capacity))
    }

    /// A ledger without what stands in the stack's way and is not deployed: ranges outside of the network's blocks, of
    /// another size than is asked for, or written down for another subnet. The next plan finds other places.
    pub fn repair(&self, ledger: Ledger) -> Ledger {
        plan::fitting(self, &ledger).unwrap_or(ledger)
    }

    /// Enters the subnets of a network that exists into a ledger, so that planning with it moves none of them.
    ///
    /// A subnet belongs to the tier that the assignments (tiers by the ids of subnets) name for it; else to that of the
    /// ledger, of its name, or of its access. Ranges that were only planned make way.
    ///
    /// # Errors
    ///
    /// All findings, where it is not clear which tier a subnet belongs to, a tier is not asked for where it has one, or the
    /// ledger knows better.
    pub fn adopt(
        &self,
        listing: &Listing,
        assignments: &BTreeMap<String, String>,
        ledger: &Ledger,
    ) -> Result<Adoption, Findings> {
        plan::adopt(self, listing, assignments, ledger)
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
