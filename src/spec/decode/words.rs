//! Words of AWS's API, eksctl, the CDK and Terraform modules for what has another name here, or is said of another thing.

use super::super::tree::Entry;
use super::super::{ClusterSpec, NetworkSpec, NodeGroupSpec, TierSpec};
use super::rooms::{Move, keys};

/// What others call it, and what to write here.
struct Word {
    room: fn() -> &'static [&'static str],
    /// In lower case, without the signs between their parts.
    theirs: &'static [&'static str],
    /// The key of the room that says it.
    ours: &'static str,
    write: &'static str,
}

const NETWORK: fn() -> &'static [&'static str] = keys::<NetworkSpec>;
const TIER: fn() -> &'static [&'static str] = keys::<TierSpec>;
const CLUSTER: fn() -> &'static [&'static str] = keys::<ClusterSpec>;
const NODE_GROUP: fn() -> &'static [&'static str] = keys::<NodeGroupSpec>;

#[rustfmt::skip]
const WORDS: &[Word] = &[
    Word { room: NETWORK, theirs: &["azs", "azcount", "maxazs", "availabilityzone", "availabilityzones", "availabilityzoneids"], ours: "zones", write: "zones: 3" },
    Word { room: NETWORK, theirs: &["cidrblock", "vpccidr", "vpccidrblock", "ipaddresses"], ours: "cidr", write: "cidr: 10.20.0.0/16" },
    Word { room: NETWORK, theirs: &["secondarycidrblocks", "extracidrs"], ours: "secondary-cidrs", write: "secondary-cidrs: [100.64.0.0/16]" },
    Word { room: NETWORK, theirs: &["subnets", "subnetconfiguration", "publicsubnets", "privatesubnets", "intrasubnets", "isolatedsubnets"], ours: "tiers", write: "tiers: { public: { access: public }, nodes: { access: private } }" },
    Word { room: NETWORK, theirs: &["nat", "natgateway", "natgateways", "enablenatgateway", "singlenatgateway", "onenatgatewayperaz"], ours: "tiers", write: "tiers: { public: { access: public }, nodes: { access: private, nat: per-zone } }" },
    Word { room: NETWORK, theirs: &["localzones"], ours: "tiers", write: "tiers: { edge: { access: private, local-zones: { usw2-lax1-az1: usw2-az2 } } }" },
    Word { room: NETWORK, theirs: &["enableipv6", "dualstack"], ours: "ipv6", write: "ipv6: true" },
    Word { room: NETWORK, theirs: &["vpcendpoints", "gatewayendpoints", "interfaceendpoints"], ours: "endpoints", write: "endpoints: [s3, ecr.api, ecr.dkr, sts]" },
    Word { room: NETWORK, theirs: &["vpcid", "vpc"], ours: "existing", write: "existing: vpc-0a1b2c3d4e5f60718" },
    Word { room: TIER, theirs: &["mask", "cidrmask", "size", "prefixlength"], ours: "prefix", write: "prefix: 20" },
    Word { room: TIER, theirs: &["subnettype", "type", "visibility"], ours: "access", write: "access: private" },
    Word { room: TIER, theirs: &["cidr", "cidrblock", "cidrblocks", "subnets"], ours: "cidrs", write: "cidrs: { use1-az1: 10.20.0.0/24 }" },
    Word { room: TIER, theirs: &["azs", "availabilityzone", "availabilityzones"], ours: "zones", write: "zones: [use1-az1, use1-az2]" },
    Word { room: TIER, theirs: &["natgateway", "natgateways"], ours: "nat", write: "nat: per-zone" },
    Word { room: CLUSTER, theirs: &["kubernetesversion", "k8sversion", "clusterversion"], ours: "version", write: "version: \"1.35\"" },
    Word { room: CLUSTER, theirs: &["managednodegroups", "managednodegroup", "eksmanagednodegroups", "nodepools"], ours: "node-groups", write: "node-groups: { system: { tier: nodes } }" },
    Word { room: CLUSTER, theirs: &["endpointaccess", "endpointpublicaccess", "endpointprivateaccess", "clusterendpointpublicaccess", "clusterendpointprivateaccess", "clusterendpoints"], ours: "endpoint", write: "endpoint: { access: private }" },
    Word { room: CLUSTER, theirs: &["publicaccesscidrs", "endpointpublicaccesscidrs", "clusterendpointpublicaccesscidrs"], ours: "endpoint", write: "endpoint: { public-cidrs: [203.0.113.0/24] }" },
    Word { room: CLUSTER, theirs: &["fargateprofile", "fargateprofiles"], ours: "fargate", write: "fargate: { default: { selectors: [{ namespace: default }] } }" },
    Word { room: CLUSTER, theirs: &["computeconfig", "automodeconfig", "auto"], ours: "auto-mode", write: "auto-mode: { tier: nodes }" },
    Word { room: CLUSTER, theirs: &["logging", "cloudwatch", "enabledlogtypes", "clusterenabledlogtypes"], ours: "logs", write: "logs: { types: [audit, authenticator] }" },
    Word { room: CLUSTER, theirs: &["accessentries", "accessconfig", "awsauth"], ours: "access", write: "access: { entries: { platform: { principal: \"arn:aws:iam::111122223333:role/platform\", groups: [platform-admins] } } }" },
    Word { room: CLUSTER, theirs: &["serviceipv4cidr", "kubernetesnetworkconfig", "serviceipv4range"], ours: "service-cidr", write: "service-cidr: 172.20.0.0/16" },
    Word { room: CLUSTER, theirs: &["encryptionconfig", "kmskey", "secretsencryption"], ours: "secrets-key", write: "secrets-key: arn:aws:kms:us-east-1:111122223333:key/0f3d6a5e-9d0b-4c55-8f3a-2b6b1c0d4e7f" },
    Word { room: CLUSTER, theirs: &["podidentityassociations"], ours: "pod-identities", write: "pod-identities: { reports: { namespace: finance, service-account: reports, policies: [\"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\"] } }" },
    Word { room: CLUSTER, theirs: &["remotenetworkconfig"], ours: "hybrid-nodes", write: "hybrid-nodes: { nodes: [192.168.64.0/20] }" },
    Word { room: NODE_GROUP, theirs: &["instancetype", "instance", "types"], ours: "instance-types", write: "instance-types: [m6i.large]" },
    Word { room: NODE_GROUP, theirs: &["minsize", "maxsize", "desiredsize", "desiredcapacity", "scaling", "scalingconfig"], ours: "size", write: "size: { min: 2, max: 4 }" },
    Word { room: NODE_GROUP, theirs: &["amitype", "amifamily"], ours: "ami", write: "ami: al2023" },
    Word { room: NODE_GROUP, theirs: &["capacitytype", "spot"], ours: "capacity", write: "capacity: spot" },
    Word { room: NODE_GROUP, theirs: &["volumesize", "disksize"], ours: "disk-gib", write: "disk-gib: 50" },
    Word { room: NODE_GROUP, theirs: &["volumekmskeyid", "volumeencrypted"], ours: "disk-key", write: "disk-key: arn:aws:kms:us-east-1:111122223333:key/0f3d6a5e-9d0b-4c55-8f3a-2b6b1c0d4e7f" },
    Word { room: NODE_GROUP, theirs: &["subnets", "subnetids", "privatenetworking"], ours: "tier", write: "tier: nodes" },
    Word { room: NODE_GROUP, theirs: &["updateconfig", "maxunavailablepercentage"], ours: "max-unavailable", write: "max-unavailable: 33%" },
];

/// What to write for a key that is another tool's word.
pub(super) fn of_others(entry: &Entry, fields: &[&str]) -> Option<Move> {
    let plain = entry.key.replace(['-', '_'], "").to_ascii_lowercase();
    let mut words = WORDS.iter().filter(|word| (word.room)() == fields);
    let word = words.find(|word| word.theirs.contains(&plain.as_str()))?;
    Some(Move {
        help: format!("write it as in `{}`", word.write),
        meant: vec![word.ours],
    })
}

#[cfg(test)]
mod tests {
    use super::{CLUSTER, NETWORK, NODE_GROUP, TIER, WORDS};
    use crate::diagnostic::{Finding, Sources};
    use crate::spec::{self, codes};

    /// A spec that has nothing but this in one of its rooms.
    fn with(room: &[&str], line: &str) -> String {
        let rooms = [
            (NETWORK(), ["network: { ", " }"]),
            (TIER(), ["network: { tiers: { nodes: { ", " } } }"]),
            (CLUSTER(), ["cluster: { ", " }"]),
            (
                NODE_GROUP(),
                ["cluster: { node-groups: { system: { ", " } } }"],
            ),
        ];
        let room = rooms.iter().find(|(keys, _)| *keys == room);
        room.map(|(_, [before, after])| format!("{before}{line}{after}\n"))
            .unwrap_or_default()
    }

    /// What is said of its form. That keys are missing is said later, and not meant here.
    fn reports(text: &str) -> Vec<String> {
        let loaded = spec::load("spec.yaml", None, text, &mut Sources::new());
        let reports = loaded
            .findings
            .iter()
            .filter(|finding| (codes::SYNTAX..codes::EMPTY).contains(&finding.code));
        let help = |finding: &Finding| finding.help.clone().unwrap_or_default();
        reports
            .map(|finding| format!("{}; {}", finding.message, help(finding)))
            .collect()
    }

    #[test]
    fn words_of_others_are_told_in_words_that_are_read() {
        for word in WORDS {
            let room = (word.room)();
            assert!(room.contains(&word.ours), "{}", word.ours);
            assert!(word.write.starts_with(&format!("{}: ", word.ours)));
            let text = with(room, word.write);
            assert_eq!(reports(&text), [""; 0], "{text}");
            for theirs in word.theirs {
                let text = with(room, &format!("{theirs}: 3"));
                let wanted = format!("unknown key `{theirs}`; write it as in `{}`", word.write);
                assert_eq!(reports(&text), [wanted], "{text}");
            }
        }
    }
}
