//! The Route 53 Resolver inbound endpoint: where it stands and whom it answers.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use eksnet::diagnostic::Severity;
use eksnet::prelude::*;
use serde_json::{Value, json};

/// A resolver in a tier of its own, in these zones.
fn stack(zones: &[&str], from: &[eksnet::network::Ipv4Net]) -> Stack {
    let mut net =
        Network::new(cidr!("10.20.0.0/16")).connected("office", [cidr!("192.168.0.0/16")]);
    let public = net.add(Tier::public("public"));
    let nodes = net.add(Tier::private("nodes", Nat::per_zone(&public)));
    net.add(Tier::isolated("control-plane"));
    let dns = net.add(Tier::isolated("dns").in_zones(zones.iter().copied()));
    net.inbound_resolver(&dns, from.iter().copied());
    let cluster = Cluster::new("prod", "1.35").node_group(NodeGroup::new("system", &nodes));
    Stack::new("prod", Region::UsEast1, net, cluster)
}

const ZONES: [&str; 3] = ["use1-az1", "use1-az2", "use1-az4"];

#[test]
fn it_has_an_address_in_each_zone_and_answers_whom_it_was_told_to() {
    let from = [
        cidr!("192.168.20.53/32"),
        cidr!("192.168.10.53/32"),
        cidr!("192.168.20.53/32"),
    ];
    let synthesis = stack(&ZONES, &from).synthesize().expect("no errors");
    let template: Value = serde_json::from_str(&synthesis.cloudformation()).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    let endpoint = &resources["ResolverEndpointInboundResolver"]["Properties"];
    assert_eq!(endpoint["Direction"], "INBOUND");
    assert_eq!(
        endpoint["IpAddresses"],
        json!([
            { "SubnetId": { "Ref": "SubnetDnsUse1Az1" } },
            { "SubnetId": { "Ref": "SubnetDnsUse1Az2" } },
            { "SubnetId": { "Ref": "SubnetDnsUse1Az4" } },
        ])
    );
    let group = json!({ "Fn::GetAtt": ["SecurityGroupInboundResolver", "GroupId"] });
    assert_eq!(endpoint["SecurityGroupIds"], json!([group]));
    // Nothing else is let in, and nothing out.
    let mut rules: Vec<_> = resources
        .values()
        .filter(|r| r["Properties"]["GroupId"] == group)
        .map(|r| {
            assert_eq!(r["Type"], "AWS::EC2::SecurityGroupIngress");
            let rule = &r["Properties"];
            assert_eq!(
                (&rule["FromPort"], &rule["ToPort"]),
                (&json!(53), &json!(53))
            );
            format!(
                "{} {}",
                rule["CidrIp"].as_str().unwrap(),
                rule["IpProtocol"].as_str().unwrap()
            )
        })
        .collect();
    rules.sort();
    assert_eq!(
        rules,
        [
            "192.168.10.53/32 tcp",
            "192.168.10.53/32 udp",
            "192.168.20.53/32 tcp",
            "192.168.20.53/32 udp"
        ]
    );
    assert_eq!(
        template["Outputs"]["InboundResolverId"]["Value"],
        json!({ "Ref": "ResolverEndpointInboundResolver" })
    );

    let main: Value = serde_json::from_str(&synthesis.terraform().main).unwrap();
    let endpoint = &main["resource"]["aws_route53_resolver_endpoint"]["inbound_resolver"];
    assert_eq!(endpoint["ip_address"].as_array().expect("blocks").len(), 3);
    assert!(
        synthesis
            .terraform()
            .outputs
            .contains("aws_route53_resolver_endpoint.inbound_resolver.id")
    );
}

#[test]
fn ranges_of_the_same_digits_are_different_ranges() {
    let from = [cidr!("10.1.11.0/24"), cidr!("10.11.1.0/24")];
    let synthesis = stack(&ZONES, &from).synthesize().expect("no errors");
    let template = synthesis.cloudformation();
    for range in from {
        let rules = template
            .matches(&format!("\"CidrIp\": \"{range}\""))
            .count();
        assert_eq!(rules, 2, "{range} by TCP and by UDP");
    }
}

#[test]
fn its_addresses_are_counted() {
    let synthesis = stack(&ZONES, &[cidr!("192.168.0.0/16")])
        .synthesize()
        .expect("no errors");
    let with = synthesis
        .capacity()
        .tiers
        .iter()
        .find(|t| t.name == "dns")
        .unwrap();
    for zone in &with.zones {
        assert_eq!(zone.subnets[0].taken.endpoints, 1, "{}", zone.zone);
    }
}

#[test]
fn one_zone_and_nobody_and_everyone_are_found() {
    let said = |zones: &[&str], from: &[eksnet::network::Ipv4Net]| -> Vec<String> {
        let findings = match stack(zones, from).synthesize() {
            Ok(synthesis) => synthesis.findings().clone(),
            Err(findings) => findings,
        };
        let loud = findings.iter().filter(|f| f.severity != Severity::Info);
        loud.map(|f| f.code.as_str().to_owned()).collect()
    };
    let office = [cidr!("192.168.0.0/16")];
    assert_eq!(said(&ZONES, &office), [""; 0]);
    assert_eq!(said(&ZONES[..1], &office), ["PLAN019"]);
    assert_eq!(said(&ZONES, &[]), ["SPEC016"]);
    assert_eq!(said(&ZONES, &[cidr!("0.0.0.0/0")]), ["EKS512"]);
}

#[test]
#[cfg(feature = "spec")]
fn who_may_ask_is_somewhere_where_answers_get() {
    let said = |spec: &str| {
        let text = format!(
            "stack: prod\nregion: us-east-1\nnetwork:\n  cidr: 10.20.0.0/16\n{spec}cluster: {{ version: \"1.35\" }}\n"
        );
        let mut sources = eksnet::diagnostic::Sources::new();
        let format = Some(eksnet::spec::Format::Yaml);
        let loaded = eksnet::spec::load("prod.yaml", format, &text, &mut sources);
        let synthesis = loaded
            .synthesize(&eksnet::plan::Ledger::new())
            .unwrap_or_else(|findings| panic!("{findings:?}"));
        let mut findings = synthesis.findings().iter();
        findings.any(|finding| finding.code.as_str() == "PLAN034")
    };
    let from = "  inbound-resolver: { from: [192.168.10.0/24] }\n";
    assert!(said(from));
    assert!(said(&format!(
        "  connected: {{ office: 172.20.0.0/16 }}\n{from}"
    )));
    // Some of them, at least.
    assert!(!said(&format!(
        "  connected: {{ office: 192.168.10.53/32 }}\n{from}"
    )));
    assert!(!said("  inbound-resolver: { from: [10.20.16.0/20] }\n"));
    // Where everything leads there, so do answers.
    let core = "  tiers:\n    nodes: { access: private, nat: none }\n    control-plane: { access: isolated }\n  \
                connected: { core: { by: { transit-gateway: { id: tgw-0123456789abcdef0, internet: true } } } }\n";
    assert!(!said(&format!("{core}{from}")));
}
