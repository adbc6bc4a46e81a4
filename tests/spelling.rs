//! What AWS decides is asked for in each engine's own words, and what users write stays what they wrote.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use eksnet::prelude::*;
use serde_json::{Value, json};

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn rendered(stack: &Stack) -> [Value; 2] {
    let synthesis = stack
        .synthesize()
        .unwrap_or_else(|findings| panic!("{findings:#?}"));
    [&synthesis.cloudformation(), &synthesis.terraform().main].map(|text| parse(text))
}

fn stack(security: SecurityMode, tag: (&str, &str)) -> Stack {
    let mut net = Network::new(cidr!("10.20.0.0/16"))
        .in_zones(["use1-az4", "use1-az6"])
        .security(security);
    let public = net.add(Tier::public("public").prefix(24));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)).prefix(19));
    let control = net.add(Tier::isolated("control-plane").prefix(27).tag(tag.0, tag.1));
    net.allow(
        Rule::tcp(9443)
            .into_group(Group::Nodes)
            .from(Group::ControlPlane, "${aws_vpc.main.id} of $${x}"),
    );
    let cluster = Cluster::new("prod", "1.35")
        .control_plane(&control)
        .endpoint(Endpoint::public().allow(cidr!("198.18.7.0/24")))
        .node_group(NodeGroup::new("system", &nodes))
        .fargate(FargateProfile::new("batch", &nodes).namespace("batch"))
        .oidc_provider();
    Stack::new("prod", Region::UsEast1, net, cluster).tag(tag.0, tag.1)
}

fn get(document: &Value, pointer: &str) -> Value {
    document
        .pointer(pointer)
        .unwrap_or_else(|| panic!("nothing at {pointer}"))
        .clone()
}

/// Asserts that both engines ask for the same thing, each in its own words.
fn both(documents: &[Value; 2], cloudformation: (&str, Value), terraform: (&str, &str)) {
    let [template, module] = documents;
    let (pointer, expected) = cloudformation;
    assert_eq!(
        get(template, &format!("/Resources/{pointer}")),
        expected,
        "{pointer}"
    );
    let (pointer, expected) = terraform;
    assert_eq!(
        get(module, &format!("/resource/{pointer}")),
        json!(expected),
        "{pointer}"
    );
}

#[test]
fn what_aws_decides_is_asked_for() {
    let documents = rendered(&stack(SecurityMode::Standard, ("team", "edge")));
    let both =
        |cloudformation: (&str, Value), terraform| both(&documents, cloudformation, terraform);
    // Identities: ids, and names where AWS uses names.
    both(
        (
            "SubnetNodesUse1Az4/Properties/VpcId",
            json!({ "Ref": "Vpc" }),
        ),
        ("aws_subnet/nodes_use1_az4/vpc_id", "${aws_vpc.main.id}"),
    );
    both(
        (
            "NodeGroupSystem/Properties/ClusterName",
            json!({ "Ref": "Cluster" }),
        ),
        (
            "aws_eks_node_group/system/cluster_name",
            "${aws_eks_cluster.main.name}",
        ),
    );
    both(
        (
            "NatGatewayPublicUse1Az4/Properties/AllocationId",
            json!({ "Fn::GetAtt": ["ElasticIpPublicUse1Az4", "AllocationId"] }),
        ),
        (
            "aws_nat_gateway/public_use1_az4/allocation_id",
            "${aws_eip.public_use1_az4.allocation_id}",
        ),
    );
    both(
        (
            "Cluster/Properties/ResourcesVpcConfig/SecurityGroupIds/0",
            json!({ "Fn::GetAtt": ["SecurityGroupControlPlane", "GroupId"] }),
        ),
        (
            "aws_eks_cluster/main/vpc_config/security_group_ids/0",
            "${aws_security_group.control_plane.id}",
        ),
    );
    // ARNs.
    both(
        (
            "Cluster/Properties/RoleArn",
            json!({ "Fn::GetAtt": ["RoleCluster", "Arn"] }),
        ),
        (
            "aws_eks_cluster/main/role_arn",
            "${aws_iam_role.cluster.arn}",
        ),
    );
    both(
        (
            "Cluster/Properties/EncryptionConfig/0/Provider/KeyArn",
            json!({ "Fn::GetAtt": ["KmsKeySecrets", "Arn"] }),
        ),
        (
            "aws_eks_cluster/main/encryption_config/provider/key_arn",
            "${aws_kms_key.secrets.arn}",
        ),
    );
    // A log group's `Arn` ends with `:*` in CloudFormation, so it is put together.
    both(
        (
            "FlowLog/Properties/LogDestination",
            json!({ "Fn::Join": ["", ["arn:aws:logs:us-east-1:", { "Ref": "AWS::AccountId" }, ":log-group:", { "Ref": "LogGroupFlowLogs" }]] }),
        ),
        (
            "aws_flow_log/main/log_destination",
            "${aws_cloudwatch_log_group.flow_logs.arn}",
        ),
    );
    // An address as a range.
    both(
        (
            "Cluster/Properties/ResourcesVpcConfig/PublicAccessCidrs/1",
            json!({ "Fn::Join": ["", [{ "Fn::GetAtt": ["ElasticIpPublicUse1Az4", "PublicIp"] }, "/32"]] }),
        ),
        (
            "aws_eks_cluster/main/vpc_config/public_access_cidrs/1",
            "${aws_eip.public_use1_az4.public_ip}/32",
        ),
    );
    // The group that EKS makes, and the newest template.
    both(
        (
            "LaunchTemplateSystem/Properties/LaunchTemplateData/SecurityGroupIds/0",
            json!({ "Fn::GetAtt": ["Cluster", "ClusterSecurityGroupId"] }),
        ),
        (
            "aws_launch_template/system/vpc_security_group_ids/0",
            "${aws_eks_cluster.main.vpc_config[0].cluster_security_group_id}",
        ),
    );
    both(
        (
            "NodeGroupSystem/Properties/LaunchTemplate/Version",
            json!({ "Fn::GetAtt": ["LaunchTemplateSystem", "LatestVersionNumber"] }),
        ),
        (
            "aws_eks_node_group/system/launch_template/version",
            "${aws_launch_template.system.latest_version}",
        ),
    );
    both(
        (
            "OidcProvider/Properties/Url",
            json!({ "Fn::GetAtt": ["Cluster", "OpenIdConnectIssuerUrl"] }),
        ),
        (
            "aws_iam_openid_connect_provider/main/url",
            "${aws_eks_cluster.main.identity[0].oidc[0].issuer}",
        ),
    );
}

#[test]
fn rules_ask_for_the_group_that_eks_makes() {
    let documents = rendered(&stack(SecurityMode::Restricted, ("team", "edge")));
    both(
        &documents,
        (
            "IngressRuleClusterFromNodesTcp53/Properties/GroupId",
            json!({ "Fn::GetAtt": ["Cluster", "ClusterSecurityGroupId"] }),
        ),
        (
            "aws_vpc_security_group_ingress_rule/cluster_from_nodes_tcp_53/security_group_id",
            "${aws_eks_cluster.main.vpc_config[0].cluster_security_group_id}",
        ),
    );
    both(
        &documents,
        (
            "IngressRuleNodesFromClusterTcp53/Properties/SourceSecurityGroupId",
            json!({ "Fn::GetAtt": ["Cluster", "ClusterSecurityGroupId"] }),
        ),
        (
            "aws_vpc_security_group_ingress_rule/nodes_from_cluster_tcp_53/referenced_security_group_id",
            "${aws_eks_cluster.main.vpc_config[0].cluster_security_group_id}",
        ),
    );
}

#[test]
fn policies_ask_for_the_account() {
    let [template, module] = rendered(&stack(SecurityMode::Standard, ("team", "edge")));
    let trust = get(
        &template,
        "/Resources/RoleCluster/Properties/AssumeRolePolicyDocument",
    );
    let condition = &trust["Statement"][0]["Condition"];
    assert_eq!(
        condition,
        &json!({
            "ArnLike": { "aws:SourceArn": { "Fn::Join": ["", ["arn:aws:eks:us-east-1:", { "Ref": "AWS::AccountId" }, ":cluster/prod"]] } },
            "StringEquals": { "aws:SourceAccount": { "Ref": "AWS::AccountId" } },
        })
    );
    let trust = get(&module, "/resource/aws_iam_role/cluster/assume_role_policy");
    let trust = parse(trust.as_str().expect("JSON in a string"));
    assert_eq!(
        trust["Statement"][0]["Condition"],
        json!({
            "ArnLike": { "aws:SourceArn": "arn:aws:eks:us-east-1:${data.aws_caller_identity.current.account_id}:cluster/prod" },
            "StringEquals": { "aws:SourceAccount": "${data.aws_caller_identity.current.account_id}" },
        })
    );
    assert_eq!(get(&module, "/data/aws_caller_identity/current"), json!({}));
}

#[test]
fn text_of_users_is_escaped_where_an_engine_would_read_it() {
    const KEY: &str = "über ${key}";
    const VALUE: &str =
        r#"${aws_vpc.main.id} %{ if true } "quoted" \ <b> & Zürich 日本 $${x} %%{y} $5 100%"#;
    let stack = stack(SecurityMode::Standard, (KEY, VALUE));
    let [template, module] = rendered(&stack);

    // CloudFormation takes text as it is, since nothing is ever put into `Fn::Sub`.
    for resource in ["Vpc", "SubnetControlPlaneUse1Az4", "Cluster", "RoleNodes"] {
        let tags = get(&template, &format!("/Resources/{resource}/Properties/Tags"));
        let expected = json!({ "Key": KEY, "Value": VALUE });
        assert!(
            tags.as_array().expect("a list").contains(&expected),
            "{resource}: {tags}"
        );
    }
    assert!(!template.to_string().contains("Fn::Sub"));
    let groups = get(&template, "/Resources/NodeGroupSystem/Properties/Tags");
    assert_eq!(groups[KEY], VALUE);

    // Terraform reads keys and values as templates.
    let key = "über $${key}";
    let value =
        r#"$${aws_vpc.main.id} %%{ if true } "quoted" \ <b> & Zürich 日本 $$${x} %%%{y} $5 100%"#;
    for resource in [
        "aws_vpc/main",
        "aws_subnet/control_plane_use1_az4",
        "aws_eks_cluster/main",
        "aws_eks_node_group/system",
    ] {
        let tags = get(&module, &format!("/resource/{resource}/tags"));
        assert_eq!(tags[key], value, "{resource}: {tags}");
    }

    // Descriptions of rules are arguments too.
    let description = get(
        &template,
        "/Resources/IngressRuleNodesFromControlPlaneTcp9443/Properties/Description",
    );
    assert_eq!(description, "${aws_vpc.main.id} of $${x}");
    let description = get(
        &module,
        "/resource/aws_vpc_security_group_ingress_rule/nodes_from_control_plane_tcp_9443/description",
    );
    assert_eq!(description, "$${aws_vpc.main.id} of $$${x}");
}
