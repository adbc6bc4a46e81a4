#!/usr/bin/env bash
# Fuzzes the reading of specs and all that follows from it, of ClusterConfigs of eksctl, of templates, or of what Terraform
# shows of plans and states.
#
#   bash fuzz/run.sh SECONDS [spec|import|read|shown]
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
if [ "$target" = shown ]; then
    rm -f "$seeds"/*
    cp tests/terraform/modules.*.json tests/terraform/network-only.plan.json "$seeds"
    # What one resource of each says is enough to begin with.
    cat >"$seeds/small.json" <<'END'
{"format_version":"1.2","planned_values":{"outputs":{"o":{"sensitive":false}},"root_module":{"resources":[{"address":"aws_vpc.a","mode":"managed","type":"aws_vpc","name":"a","values":{"cidr_block":"10.0.0.0/16"}}],"child_modules":[{"address":"module.m[0]","resources":[{"address":"module.m[0].aws_subnet.b[\"x\"]","mode":"managed","type":"aws_subnet","name":"b","index":"x","values":{},"sensitive_values":{"tags":{"t":true}}}]}]}},"resource_changes":[{"address":"module.m[0].aws_subnet.b[\"x\"]","change":{"after":{"cidr_block":"10.0.0.0/24","tags":{"t":"hidden"},"tags_all":{"t":"hidden"}},"after_unknown":{"vpc_id":true,"ids":[true,false]},"after_sensitive":{"tags":{"t":true}}}}],"output_changes":{"o":{"after":[null],"after_unknown":[true]}},"variables":{"v":{"value":{"k":[1,2.5,null]}}},"configuration":{"root_module":{"outputs":{"o":{"expression":{"references":["module.m[0].out","module.m[0]","module.m"]},"description":"d"}},"variables":{"v":{"sensitive":true}},"resources":[{"address":"aws_vpc.a","expressions":{"cidr_block":{"constant_value":"10.0.0.0/16"}},"depends_on":["module.m"]}],"module_calls":{"m":{"expressions":{"vpc":{"constant_value":"${aws_vpc.a.id}","references":["aws_vpc.a.id","aws_vpc.a"]}},"module":{"outputs":{"out":{"expression":{"references":["aws_subnet.b[\"x\"].id","aws_subnet.b"]}}},"resources":[{"address":"aws_subnet.b","expressions":{"vpc_id":{"references":["var.vpc"]},"ids":{"constant_value":["${cidrsubnet(aws_vpc.a.ipv6_cidr_block, 8, 3)}","$${x}%%{"],"references":["aws_vpc.a.ipv6_cidr_block"]},"tags":[{"t":{"references":["each.key"]}},{"t":{}}]}}]}}}}}}
END
    printf '%s' '{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"aws_eks_cluster.a","mode":"managed","type":"aws_eks_cluster","name":"a","values":{"id":"n","name":"n","arn":"arn:aws:eks:x","vpc_config":[{"cluster_security_group_id":"sg-1"}]}},{"address":"aws_eks_addon.b","mode":"managed","type":"aws_eks_addon","name":"b","values":{"cluster_name":"n","groups":["sg-1"],"policy":"{\"Statement\":[]}"},"depends_on":["aws_eks_cluster.a"]}]}}}' >"$seeds/state.json"
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
    -dict="$seeds.dict" -max_len=$(case "$target" in read | shown) echo 131072 ;; *) echo 8192 ;; esac) -rss_limit_mb=2048 -timeout=10 -max_total_time="$seconds" -print_final_stats=1
