//! What no template can have wrong: `docs/rules/by-construction.tsv`, seen in the templates of all examples.

#![cfg(feature = "spec")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that stops is a test that fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use eksnet::diagnostic::Sources;
use eksnet::plan::Ledger;
use eksnet::render::Format as Output;
use eksnet::spec::{self, Format};
use serde_json::{Value, json};

/// A template of `CloudFormation`.
struct Template {
    name: String,
    resources: BTreeMap<String, Value>,
}

impl Template {
    fn of(name: &str, format: Format, text: &str) -> Self {
        let mut sources = Sources::new();
        let loaded = spec::load(name, Some(format), text, &mut sources);
        let synthesis = loaded.synthesize(&Ledger::new()).expect(name);
        let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
        let resources = template["Resources"].as_object().unwrap();
        Self {
            name: name.to_owned(),
            resources: resources
                .iter()
                .map(|(id, body)| (id.clone(), body.clone()))
                .collect(),
        }
    }

    /// The resources of a type, with their properties.
    fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.resources
            .iter()
            .filter(move |(_, body)| body["Type"] == format!("AWS::{kind}"))
            .map(|(id, body)| (id.as_str(), &body["Properties"]))
    }

    /// The way out of each route table: the properties of its route to everywhere.
    fn ways_out(&self) -> BTreeMap<String, &Value> {
        self.ways("DestinationCidrBlock", "0.0.0.0/0")
    }

    /// The same by IPv6.
    fn ways_out_by_ipv6(&self) -> BTreeMap<String, &Value> {
        self.ways("DestinationIpv6CidrBlock", "::/0")
    }

    fn ways(&self, destination: &str, everywhere: &str) -> BTreeMap<String, &Value> {
        let mut ways = BTreeMap::new();
        for (id, route) in self.all("EC2::Route") {
            let destinations = ["DestinationCidrBlock", "DestinationIpv6CidrBlock"];
            let destinations = destinations.map(|name| route.get(name).is_some());
            assert!(destinations[0] != destinations[1], "{}: {id}", self.name);
            let Some(to) = route.get(destination) else {
                continue;
            };
            if to != everywhere {
                // To another network, and through nothing that leads to the internet.
                let through = ["TransitGatewayId", "VpcPeeringConnectionId"];
                let through = through.iter().any(|name| route.get(name).is_some());
                assert!(through, "{}: {id}", self.name);
                continue;
            }
            let again = ways.insert(route["RouteTableId"].to_string(), route);
            assert!(again.is_none(), "{}: {id}", self.name);
        }
        ways
    }

    /// Whether the route table of a subnet leads to the internet gateway.
    fn is_public(&self, subnet: &str) -> bool {
        let way = self.ways_out().get(&self.table_of(subnet)).copied();
        way.is_some_and(|route| route.get("GatewayId").is_some())
    }

    /// The only route table of a subnet.
    fn table_of(&self, subnet: &str) -> String {
        let wanted = json!({ "Ref": subnet });
        let tables: Vec<_> = self
            .all("EC2::SubnetRouteTableAssociation")
            .filter(|(_, association)| association["SubnetId"] == wanted)
            .map(|(_, association)| association["RouteTableId"].to_string())
            .collect();
        assert_eq!(tables.len(), 1, "{}: {subnet}", self.name);
        tables[0].clone()
    }

    fn zone(&self, subnet: &Value) -> String {
        // Of a subnet that exists already a template knows the id only; a tier has one in each zone.
        let Some(id) = subnet["Ref"].as_str() else {
            return subnet.to_string();
        };
        self.resources[id]["Properties"]["AvailabilityZoneId"].to_string()
    }

    fn zones(&self, subnets: &Value) -> Vec<String> {
        subnets
            .as_array()
            .unwrap()
            .iter()
            .map(|subnet| self.zone(subnet))
            .collect()
    }
}

/// All examples: name, format and text of each.
fn examples() -> Vec<(String, Format, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut examples = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        let Some(format) = extension.and_then(Format::from_extension) else {
            continue;
        };
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        examples.push((name, format, std::fs::read_to_string(&path).unwrap()));
    }
    assert!(examples.len() >= 5, "{} examples", examples.len());
    examples
}

/// Runs a test on the templates of all examples.
fn on_every_example(test: impl Fn(&Template)) {
    for (name, format, text) in examples() {
        test(&Template::of(&name, format, &text));
    }
}

fn tag<'a>(resource: &'a Value, key: &str) -> Option<&'a Value> {
    let mut tags = resource["Tags"].as_array()?.iter();
    tags.find(|tag| tag["Key"] == key).map(|tag| &tag["Value"])
}

#[test]
fn names_are_resolved_in_the_vpc() {
    // EKS101, EKS102, EKS103, EKS104, EKS609, EKS828
    on_every_example(|template| {
        for (id, vpc) in template.all("EC2::VPC") {
            assert_eq!(vpc["EnableDnsHostnames"], true, "{id}");
            assert_eq!(vpc["EnableDnsSupport"], true, "{id}");
        }
        assert_eq!(template.all("EC2::DHCPOptions").count(), 0);
    });
}

#[test]
fn everything_is_in_one_vpc() {
    // EKS226, EKS519
    on_every_example(|template| {
        let own = match template.all("EC2::VPC").count() {
            0 => json!("vpc-0a1b2c3d4e5f60718"),
            built => {
                assert_eq!(built, 1, "{}", template.name);
                json!({ "Ref": "Vpc" })
            }
        };
        for (id, body) in &template.resources {
            if let Some(vpc) = body["Properties"].get("VpcId") {
                assert_eq!(*vpc, own, "{}: {id}", template.name);
            }
        }
    });
}

#[test]
fn the_internet_gateway_is_attached_and_waited_for() {
    // EKS402, EKS912
    on_every_example(|template| {
        let gateways: Vec<_> = template.all("EC2::InternetGateway").collect();
        assert!(gateways.len() <= 1);
        for (id, _) in gateways {
            let attached = template.all("EC2::VPCGatewayAttachment");
            assert_eq!(
                attached
                    .filter(|(_, a)| a["InternetGatewayId"] == json!({ "Ref": id }))
                    .count(),
                1
            );
        }
        for (id, body) in &template.resources {
            let to_gateway = body["Properties"].get("GatewayId").is_some();
            let kind = body["Type"].as_str().unwrap();
            if to_gateway || ["AWS::EC2::EIP", "AWS::EC2::NatGateway"].contains(&kind) {
                let waits = body["DependsOn"].as_array().unwrap();
                assert!(waits.contains(&json!("InternetGatewayAttachment")), "{id}");
            }
        }
    });
}

#[test]
fn the_access_of_a_subnet_decides_about_addresses_and_tags() {
    // EKS114, EKS214, EKS218, EKS220, EKS301, EKS302, EKS401, EKS418, EKS419
    on_every_example(|template| {
        for (id, subnet) in template.all("EC2::Subnet") {
            let public = template.is_public(id);
            assert!(subnet["AvailabilityZoneId"].is_string(), "{id}");
            assert_eq!(subnet["MapPublicIpOnLaunch"], public, "{id}");
            let (own, other) = ("kubernetes.io/role/elb", "kubernetes.io/role/internal-elb");
            let (own, other) = if public { (own, other) } else { (other, own) };
            assert_eq!(tag(subnet, other), None, "{id}");
            assert!(tag(subnet, own).is_none_or(|value| value == "1"), "{id}");
        }
    });
}

#[test]
fn dual_stack_networks_have_a_range_and_a_way_for_every_subnet() {
    // EKS130, EKS131, EKS215, EKS216, EKS217, EKS219, EKS232, EKS417, EKS511, EKS733, EKS734
    on_every_example(|template| {
        let blocks: Vec<_> = template
            .all("EC2::VPCCidrBlock")
            .filter(|(_, block)| block.get("AmazonProvidedIpv6CidrBlock").is_some())
            .collect();
        let gateways: Vec<_> = template.all("EC2::EgressOnlyInternetGateway").collect();
        if blocks.is_empty() {
            assert!(template.ways_out_by_ipv6().is_empty() && gateways.is_empty());
            let text = json!(template.resources).to_string();
            assert!(!text.contains("Ipv6"), "{}", template.name);
            return;
        }
        let (block, properties) = blocks[0];
        assert_eq!(
            *properties,
            json!({ "AmazonProvidedIpv6CidrBlock": true, "VpcId": { "Ref": "Vpc" } })
        );
        assert_eq!(blocks.len(), 1, "{}", template.name);

        let range = json!({ "Fn::Select": [0, { "Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"] }] });
        let ways = template.ways_out_by_ipv6();
        let (mut indices, mut private) = (BTreeSet::new(), 0);
        for (id, subnet) in template.all("EC2::Subnet") {
            let waits = template.resources[id]["DependsOn"].as_array().unwrap();
            assert!(waits.contains(&json!(block)), "{id}");
            let index = subnet["Ipv6CidrBlock"]["Fn::Select"][0].as_u64().unwrap();
            let ranges = json!({ "Fn::Cidr": [range, 256, "64"] });
            assert_eq!(
                subnet["Ipv6CidrBlock"],
                json!({ "Fn::Select": [index, ranges] })
            );
            assert!(index < 256 && indices.insert(index), "{id}");
            assert_eq!(subnet["AssignIpv6AddressOnCreation"], true, "{id}");
            for native in ["Ipv6Native", "EnableDns64"] {
                assert!(subnet.get(native).is_none(), "{id}");
            }
            let way = ways.get(&template.table_of(id)).copied();
            let target = |name| way.and_then(|route| route.get(name)).is_some();
            if template.is_public(id) {
                assert!(target("GatewayId"), "{id}");
            } else if way.is_some() {
                private += 1;
                assert!(target("EgressOnlyInternetGatewayId"), "{id}");
            } else {
                assert!(
                    !template.ways_out().contains_key(&template.table_of(id)),
                    "{id}"
                );
            }
        }
        assert_eq!(
            gateways.len(),
            usize::from(private > 0),
            "{}",
            template.name
        );

        let everywhere = |name: &str, all: &str| -> Vec<Value> {
            let rules = template.all("EC2::SecurityGroupEgress");
            let rules = rules.filter(|(_, rule)| rule.get(name).is_some_and(|to| to == all));
            let mut rules: Vec<_> = rules
                .map(|(_, rule)| {
                    let mut rule = rule.clone();
                    rule.as_object_mut().unwrap().remove(name);
                    rule
                })
                .collect();
            rules.sort_by_key(Value::to_string);
            rules
        };
        let out = everywhere("CidrIp", "0.0.0.0/0");
        assert_eq!(out, everywhere("CidrIpv6", "::/0"), "{}", template.name);
        for (id, rule) in template.all("EC2::SecurityGroupIngress") {
            assert!(rule.get("CidrIpv6").is_none(), "{id}");
        }
    });
}

#[test]
fn nat_gateways_stand_in_public_subnets_with_an_address_or_are_of_the_vpc() {
    // EKS405, EKS408, EKS412
    on_every_example(|template| {
        for (id, gateway) in template.all("EC2::NatGateway") {
            assert_eq!(gateway["ConnectivityType"], "public", "{id}");
            if gateway["AvailabilityMode"] == "regional" {
                assert_eq!(gateway["VpcId"], json!({ "Ref": "Vpc" }), "{id}");
                for of_a_zone in ["SubnetId", "AllocationId"] {
                    assert!(gateway.get(of_a_zone).is_none(), "{id}");
                }
                continue;
            }
            assert!(gateway.get("AvailabilityMode").is_none(), "{id}");
            assert!(gateway.get("VpcId").is_none(), "{id}");
            assert!(gateway.get("AllocationId").is_some(), "{id}");
            assert!(
                template.is_public(gateway["SubnetId"]["Ref"].as_str().unwrap()),
                "{id}"
            );
        }
    });
}

#[test]
fn clusters_state_what_aws_would_choose() {
    // EKS123, EKS201, EKS518, EKS601, EKS612, EKS614, EKS615
    on_every_example(|template| {
        for (id, cluster) in template.all("EKS::Cluster") {
            let network = &cluster["KubernetesNetworkConfig"];
            let ipv4 = network["IpFamily"] == "ipv4";
            assert!(ipv4 || network["IpFamily"] == "ipv6", "{id}");
            assert_eq!(network["ServiceIpv4Cidr"].is_string(), ipv4, "{id}");
            let vpc = &cluster["ResourcesVpcConfig"];
            let zones: BTreeSet<_> = template.zones(&vpc["SubnetIds"]).into_iter().collect();
            assert!(zones.len() >= 2, "{id}");
            assert_eq!(vpc["SecurityGroupIds"].as_array().unwrap().len(), 1, "{id}");
            let (private, public) = (&vpc["EndpointPrivateAccess"], &vpc["EndpointPublicAccess"]);
            assert!(private == true || public == true, "{id}");
            let clients = vpc["PublicAccessCidrs"].as_array().unwrap();
            assert_eq!(*public == true, !clients.is_empty(), "{id}");
            assert!(vpc.get("ControlPlaneEgressMode").is_none(), "{id}");
        }
    });
}

#[test]
fn endpoints_have_a_type_and_groups_or_tables() {
    // EKS527, EKS631, EKS632, EKS634, EKS635, EKS637, EKS648
    on_every_example(|template| {
        let tables: BTreeSet<_> = template
            .all("EC2::RouteTable")
            .map(|(id, _)| json!({ "Ref": id }).to_string())
            .collect();
        let blocks: Vec<_> = template
            .all("EC2::VPC")
            .chain(template.all("EC2::VPCCidrBlock"))
            .map(|(_, block)| &block["CidrBlock"])
            .collect();
        for (id, endpoint) in template.all("EC2::VPCEndpoint") {
            // What is written for S3 lets layers through.
            if endpoint["ServiceName"].as_str().unwrap().rsplit('.').next() == Some("s3")
                && let Some(policy) = endpoint.get("PolicyDocument")
            {
                let layers = policy["Statement"].as_array().unwrap().iter();
                let mut layers = layers.filter(|statement| statement["Sid"] == "ImageLayers");
                let bucket = layers.next().expect(id)["Resource"].as_str().unwrap();
                assert!(bucket.ends_with("-starport-layer-bucket/*"), "{id}");
            }
            if endpoint["VpcEndpointType"] == "Gateway" {
                let listed = endpoint["RouteTableIds"].as_array().unwrap();
                let texts: BTreeSet<_> = listed.iter().map(ToString::to_string).collect();
                let existing = |table: &Value| table.as_str().unwrap().starts_with("rtb-");
                match template.all("EC2::VPC").count() {
                    0 => assert!(!listed.is_empty() && listed.iter().all(existing), "{id}"),
                    _ => assert_eq!(texts, tables, "{id}"),
                }
                continue;
            }
            assert_eq!(endpoint["VpcEndpointType"], "Interface", "{id}");
            assert_eq!(endpoint["PrivateDnsEnabled"], true, "{id}");
            let zones = template.zones(&endpoint["SubnetIds"]);
            assert_eq!(
                zones.iter().collect::<BTreeSet<_>>().len(),
                zones.len(),
                "{id}"
            );
            for group in endpoint["SecurityGroupIds"].as_array().unwrap() {
                for block in &blocks {
                    let lets_in = template.all("EC2::SecurityGroupIngress").any(|(_, rule)| {
                        rule["GroupId"] == *group
                            && rule["CidrIp"] == **block
                            && rule["FromPort"] == 443
                            && rule["ToPort"] == 443
                    });
                    assert!(lets_in, "{id}: {block}");
                }
            }
        }
    });
}

#[test]
fn services_have_the_names_of_their_partition() {
    // EKS630, EKS638
    let template = |region: &str| {
        let text = format!(
            "stack: s\nregion: {region}\nnetwork: {{ cidr: 10.20.0.0/16, endpoints: [s3, ecr.api, route53] }}"
        );
        Template::of(region, Format::Yaml, &text)
    };
    let names = |template: &Template| -> Vec<String> {
        let all = template.all("EC2::VPCEndpoint");
        all.map(|(_, endpoint)| endpoint["ServiceName"].as_str().unwrap().to_owned())
            .collect()
    };
    let aws = names(&template("us-east-1"));
    assert!(aws.contains(&"com.amazonaws.route53".to_owned()), "{aws:?}");
    let china = names(&template("cn-north-1"));
    assert!(
        china.contains(&"cn.com.amazonaws.cn-north-1.ecr.api".to_owned()),
        "{china:?}"
    );
    assert!(
        china.contains(&"com.amazonaws.cn-north-1.s3".to_owned()),
        "{china:?}"
    );
}

#[test]
fn launch_templates_leave_interfaces_to_eks() {
    // EKS513, EKS514, EKS515, EKS516
    on_every_example(|template| {
        for (id, body) in template.all("EC2::LaunchTemplate") {
            let data = &body["LaunchTemplateData"];
            assert!(data.get("NetworkInterfaces").is_none(), "{id}");
            assert!(
                !data["SecurityGroupIds"].as_array().unwrap().is_empty(),
                "{id}"
            );
        }
        for (id, group) in template.all("EKS::Nodegroup") {
            assert!(group.get("RemoteAccess").is_none(), "{id}");
        }
    });
}

#[test]
fn nodes_carry_one_group_with_the_clusters_tag() {
    // EKS320
    on_every_example(|template| {
        let tagged = |id: &str| {
            let mut groups = template.all("EC2::SecurityGroup");
            let group = groups.find(|(group, _)| *group == id);
            let tags = group.and_then(|(_, body)| body["Tags"].as_array());
            tags.is_some_and(|tags| {
                let mut keys = tags.iter().filter_map(|tag| tag["Key"].as_str());
                keys.any(|key| key.starts_with("kubernetes.io/cluster/"))
            })
        };
        for (id, body) in template.all("EC2::LaunchTemplate") {
            let groups = body["LaunchTemplateData"]["SecurityGroupIds"].as_array();
            let with_tag = groups.unwrap().iter().filter(|group| {
                let attribute = &group["Fn::GetAtt"];
                // EKS tags the one that it makes.
                attribute[1] == "ClusterSecurityGroupId"
                    || attribute[0].as_str().is_some_and(tagged)
            });
            assert_eq!(with_tag.count(), 1, "{id}");
        }
    });
}

#[test]
fn groups_of_aws_are_only_added_to() {
    // EKS501
    on_every_example(|template| {
        for (id, group) in template.all("EC2::SecurityGroup") {
            let name = group["GroupName"].as_str().unwrap();
            assert!(
                [
                    "-control-plane",
                    "-nodes",
                    "-endpoints",
                    "-inbound-resolver"
                ]
                .iter()
                .any(|end| name.ends_with(end))
                    || ["-pods-", "-nodes-"].iter().any(|part| name.contains(part)),
                "{id}"
            );
        }
    });
}

#[test]
fn nodes_and_pods_have_roles() {
    // EKS230, EKS811, EKS823
    on_every_example(|template| {
        for (id, group) in template.all("EKS::Nodegroup") {
            let role = group["NodeRole"]["Fn::GetAtt"][0].as_str().unwrap();
            let policies = template.resources[role]["Properties"]["ManagedPolicyArns"].to_string();
            assert!(
                policies.contains("AmazonEKSWorkerNodePolicy"),
                "{id}: {policies}"
            );
            assert!(
                policies.contains("AmazonEC2ContainerRegistryPullOnly"),
                "{id}: {policies}"
            );
        }
        for (id, profile) in template.all("EKS::FargateProfile") {
            assert!(profile.get("PodExecutionRoleArn").is_some(), "{id}");
            for subnet in profile["Subnets"].as_array().unwrap() {
                assert!(!template.is_public(subnet["Ref"].as_str().unwrap()), "{id}");
            }
        }
    });
}

/// What no output of any format says, in the words of both engines, of add-ons and of manifests.
const LEFT_TO_AWS: &[&str] = &[
    // Names by resource, zones by their place in a list.
    "HostnameType",
    "hostname_type",
    "Fn::GetAZs",
    "aws_availability_zones",
    // Network ACLs, network interfaces, groups in other VPCs.
    "NetworkAcl",
    "network_acl",
    "AWS::EC2::NetworkInterface\"",
    "aws_network_interface\"",
    "SecurityGroupVpcAssociation",
    "security_group_vpc_association",
    // What a node is told at its start.
    "UserData",
    "user_data",
    "maxPods",
    // Outposts, Wavelength Zones, Windows.
    "Outpost",
    "outpost",
    "CarrierGateway",
    "carrier_gateway",
    "LocalGateway",
    "local_gateway",
    "WINDOWS",
    "windows",
    // Settings of the VPC CNI.
    "AWS_VPC_ENI_MTU",
    "VETHPREFIX",
    "RANDOMIZESNAT",
    "CLUSTER_ENDPOINT",
    "BANDWIDTH_PLUGIN",
    // A network that eksctl makes private.
    "privateCluster",
];

#[test]
fn what_is_left_to_aws_is_in_no_template() {
    // EKS231, EKS239, EKS333, EKS416, EKS525, EKS526, EKS531, EKS639, EKS640, EKS645, EKS647, EKS701, EKS702, EKS705,
    // EKS719, EKS720, EKS725, EKS729, EKS737, EKS740, EKS775, EKS803, EKS840, EKS841, EKS842, EKS843, EKS881, EKS882,
    // EKS883, EKS918
    for (name, format, text) in examples() {
        let loaded = spec::load(&name, Some(format), &text, &mut Sources::new());
        let synthesis = loaded.synthesize(&Ledger::new()).expect(&name);
        for output in Output::ALL {
            for file in synthesis.files(*output) {
                for word in LEFT_TO_AWS {
                    assert!(!file.text.contains(word), "{}: {word}", file.path);
                }
            }
        }
    }
}

#[test]
fn clusters_tags_stand_where_they_are_asked_for() {
    // EKS139, EKS334
    let template = |tag: &str| {
        let text = format!("stack: s\nregion: us-east-1\nnetwork: {{ cidr: 10.20.0.0/16{tag} }}\n");
        Template::of("s", Format::Yaml, &text)
    };
    for (asked, tag_of_it) in [("", None), (", cluster-tag: shared", Some("shared"))] {
        let template = template(asked);
        for kind in ["EC2::VPC", "EC2::Subnet"] {
            for (id, body) in template.all(kind) {
                let found = tag(body, "kubernetes.io/cluster/s").and_then(Value::as_str);
                assert_eq!(found, tag_of_it, "{id}");
            }
        }
    }
}

#[test]
fn launch_templates_ask_for_tokens() {
    // EKS769
    on_every_example(|template| {
        for (id, body) in template.all("EC2::LaunchTemplate") {
            let metadata = &body["LaunchTemplateData"]["MetadataOptions"];
            assert_eq!(metadata["HttpTokens"], "required", "{id}");
            assert_eq!(metadata["HttpPutResponseHopLimit"], 1, "{id}");
        }
    });
}

#[test]
fn who_may_use_the_api_is_said_by_access_entries() {
    // EKS643
    on_every_example(|template| {
        for (id, cluster) in template.all("EKS::Cluster") {
            assert_eq!(cluster["AccessConfig"]["AuthenticationMode"], "API", "{id}");
        }
    });
}

#[test]
fn the_cni_has_a_role_of_its_own() {
    // EKS722, EKS762
    on_every_example(|template| {
        let rights = |role: &Value| {
            let role = role["Fn::GetAtt"][0].as_str().unwrap();
            let role = &template.resources[role]["Properties"];
            role.to_string().contains("AmazonEKS_CNI_Policy")
                || role.to_string().contains("ec2:AssignIpv6Addresses")
        };
        let mut addons = template.all("EKS::Addon");
        if !addons.any(|(_, addon)| addon["AddonName"] == "vpc-cni") {
            return;
        }
        let mut own = template.all("EKS::PodIdentityAssociation");
        let own = own.find(|(_, of)| of["ServiceAccount"] == "aws-node");
        assert!(rights(&own.expect(&template.name).1["RoleArn"]));
        for (id, group) in template.all("EKS::Nodegroup") {
            assert!(!rights(&group["NodeRole"]), "{}: {id}", template.name);
        }
    });
}

/// Whether a group lets something through, from or to another: by both halves of a rule.
fn passes(template: &Template, from: &Value, to: &Value, protocol: &str, port: u64) -> bool {
    let half = |kind: &str, group: &Value, peer: (&str, &Value)| {
        template.all(kind).any(|(_, rule)| {
            let range = || rule["FromPort"].as_u64()..=rule["ToPort"].as_u64();
            let to_all = kind == "EC2::SecurityGroupEgress" && rule["CidrIp"] == "0.0.0.0/0";
            rule["GroupId"] == *group
                && (rule[peer.0] == *peer.1 || to_all)
                && (rule["IpProtocol"] == "-1"
                    || rule["IpProtocol"] == protocol && range().contains(&Some(port)))
        })
    };
    let out = ("DestinationSecurityGroupId", to);
    let into = ("SourceSecurityGroupId", from);
    // AWS lets everything out of the group that EKS makes, and into it from itself.
    let of_eks = |group: &Value| group["Fn::GetAtt"][1] == "ClusterSecurityGroupId";
    (of_eks(from) || half("EC2::SecurityGroupEgress", from, out))
        && ((of_eks(to) && from == to) || half("EC2::SecurityGroupIngress", to, into))
}

#[test]
fn nodes_and_control_plane_pass_what_they_need() {
    // EKS502, EKS504, EKS505, EKS506, EKS507, EKS508, EKS509, EKS510
    on_every_example(|template| {
        let mut clusters = template.all("EKS::Cluster");
        let Some((cluster, body)) = clusters.next() else {
            return;
        };
        let control_plane = &body["ResourcesVpcConfig"]["SecurityGroupIds"][0];
        let of_eks = json!({ "Fn::GetAtt": [cluster, "ClusterSecurityGroupId"] });
        for (id, launch) in template.all("EC2::LaunchTemplate") {
            let carried = launch["LaunchTemplateData"]["SecurityGroupIds"].as_array();
            let carried = carried.unwrap();
            assert!(carried.len() <= 2, "{id}");
            let any = |test: &dyn Fn(&Value) -> bool| carried.iter().any(test);
            let needed = |what: &str, done: bool| {
                assert!(done, "{}: {id}: {what}", template.name);
            };
            // Both carry the group that EKS makes, or rules do as much.
            let shared = carried.contains(&of_eks);
            let to_api = any(&|group| passes(template, group, control_plane, "tcp", 443));
            let to_kubelet = any(&|group| passes(template, control_plane, group, "tcp", 10250));
            needed("the API", shared || to_api);
            needed("the kubelet", shared || to_kubelet);
            for (protocol, port) in [("tcp", 53), ("udp", 53), ("tcp", 10250)] {
                let among = any(&|group| passes(template, group, group, protocol, port));
                needed("other nodes", among);
            }
            let out = any(&|group| {
                template.all("EC2::SecurityGroupEgress").any(|(_, rule)| {
                    let https = rule["IpProtocol"] == "-1" || rule["FromPort"] == 443;
                    rule["GroupId"] == *group && https
                })
            });
            needed("registries", shared || out);
        }
    });
}
