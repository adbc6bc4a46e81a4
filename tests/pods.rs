//! How pods get their addresses: what the add-on `vpc-cni` is told in both engines, and what stands behind it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[path = "pods/schema.rs"]
mod schema;

use eksnet::Synthesis;
use eksnet::diagnostic::{Sources, concise};
use eksnet::plan::Ledger;
use serde_json::{Value, json};

/// A spec with these keys in `cluster.pods`.
fn spec(pods: &str) -> String {
    format!(
        "stack: prod
region: us-east-1
layout: 1
network:
  cidr: 10.20.0.0/16
  secondary-cidrs: [100.64.0.0/16]
  zones: [use1-az1, use1-az2]
  tiers:
    public: {{ access: public, prefix: 24 }}
    nodes: {{ access: private, prefix: 20 }}
    pods: {{ access: private, prefix: 18, block: 100.64.0.0/16, load-balancers: false }}
    control-plane: {{ access: isolated, prefix: 27 }}
cluster:
  pods: {pods}
  node-groups:
    system: {{ tier: nodes }}
"
    )
}

fn synthesis(spec: &str) -> Synthesis {
    let mut sources = Sources::new();
    let loaded = eksnet::spec::load("spec.yaml", None, spec, &mut sources);
    loaded
        .synthesize(&Ledger::new())
        .unwrap_or_else(|findings| panic!("{}", concise(&findings, &sources)))
}

/// The text that CloudFormation makes, with what it asks for in the words of Terraform.
fn joined(value: &Value) -> String {
    let Value::Object(join) = value else {
        return value.as_str().expect("text").to_owned();
    };
    let word = |part: &Value| match part {
        Value::String(text) => text.clone(),
        other if other.get("Ref").is_some() => {
            let id = other["Ref"].as_str().unwrap();
            format!("<{id}>")
        }
        other => {
            let parts: Vec<_> = other["Fn::GetAtt"].as_array().unwrap().iter().collect();
            format!("<{}>", parts[0].as_str().unwrap())
        }
    };
    join["Fn::Join"][1]
        .as_array()
        .unwrap()
        .iter()
        .map(word)
        .collect()
}

/// What the add-on is told in CloudFormation, read as JSON.
fn configuration(synthesis: &Synthesis) -> Option<Value> {
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let configured = &template["Resources"]["AddonVpcCni"]["Properties"]["ConfigurationValues"];
    (!configured.is_null()).then(|| {
        let value = serde_json::from_str(&joined(configured)).expect("JSON");
        schema::hold(&value);
        value
    })
}

/// The same in Terraform.
fn in_terraform(synthesis: &Synthesis) -> Option<Value> {
    let module: Value = serde_json::from_str(&synthesis.terraform().main).unwrap();
    let text = module["resource"]["aws_eks_addon"]["vpc_cni"].get("configuration_values")?;
    let value = serde_json::from_str(text.as_str().unwrap()).expect("JSON");
    schema::hold(&value);
    Some(value)
}

/// The variables of `aws-node`, the same in both engines.
fn env(pods: &str) -> Value {
    let synthesis = synthesis(&spec(pods));
    let all = configuration(&synthesis).expect("a configuration");
    assert_eq!(all["env"], in_terraform(&synthesis).unwrap()["env"]);
    all["env"].clone()
}

#[test]
fn an_add_on_that_needs_no_settings_has_none() {
    for pods in [
        "{}",
        "{ mode: addresses }",
        "{ snat: cni }",
        "{ snat: { exclude: [] } }",
    ] {
        let synthesis = synthesis(&spec(pods));
        assert_eq!(configuration(&synthesis), None, "{pods}");
        assert_eq!(in_terraform(&synthesis), None, "{pods}");
    }
}

#[test]
fn settings_are_the_variables_of_the_add_on() {
    assert_eq!(
        env("{ warm: { enis: 2 } }"),
        json!({ "WARM_ENI_TARGET": "2" })
    );
    assert_eq!(
        env("{ mode: prefixes, warm: { addresses: 5, minimum: 20 } }"),
        json!({
            "ENABLE_PREFIX_DELEGATION": "true",
            "MINIMUM_IP_TARGET": "20",
            "WARM_IP_TARGET": "5",
        })
    );
    assert_eq!(
        env("{ mode: prefixes, warm: { prefixes: 2 } }"),
        json!({ "ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "2" })
    );
    assert_eq!(
        env("{ snat: external }"),
        json!({ "AWS_VPC_K8S_CNI_EXTERNALSNAT": "true" })
    );
    // In an order of their own, and once each.
    assert_eq!(
        env("{ snat: { exclude: [192.168.0.0/16, 10.64.0.0/12, 192.168.0.0/16] } }"),
        json!({ "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS": "10.64.0.0/12,192.168.0.0/16" })
    );
}

#[test]
fn custom_networking_has_a_config_for_each_zone() {
    let synthesis = synthesis(&spec("{ tier: pods, placement: custom-networking }"));
    let all = configuration(&synthesis).unwrap();
    let groups = json!(["<Cluster>", "<SecurityGroupNodes>"]);
    assert_eq!(
        all,
        json!({
            "eniConfig": {
                "create": true,
                "region": "us-east-1",
                "subnets": {
                    "use1-az1": { "id": "<SubnetPodsUse1Az1>", "securityGroups": groups },
                    "use1-az2": { "id": "<SubnetPodsUse1Az2>", "securityGroups": groups },
                },
            },
            "env": {
                "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true",
                "ENI_CONFIG_LABEL_DEF": "topology.k8s.aws/zone-id",
            },
        })
    );
    let all = in_terraform(&synthesis).unwrap();
    assert_eq!(
        all["eniConfig"]["subnets"]["use1-az2"],
        json!({
            "id": "${aws_subnet.pods_use1_az2.id}",
            "securityGroups": [
                "${aws_eks_cluster.main.vpc_config[0].cluster_security_group_id}",
                "${aws_security_group.nodes.id}",
            ],
        })
    );
}

#[test]
fn discovery_tags_the_subnets_of_its_tier_alone() {
    let synthesis = synthesis(&spec("{ tier: pods, placement: discovery }"));
    assert_eq!(configuration(&synthesis), None);
    let module: Value = serde_json::from_str(&synthesis.terraform().main).unwrap();
    let subnets = module["resource"]["aws_subnet"].as_object().unwrap();
    let tagged: Vec<_> = subnets
        .iter()
        .filter(|(_, subnet)| subnet["tags"]["kubernetes.io/role/cni"] == "1")
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(tagged, ["pods_use1_az1", "pods_use1_az2"]);
}
