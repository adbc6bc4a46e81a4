//! `Fn::Cidr`: consecutive ranges out of one.
//!
//! Source: AWS `CloudFormation` Template Reference, "`Fn::Cidr`": the third argument counts the bits of a range's hosts, up
//! to 256 ranges are made.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The most ranges that CloudFormation makes.
pub(super) const MOST: usize = 256;

/// The first `count` ranges with `bits` bits for hosts, or why there are none.
pub(super) fn ranges(block: &str, count: usize, bits: u8) -> Result<Vec<String>, String> {
    let block: IpNet = block
        .parse()
        .map_err(|_| format!("`{block}` is no range"))?;
    let longest = block.max_prefix_len();
    let prefix = longest
        .checked_sub(bits)
        .filter(|prefix| *prefix >= block.prefix_len());
    let Some(prefix) = prefix else {
        return Err(format!("{block} has no ranges with {bits} bits for hosts"));
    };
    let cut: Vec<String> = match block {
        IpNet::V4(block) => v4(block, prefix, count),
        IpNet::V6(block) => v6(block, prefix, count),
    };
    if cut.len() < count {
        return Err(format!(
            "{block} has {} ranges of /{prefix}, and not {count}",
            cut.len()
        ));
    }
    Ok(cut)
}

fn v4(block: Ipv4Net, prefix: u8, count: usize) -> Vec<String> {
    let cut = block.trunc().subnets(prefix).into_iter().flatten();
    cut.take(count).map(|range| range.to_string()).collect()
}

fn v6(block: Ipv6Net, prefix: u8, count: usize) -> Vec<String> {
    let cut = block.trunc().subnets(prefix).into_iter().flatten();
    cut.take(count).map(|range| range.to_string()).collect()
}
