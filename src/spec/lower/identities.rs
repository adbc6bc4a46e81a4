//! Roles of service accounts.

use super::Lowering;
use super::words::Words;
use crate::check::rules;
use crate::network::{At, IdentityRole, PodIdentity};
use crate::spec::{Field, Names, PodIdentitySpec};

impl Lowering<'_> {
    pub(super) fn pod_identities(&mut self, names: &Names<PodIdentitySpec>) -> Vec<PodIdentity> {
        let all = names.get().into_iter().flatten();
        all.filter_map(|(key, field)| self.pod_identity(Words::name(key), field))
            .collect()
    }

    fn pod_identity(
        &mut self,
        name: At<String>,
        field: &Field<PodIdentitySpec>,
    ) -> Option<PodIdentity> {
        let nothing = PodIdentitySpec::default();
        let spec = field.get().unwrap_or(&nothing);
        if !field.is_invalid() {
            let keys = [
                (&spec.namespace, "namespace", "that of the service account"),
                (&spec.service_account, "service-account", "its name"),
            ];
            for (field, key, what) in keys {
                if field.is_absent() {
                    self.words.missing(name.origin, key, what);
                }
            }
        }
        if !spec.role.is_absent() && !spec.policies.is_absent() {
            self.words.push(
                rules::SPEC018
                    .at(spec.policies.origin(), "an existing role has its policies")
                    .related(spec.role.origin(), "the role")
                    .note("a stack changes nothing of what it did not make")
                    .help("leave `role` out to get a role with these policies, or leave `policies` out"),
            );
        }
        let role = match Words::text(&spec.role) {
            Some(arn) => IdentityRole::Existing(arn),
            None => IdentityRole::New(Words::texts(&spec.policies)),
        };
        // What rights were meant has been asked already.
        let unread = spec.role.is_invalid()
            || Words::is_unread(&spec.policies)
            || ["role", "policies"]
                .iter()
                .any(|key| self.words.is_meant(key));
        if unread && matches!(&role, IdentityRole::New(policies) if policies.is_empty()) {
            self.complete = false;
            return None;
        }
        let identity = PodIdentity {
            name,
            namespace: Words::text(&spec.namespace)?,
            service_account: Words::text(&spec.service_account)?,
            role,
        };
        Some(identity)
    }
}
