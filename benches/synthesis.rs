//! How long a cluster takes from text to templates. Measures; nothing here can fail.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use eksnet::diagnostic::Sources;
use eksnet::plan::Ledger;
use eksnet::spec::{Format, load};

const PRODUCTION: &str = include_str!("../examples/production.yaml");

/// From text to both templates; the length of the output keeps it from being optimised away.
fn synthesize(text: &str) -> usize {
    let mut sources = Sources::new();
    let loaded = load("production.yaml", Some(Format::Yaml), text, &mut sources);
    let Ok(synthesis) = loaded.synthesize(&Ledger::new()) else {
        return 0;
    };
    let terraform = synthesis.terraform();
    synthesis.cloudformation().len() + terraform.main.len()
}

fn one(c: &mut Criterion) {
    let mut group = c.benchmark_group("production");
    group.bench_function("text to both templates", |b| {
        b.iter(|| synthesize(black_box(PRODUCTION)));
    });
    group.bench_function("text to model", |b| {
        b.iter(|| {
            load(
                "production.yaml",
                Some(Format::Yaml),
                black_box(PRODUCTION),
                &mut Sources::new(),
            )
        });
    });
    let mut sources = Sources::new();
    let loaded = load(
        "production.yaml",
        Some(Format::Yaml),
        PRODUCTION,
        &mut sources,
    );
    if let Some(stack) = loaded.stack {
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

criterion_group!(benches, one, many);
criterion_main!(benches);
