#!/usr/bin/env bash
# Fuzzes the reading of specs and all that follows from it, of ClusterConfigs of eksctl, or of rendered templates.
#
#   bash fuzz/run.sh SECONDS [spec|import|read]
#
# Seeds are the examples, each as it is and marked with its format. Needs cargo-fuzz and the nightly toolchain.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
target=${2:-spec}
seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
for file in examples/*.yaml examples/*.yml examples/*.json examples/*.toml tests/specs/*.{yaml,json,toml}; do
    [ -f "$file" ] || continue
    case $file in
        *.toml) mark=0 ;;
        *.json) mark=1 ;;
        *) mark=2 ;;
    esac
    { printf %s $mark; cat "$file"; } >"$seeds/$mark-$(basename "$file")"
    # Without comments and with short lines more of it fits into a mutation.
    { printf %s $mark; sed 's/^ *#.*//; /^ *$/d' "$file"; } >"$seeds/$mark-short-$(basename "$file")"
done
if [ "$target" = import ]; then
    rm -f "$seeds"/*
    cp tests/eksctl/*.yaml tests/eksctl/governed.json "$seeds"
fi
if [ "$target" = read ]; then
    rm -f "$seeds"/*
    cargo run --quiet -- synth examples/minimal.yaml examples/network-only.yaml examples/ipv6-cluster.yaml \
        --ledger "$seeds/eksnet.lock" --out "$seeds" 2>/dev/null
    for file in "$seeds"/*/*.tf.json; do mv "$file" "$seeds/$(basename "$(dirname "$file")")-$(basename "$file")"; done
    find "$seeds" -mindepth 1 -type d -delete
    rm -f "$seeds/eksnet.lock"
    cp tests/foreign/*.yaml tests/foreign/*.json "$seeds"
fi
# Keys and words, from where they are declared.
{
    grep -ohE '^    pub [a-z_0-9]+:' src/spec/form/*.rs | sed -E 's/.*pub (.*):/\1/; s/_/-/g'
    printf '%s\n' public private isolated per-zone single none create aws-owned standard restricted owned shared \
        cloudwatch s3 accept reject all tcp udp nodes control-plane cluster endpoints spot on-demand bottlerocket al2023 \
        use1-az1 use1-az2 use1-az4 us-east-1 cn-north-1 us-gov-west-1 10.0.0.0/16 0.0.0.0/0 18446744073709551615 -1 \
        .inf '<<: *a' '&a' '!!str' '? ' '---' '|2' '>-' "'''" '[[a]]' '[a.b]' '%TAG' 1979-05-27 0x7f 1e999
} | sort -u | sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&"/' >"$seeds.dict"
trap 'rm -rf "$seeds" "$seeds.dict"' EXIT
mkdir -p "fuzz/corpus/$target"
cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "$seeds" -- \
    -dict="$seeds.dict" -max_len=$([ "$target" = read ] && echo 131072 || echo 8192) -rss_limit_mb=2048 -timeout=10 -max_total_time="$seconds" -print_final_stats=1
