//! Nothing that a reader does not understand goes unsaid, and nothing that it cannot judge counts as equal.

use eksnet::Synthesis;
use eksnet::read::{self, Reading};
use serde_json::{Value, json};

use super::support::examples;
use super::{lines, readings};

fn example() -> Synthesis {
    let mut all = examples::all();
    let (_, found) = all
        .find(|(name, _)| name == "production.yaml")
        .expect("the example");
    found
}

/// The templates of a stack, as documents.
fn documents(synthesis: &Synthesis) -> [Value; 2] {
    let module = synthesis.document(
        eksnet::render::Format::Terraform,
        &eksnet::render::Known::nothing(),
    );
    let module = module.expect("every stack has a module").text;
    [synthesis.cloudformation(), module].map(|text| serde_json::from_str(&text).expect("JSON"))
}

fn cloudformation(document: &Value) -> Reading {
    read::cloudformation(&document.to_string())
}

fn terraform(document: &Value) -> Reading {
    read::terraform([("main.tf.json", document.to_string().as_str())])
}

fn problems(reading: &Reading) -> String {
    lines(&reading.problems)
}

/// Places of the first resource of a type: its name, and it.
fn first<'d>(resources: &'d mut Value, kind: &str) -> (String, &'d mut Value) {
    let mut all = resources.as_object_mut().expect("resources").iter_mut();
    let found = all.find(|(_, body)| body["Type"] == kind);
    let (id, body) = found.unwrap_or_else(|| panic!("{kind}"));
    (id.clone(), body)
}

#[test]
fn what_cannot_be_read_is_a_problem_with_its_path() {
    let [mut template, mut module] = documents(&example());
    let (id, subnet) = first(&mut template["Resources"], "AWS::EC2::Subnet");
    subnet["Properties"]["CidrBlock"] = json!(7);
    subnet["Properties"]["MapPublicIpOnLaunch"] = json!("yes");
    subnet["Properties"]["Tags"] = json!({});
    template["Outputs"]["VpcId"]["Value"] = json!({"Fn::Nothing": "x"});
    let said = problems(&cloudformation(&template));
    for line in [
        format!("{id}.Properties.CidrBlock: a number where text is expected"),
        format!("{id}.Properties.MapPublicIpOnLaunch: text where a truth value is expected"),
        format!("{id}.Properties.Tags: tags that are no list"),
        "Outputs.VpcId.Value: `Fn::Nothing`, which is not read".to_owned(),
    ] {
        assert!(said.lines().any(|said| said == line), "{line}\n{said}");
    }
    let vpc = &mut module["resource"]["aws_vpc"]["main"];
    vpc["cidr_block"] = json!(["10.0.0.0/16"]);
    vpc["tags"]["Name"] = json!("%{ if true }");
    module["output"]["vpc_id"]["value"] = json!(7);
    let said = problems(&terraform(&module));
    for line in [
        "aws_vpc.main.cidr_block: a list where text is expected",
        "aws_vpc.main.tags: a directive, which is not read",
        "output.vpc_id.value: a number where text is expected",
    ] {
        assert!(said.lines().any(|said| said == line), "{line}\n{said}");
    }
}

/// The same unread thing in two templates may be two things.
#[test]
fn what_cannot_be_read_equals_nothing() {
    let synthesis = example();
    let [mut template, mut module] = documents(&synthesis);
    let (_, subnet) = first(&mut template["Resources"], "AWS::EC2::Subnet");
    subnet["Properties"]["CidrBlock"] = json!(7);
    let mut readings = [cloudformation(&template), cloudformation(&template)];
    for reading in &mut readings {
        reading.problems.clear();
    }
    let [one, other] = &readings;
    let said = lines(&read::compare(one, other));
    assert!(said.contains(".cidr: "), "{said}");
    // In a list of one text, in both engines.
    let unread = json!({"Fn::Nothing": "x"});
    template["Outputs"]["VpcId"]["Value"] = unread;
    module["output"]["vpc_id"]["value"] = json!(["${nothing}", "${aws_vpc.main.id}"]);
    let mut readings = [cloudformation(&template), terraform(&module)];
    for reading in &mut readings {
        reading.problems.clear();
    }
    let [one, other] = &readings;
    let said = lines(&read::siblings(one, other));
    assert!(said.contains("output vpc-id: "), "{said}");
}

/// An element that is not understood does not vanish from a list.
#[test]
fn unread_elements_of_outputs_are_not_dropped() {
    let synthesis = example();
    let [_, terraform_reading] = readings(&synthesis);
    let [template, mut module] = documents(&synthesis);
    let outputs = module["output"].as_object_mut().expect("outputs");
    let (name, list) = outputs
        .iter_mut()
        .find(|(_, output)| output["value"].is_array())
        .expect("an output of several values");
    let name = name.replace('_', "-");
    let values = list["value"].as_array_mut().expect("values");
    values.push(json!(7));
    let mut changed = terraform(&module);
    assert_eq!(changed.resources.len(), terraform_reading.resources.len());
    changed.problems.clear();
    let said = lines(&read::siblings(&cloudformation(&template), &changed));
    assert!(said.contains(&format!("output {name}: ")), "{said}");
}

#[test]
fn outputs_whose_names_are_spelled_alike_are_not_lost() {
    let [template, mut module] = documents(&example());
    let outputs = module["output"].as_object_mut().expect("outputs");
    let other = json!({"description": "Another", "value": "x"});
    outputs.insert("vpcid".to_owned(), other);
    for (one, other) in [
        (cloudformation(&template), terraform(&module)),
        (terraform(&module), cloudformation(&template)),
    ] {
        let said = lines(&read::siblings(&one, &other));
        assert!(said.contains("output vpcid"), "{said}");
    }
}

/// `Fn::Sub` with values of its own puts them together again and again; eksnet never writes it.
#[test]
fn substitutions_with_values_of_their_own_are_refused() {
    let mut text = json!("xxxxxxxxxxxxxxxx");
    for _ in 0..24 {
        text = json!({"Fn::Sub": ["${A}${A}", {"A": text}]});
    }
    let template = json!({"Outputs": {"VpcId": {"Value": text}}});
    let said = problems(&cloudformation(&template));
    let line = "Outputs.VpcId.Value: `Fn::Sub` with values of its own, which is not read\n";
    assert!(said.contains(line), "{}", &said[..said.len().min(2000)]);
}

#[test]
fn sections_of_the_wrong_kind_are_problems() {
    let synthesis = example();
    let [template, module] = documents(&synthesis);
    let wrong = [json!([]), json!("x"), json!(7), json!(null)];
    for section in ["Resources", "Outputs", "Metadata", "Rules", "Description"] {
        for wrong in wrong
            .iter()
            .filter(|wrong| section != "Description" || !wrong.is_string())
        {
            let mut template = template.clone();
            template[section] = wrong.clone();
            let said = problems(&cloudformation(&template));
            let named = said.lines().any(|line| line.starts_with(section));
            assert!(named, "{section} {wrong}: {said}");
        }
        let mut template = template.clone();
        template.as_object_mut().expect("an object").remove(section);
        let said = problems(&cloudformation(&template));
        let line = format!("{section}: is missing");
        assert!(said.lines().any(|said| said == line), "{section}: {said}");
    }
    for section in ["resource", "output", "terraform", "provider", "//"] {
        for wrong in &wrong {
            let mut module = module.clone();
            module[section] = wrong.clone();
            let said = problems(&terraform(&module));
            let named = said.lines().any(|line| line.starts_with(section));
            assert!(named, "{section} {wrong}: {said}");
        }
        let mut module = module.clone();
        module.as_object_mut().expect("an object").remove(section);
        let said = problems(&terraform(&module));
        let line = format!("{section}: is missing");
        assert!(said.lines().any(|said| said == line), "{section}: {said}");
    }
}

#[test]
fn containers_of_the_wrong_kind_are_problems() {
    let [template, module] = documents(&example());
    let (id, _) = first(&mut template.clone()["Resources"], "AWS::EC2::VPC");
    let paths = [
        format!("/Resources/{id}"),
        format!("/Resources/{id}/Properties"),
        format!("/Resources/{id}/Properties/Tags/0"),
        "/Outputs/VpcId".to_owned(),
        "/Outputs/VpcId/Export".to_owned(),
        "/Metadata/eksnet".to_owned(),
    ];
    for path in paths {
        for wrong in [json!([]), json!("x"), json!(7), json!(null)] {
            let mut template = template.clone();
            let place = template.pointer_mut(&path);
            *place.unwrap_or_else(|| panic!("{path}")) = wrong.clone();
            let said = problems(&cloudformation(&template));
            assert!(!said.is_empty(), "{path} {wrong}");
        }
    }
    let (name, _) = module["resource"]["aws_nat_gateway"]
        .as_object()
        .and_then(|all| all.iter().find(|(_, body)| body["depends_on"].is_array()))
        .expect("something that waits");
    let paths = [
        "/resource/aws_vpc".to_owned(),
        "/resource/aws_vpc/main".to_owned(),
        "/resource/aws_vpc/main/tags".to_owned(),
        format!("/resource/aws_nat_gateway/{name}/depends_on"),
        format!("/resource/aws_nat_gateway/{name}/depends_on/0"),
        "/output/vpc_id".to_owned(),
        "/terraform/required_providers".to_owned(),
        "/terraform/required_providers/aws".to_owned(),
        "/provider/aws".to_owned(),
    ];
    for path in paths {
        for wrong in [json!([]), json!("x"), json!(7), json!(null)] {
            let mut module = module.clone();
            let place = module.pointer_mut(&path);
            *place.unwrap_or_else(|| panic!("{path}")) = wrong.clone();
            let said = problems(&terraform(&module));
            // Null says that an argument is not there.
            let unset = wrong.is_null() && path.ends_with("/tags");
            assert!(unset || !said.is_empty(), "{path} {wrong}");
        }
    }
}

/// What only one engine is told can be judged by what else it says.
#[test]
fn what_one_engine_is_told_is_judged_beside_the_other() {
    let synthesis = example();
    let [template, module] = documents(&synthesis);
    let said = |template: &Value, module: &Value| {
        lines(&read::siblings(
            &cloudformation(template),
            &terraform(module),
        ))
    };
    assert_eq!(said(&template, &module), "");

    let mut changed = template.clone();
    changed["Outputs"]["VpcId"]["Export"]["Name"] = json!("other-VpcId");
    let line = "output VpcId.export: is \"other-VpcId\", and the stack's is \"prod-VpcId\"\n";
    let heard = said(&changed, &module);
    assert!(heard.contains(line), "{heard}");
    changed["Outputs"]["VpcId"]
        .as_object_mut()
        .expect("an output")
        .remove("Export");
    assert!(said(&changed, &module).contains("output VpcId.export: is missing"));

    let mut changed = module.clone();
    changed["terraform"]["required_providers"]["aws"]["version"] = json!(">= 4.0, < 7");
    let heard = said(&template, &changed);
    assert!(
        heard.contains("provider: is \">= 4.0, < 7\", and what the module says asks for \">= "),
        "{heard}"
    );
    let mut changed = module.clone();
    changed["terraform"]["required_version"] = json!(">= 0.12");
    let heard = said(&template, &changed);
    assert!(heard.contains("terraform: is \">= 0.12\""), "{heard}");

    let mut changed = module.clone();
    let groups = changed["resource"]["aws_eks_node_group"]
        .as_object_mut()
        .expect("node groups");
    let group = groups
        .values_mut()
        .find(|group| group["lifecycle"].is_object());
    let group = group.expect("a group that an autoscaler changes");
    group.as_object_mut().expect("a group").remove("lifecycle");
    let heard = said(&template, &changed);
    assert!(
        heard.contains(".desired: is set again by every apply"),
        "{heard}"
    );

    let mut changed = module.clone();
    changed["resource"]["aws_vpc"]["main"]["lifecycle"] = json!({"ignore_changes": ["tags"]});
    let heard = said(&template, &changed);
    assert!(
        heard.contains("Vpc.main.tags: is left to others"),
        "{heard}"
    );
}

/// A role is there before its policies are, so that to speak of it is not to wait for them.
#[test]
fn a_reference_to_a_role_is_no_waiting_for_its_policies() {
    let synthesis = example();
    let [mut template, mut module] = documents(&synthesis);
    let (_, cluster) = first(&mut template["Resources"], "AWS::EKS::Cluster");
    let waits = cluster["DependsOn"].as_array_mut().expect("an order");
    waits.push(json!("RoleCluster"));
    let said = |module: &Value| {
        lines(&read::siblings(
            &cloudformation(&template),
            &terraform(module),
        ))
    };
    assert_eq!(said(&module), "");
    let waits = &mut module["resource"]["aws_eks_cluster"]["main"]["depends_on"];
    let waits = waits.as_array_mut().expect("an order");
    waits.retain(|address| {
        let address = address.as_str().expect("an address");
        !address.starts_with("aws_iam_role_policy_attachment.")
    });
    assert_eq!(
        said(&module),
        "Cluster: waits for Role.cluster in CloudFormation and not in Terraform\n"
    );
}

/// The marks that stand for references in a policy's text, written by somebody who knows them.
#[test]
fn marks_in_a_policy_cannot_be_forged() {
    for forged in [
        "\u{fdd0}0\u{fdd1}",
        "\\ufdd00\\ufdd1",
        "\\uFDD01\\uFDD1",
        "${aws_vpc.main.arn}\\ufdd00\\ufdd1",
        "\\ufdd01\\ufdd1${aws_vpc.main.arn}",
    ] {
        let statement =
            format!("{{\"Resource\": \"${{aws_vpc.main.arn}}\", \"Sid\": \"{forged}\"}}");
        let module = json!({"resource": {
            "aws_vpc": {"main": {}},
            "aws_kms_key": {"main": {"policy": format!("{{\"Statement\": [{statement}]}}")}},
        }});
        let reading = terraform(&module);
        let said = problems(&reading);
        assert!(
            said.contains("aws_kms_key.main.policy: a mark in"),
            "{forged}: {said}"
        );
    }
    // A backslash before the same letters is text.
    let statement = "{\"Sid\": \"\\\\ufdd00\\\\ufdd1\"}";
    let module = json!({"resource": {"aws_kms_key": {"main": {"policy": format!("{{\"Statement\": [{statement}]}}")}}}});
    let said = problems(&terraform(&module));
    assert!(!said.contains("a mark in"), "{said}");
}

/// A resource under another name in all of one template is another resource.
#[test]
fn a_renamed_resource_is_not_lost() {
    let synthesis = example();
    let [template, module] = documents(&synthesis);
    let renamed = module.to_string();
    let renamed = renamed.replace("aws_kms_key.logs.", "aws_kms_key.renamed.");
    let mut renamed: Value = serde_json::from_str(&renamed).expect("JSON");
    let keys = &mut renamed["resource"]["aws_kms_key"];
    let key = keys.as_object_mut().and_then(|keys| keys.remove("logs"));
    keys["renamed"] = key.expect("a key");
    let said = lines(&read::siblings(
        &cloudformation(&template),
        &terraform(&renamed),
    ));
    for line in [
        "Terraform has it, CloudFormation has not",
        "CloudFormation has it, Terraform has not",
    ] {
        assert!(
            said.lines()
                .any(|said| said.starts_with("KmsKey") && said.ends_with(line)),
            "{said}"
        );
    }
}

/// In CloudFormation `a-0` is before `a1`, and in Terraform behind it.
#[test]
fn lists_without_an_order_are_compared_under_names_of_one_spelling() {
    let arns = json!([{"Ref": "VpcA0"}, {"Ref": "VpcA1"}]);
    let vpc = json!({"Type": "AWS::EC2::VPC"});
    let role = json!({"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": arns}});
    let template = json!({"Resources": {"RoleX": role, "VpcA0": vpc, "VpcA1": vpc}});
    let attached = |vpc: &str| {
        let arn = format!("${{aws_vpc.{vpc}.id}}");
        json!({"role": "${aws_iam_role.x.name}", "policy_arn": arn})
    };
    let module = json!({"resource": {
        "aws_vpc": {"a_0": {}, "a1": {}},
        "aws_iam_role": {"x": {}},
        "aws_iam_role_policy_attachment": {"one": attached("a_0"), "other": attached("a1")},
    }});
    let (one, other) = (cloudformation(&template), terraform(&module));
    let lists = [&one, &other].map(|reading| {
        let role = reading.resources.iter().find(|(key, _)| key.kind == "Role");
        role.expect("a role").1.fields["managed"].to_string()
    });
    assert!(lists[0].find("A0") < lists[0].find("A1"), "{lists:?}");
    assert!(lists[1].find("a_0") > lists[1].find("a1"), "{lists:?}");
    let said = lines(&read::siblings(&one, &other));
    assert!(!said.contains("managed"), "{said}");
}

/// Who waits for a role waits for all of its policies.
#[test]
fn to_wait_for_some_parts_is_not_to_wait_for_the_whole() {
    let [_, mut module] = documents(&example());
    let groups = module["resource"]["aws_eks_node_group"].as_object_mut();
    for group in groups.expect("node groups").values_mut() {
        let waits = group["depends_on"].as_array_mut().expect("an order");
        let part = waits.iter().position(|address| {
            let address = address.as_str().expect("an address");
            address.starts_with("aws_iam_role_policy_attachment.nodes_")
        });
        waits.remove(part.expect("a policy of the role"));
    }
    let said = problems(&terraform(&module));
    let line = "waits for Role.nodes and not for RolePolicyAttachment.nodes_AmazonEC2";
    assert!(said.contains(line), "{said}");
}
