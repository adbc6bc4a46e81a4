//! Network policies and tenants of a spec.

use super::Lowering;
use super::words::Words;
use crate::check::rules;
use crate::diagnostic::Origin;
use crate::network::{At, PolicyEngine, PolicyMode, Tenant};
use crate::spec::{
    Either, Field, Key, NetworkPolicySpec, PolicyEngineSpec, PolicyModeSpec, TenantSpec,
};

/// Where somebody is named to enforce policies of whom it cannot be told who it is.
pub(super) fn unread(field: &Field<Either<PolicyEngineSpec, NetworkPolicySpec>>) -> Option<Origin> {
    let unread = match field.get() {
        Some(Either::Short(_)) => false,
        Some(Either::Long(long)) => long.engine.get().is_none(),
        None => field.is_invalid(),
    };
    unread.then(|| field.origin())
}

impl Lowering<'_> {
    /// Who enforces policies, if anybody does.
    pub(super) fn network_policy(
        &mut self,
        field: &Field<Either<PolicyEngineSpec, NetworkPolicySpec>>,
    ) -> Option<At<PolicyEngine>> {
        let (written, span) = field.located()?;
        let nothing = NetworkPolicySpec::default();
        let (engine, long) = match written {
            Either::Short(engine) => (*engine, &nothing),
            Either::Long(long) => {
                if long.engine.is_absent() {
                    let what = "`vpc-cni`, `calico` or `none`";
                    self.words.missing(Origin::Spec(span), "engine", what);
                }
                (*long.engine.get()?, long)
            }
        };
        let engine = match engine {
            PolicyEngineSpec::VpcCni => PolicyEngine::VpcCni(match long.mode.get() {
                Some(PolicyModeSpec::Strict) => PolicyMode::Strict,
                Some(PolicyModeSpec::Standard) | None => PolicyMode::Standard,
            }),
            PolicyEngineSpec::Calico => {
                self.no_mode(&long.mode, "calico");
                PolicyEngine::Calico
            }
            PolicyEngineSpec::None => {
                self.no_mode(&long.mode, "none");
                return None;
            }
        };
        Some(At::new(engine, Origin::Spec(span)))
    }

    fn no_mode(&mut self, mode: &Field<PolicyModeSpec>, engine: &str) {
        if !mode.is_absent() {
            self.words.push(
                rules::SPEC018
                    .at(
                        mode.origin(),
                        format!("`mode` means nothing with the engine `{engine}`"),
                    )
                    .note("the modes `standard` and `strict` are those of the VPC CNI")
                    .help("leave `mode` out, or write `engine: vpc-cni`"),
            );
        }
    }

    pub(super) fn tenant(&mut self, key: &Key, spec: &TenantSpec) -> Tenant {
        let mut tenant = Tenant::named(Words::name(key));
        tenant.namespaces = Words::texts(&spec.namespaces);
        tenant.reaches = Words::texts(&spec.reaches);
        tenant.from = Words::texts(&spec.from);
        tenant.to = Words::texts(&spec.to);
        tenant.ingress = self.words.cidrs(&spec.ingress);
        tenant.egress = self.words.cidrs(&spec.egress);
        tenant
    }
}
