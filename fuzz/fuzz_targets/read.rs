//! Any bytes as templates of both engines: read without a panic, and compared with each other and with a model; and as
//! one of somebody else.
#![no_main]

use std::sync::LazyLock;

use eksnet::diagnostic::Sources;
use eksnet::prelude::*;
use eksnet::read::foreign;
use eksnet::read::{self, Engine, Reading};
use libfuzzer_sys::fuzz_target;

static MODELS: LazyLock<[Reading; 2]> = LazyLock::new(|| {
    let net = Network::new(cidr!("10.20.0.0/16"));
    let stack = Stack::new("prod", Region::UsEast1, net, Cluster::new("prod", "1.35"));
    // Without a model nothing would be compared, and nobody would notice.
    let synthesis = stack.synthesize().expect("a small stack has no errors");
    let engines = [Engine::CloudFormation, Engine::Terraform];
    engines.map(|engine| read::model(synthesis.graph(), engine))
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let readings = [
        read::cloudformation(text),
        read::terraform([("main.tf.json", text)]),
    ];
    for (model, reading) in MODELS.iter().zip(&readings) {
        for difference in read::compare(model, reading) {
            assert!(!difference.what.is_empty());
        }
    }
    let given = foreign::Given::default();
    if let Ok(template) = foreign::cloudformation("fuzz", text, &given, &mut Sources::new()) {
        let reading = template.reading();
        assert!(reading.resources.len() <= template.resources.len());
        assert!(template.to_string().len() < 1 << 30);
    }
    let [cloudformation, terraform] = &readings;
    read::siblings(cloudformation, terraform);
});
