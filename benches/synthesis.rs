//! How long a cluster takes from text to templates. Measures; nothing here can fail.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use eksnet::diagnostic::{Findings, Sources};
use eksnet::plan::{Ledger, LockFile, SubnetKey};
use eksnet::prelude::*;
use eksnet::render::Format as Engine;
use eksnet::spec::{Format, Loaded, load};

const PRODUCTION: &str = include_str!("../examples/production.yaml");
const BANK: &str = include_str!("../examples/bank.yaml");

fn model(text: &str) -> Loaded {
    load("spec.yaml", Some(Format::Yaml), text, &mut Sources::new())
}

/// From text to both templates; the length of the output keeps it from being optimised away.
fn synthesize(text: &str) -> usize {
    let Ok(synthesis) = model(text).synthesize(&Ledger::new()) else {
        return 0;
    };
    let terraform = synthesis.terraform();
    synthesis.cloudformation().len() + terraform.main.len()
}

/// All that `synth` does but for files: the same, read back.
fn verified(text: &str) -> bool {
    let Ok(synthesis) = model(text).synthesize(&Ledger::new()) else {
        return false;
    };
    Engine::ENGINES.iter().all(|format| {
        let files = synthesis.files(*format);
        let texts = files.iter().map(|f| (f.path.as_str(), f.text.as_str()));
        synthesis.read_back(*format, texts).is_ok()
    })
}

fn one(c: &mut Criterion) {
    for (name, text) in [("production", PRODUCTION), ("bank", BANK)] {
        steps(c, name, text);
    }
}

/// A spec as a whole and step by step.
fn steps(c: &mut Criterion, name: &str, text: &str) {
    let mut group = c.benchmark_group(name);
    group.bench_function("text to both templates, read back", |b| {
        b.iter(|| verified(black_box(text)));
    });
    group.bench_function("text to both templates", |b| {
        b.iter(|| synthesize(black_box(text)));
    });
    group.bench_function("text to model", |b| b.iter(|| model(black_box(text))));
    if let Some(stack) = model(text).stack {
        group.bench_function("model to graph", |b| {
            b.iter(|| black_box(&stack).synthesize());
        });
        if let Ok(synthesis) = stack.synthesize() {
            group.bench_function("graph to CloudFormation", |b| {
                b.iter(|| black_box(&synthesis).cloudformation());
            });
            group.bench_function("graph to Terraform", |b| {
                b.iter(|| black_box(&synthesis).terraform());
            });
            group.bench_function("CloudFormation read back", |b| {
                let text = synthesis.cloudformation();
                b.iter(|| {
                    let files = [("template", black_box(text.as_str()))];
                    synthesis.read_back(Engine::CloudFormation, files)
                });
            });
            group.bench_function("Terraform read back", |b| {
                let files = synthesis.terraform();
                b.iter(|| synthesis.read_back(Engine::Terraform, black_box(&files).named()));
            });
        }
    }
    group.finish();
}

/// Linear: twice the specs, twice the time.
fn many(c: &mut Criterion) {
    let mut group = c.benchmark_group("many");
    group.sample_size(10);
    for count in [100_u64, 1000] {
        let specs: Vec<String> = (0..count)
            .map(|i| PRODUCTION.replace("stack: prod", &format!("stack: prod-{i}")))
            .collect();
        group.throughput(Throughput::Elements(count));
        group.bench_with_input(BenchmarkId::from_parameter(count), &specs, |b, specs| {
            b.iter(|| specs.iter().map(|spec| synthesize(spec)).sum::<usize>());
        });
    }
    group.finish();
}

/// All that `check` says: of one cluster, and of many.
fn checks(c: &mut Criterion) {
    let mut group = c.benchmark_group("checks");
    group.bench_function("bank, text to findings", |b| {
        b.iter(|| findings(&[black_box(BANK).to_owned()]));
    });
    if let Some(stack) = model(BANK).stack {
        group.bench_function("bank, model to findings", |b| {
            b.iter(|| black_box(&stack).check_with(&Ledger::new()).iter().count());
        });
    }
    group.sample_size(10);
    for count in [100_u64, 1000] {
        let specs: Vec<String> = (0..count)
            .map(|i| BANK.replace("stack: bank", &format!("stack: bank-{i}")))
            .collect();
        group.throughput(Throughput::Elements(count));
        group.bench_with_input(BenchmarkId::new("banks", count), &specs, |b, specs| {
            b.iter(|| findings(specs));
        });
    }
    group.finish();
}

fn findings(specs: &[String]) -> usize {
    let stacks = specs.iter().filter_map(|spec| model(spec).stack);
    let counts = stacks.map(|stack| stack.check_with(&Ledger::new()).iter().count());
    counts.sum()
}

/// As many subnets as a /16 has room for, but a few: 20 tiers in 5 zones with 40 subnets of 16 addresses in each.
fn full() -> Stack {
    let mut net = Network::new(cidr!("10.20.0.0/16")).zones(5);
    for i in 0..20 {
        let tier = Tier::isolated(format!("tier-{i}")).prefix(28);
        net.add((1..40).fold(tier, |tier, _| tier.further_subnet(28)));
    }
    Stack::network_only("full", Region::UsEast1, net)
}

fn planning(c: &mut Criterion) {
    let mut group = c.benchmark_group("planning");
    let stack = full();
    let Ok(plan) = stack.plan(&Ledger::new()) else {
        return;
    };
    let ledger = plan.ledger();
    group.throughput(Throughput::Elements(ledger.entries().len() as u64));
    group.bench_function("4,000 new subnets", |b| {
        b.iter(|| black_box(&stack).plan(&Ledger::new()));
    });
    group.bench_function("4,000 known subnets", |b| {
        b.iter(|| black_box(&stack).plan(&ledger));
    });
    // Nothing is asked for that is there: every known subnet becomes a tombstone, and every new one is refused.
    let mut buried = Ledger::new();
    for (key, entry) in ledger.entries() {
        let tier = format!("old-{}", key.tier);
        let key = SubnetKey {
            tier,
            ..key.clone()
        };
        buried.insert(key, entry);
    }
    group.bench_function("4,000 removed subnets", |b| {
        b.iter(|| black_box(&stack).plan(&buried));
    });
    group.finish();
}

/// The lock file of a thousand networks with three tiers in three zones.
fn locks(c: &mut Criterion) {
    let mut group = c.benchmark_group("ledger of a thousand networks");
    group.sample_size(20);
    let plan = model(PRODUCTION)
        .stack
        .and_then(|stack| stack.plan(&Ledger::new()).ok());
    let Some(ledger) = plan.map(|plan| plan.ledger()) else {
        return;
    };
    let mut file = LockFile::new();
    for i in 0..1000 {
        file.set(&format!("prod-{i}"), "us-east-1", ledger.clone());
    }
    let text = file.text();
    let read = |read: fn(&str, &str, &mut Sources, &mut Findings) -> LockFile| {
        read(
            "eksnet.lock",
            black_box(&text),
            &mut Sources::new(),
            &mut Findings::new(),
        )
    };
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("read", |b| b.iter(|| read(LockFile::read)));
    group.bench_function("repair", |b| b.iter(|| read(LockFile::repair)));
    group.bench_function("write", |b| b.iter(|| black_box(&file).text()));
    group.finish();
}

criterion_group!(benches, one, checks, many, planning, locks);
criterion_main!(benches);
