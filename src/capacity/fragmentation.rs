//! Prefixes in a subnet that others use, too.
//!
//! EC2 places single addresses at random, and a prefix needs 16 in a row that are all free. So a subnet runs out of
//! prefixes long before it runs out of addresses.

/// How many addresses a prefix has: a /28.
pub const PREFIX: u32 = 16;

/// The share of a subnet's /28 blocks that is expected to be free when a share of its addresses is used one by one:
/// `(1 - used)^16`.
///
/// ```
/// # use eksnet::capacity::free_prefix_share;
/// // At a fifth of the addresses used, a subnet is all but useless for prefixes.
/// assert!(free_prefix_share(0.2) < 0.03);
/// ```
pub fn free_prefix_share(used: f64) -> f64 {
    (1.0 - used.clamp(0.0, 1.0)).powi(16)
}

/// How many prefixes are expected to be free in a subnet of so many addresses (AWS's five included) of which so many are
/// used one by one. The first and the last block have addresses that AWS keeps.
pub fn prefixes(addresses: u64, used: u64) -> f64 {
    let blocks = (addresses / u64::from(PREFIX)).saturating_sub(2);
    let usable = addresses.saturating_sub(5).max(1);
    share(blocks) * free_prefix_share(share(used) / share(usable))
}

/// The /28 blocks of a subnet while nodes come and take them: what is expected to be left.
///
/// A node's interfaces have primary addresses, which EC2 places at random, too, so that every node spoils blocks for the
/// next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrefixPool {
    blocks: f64,
    free: f64,
}

impl PrefixPool {
    /// A subnet of so many addresses (AWS's five included) of which so many are used one by one.
    pub fn new(addresses: u64, used: u64) -> Self {
        Self {
            blocks: prefixes(addresses, used),
            free: share(addresses.saturating_sub(5).saturating_sub(used)),
        }
    }

    /// Takes a node's interfaces and prefixes out of the subnet, or says that they do not fit.
    pub fn place(&mut self, interfaces: u32, prefixes: u32) -> bool {
        let mut left = *self;
        for _ in 0..interfaces {
            if left.free < 1.0 {
                return false;
            }
            // The chance that an address of a whole block is hit, of all that are free.
            left.blocks -= (left.blocks * f64::from(PREFIX) / left.free).min(1.0);
            left.free -= 1.0;
        }
        left.blocks -= f64::from(prefixes);
        left.free -= f64::from(prefixes) * f64::from(PREFIX);
        let fits = left.blocks >= 0.0 && left.free >= 0.0;
        if fits {
            *self = left;
        }
        fits
    }
}

/// A number of addresses, of which a subnet has 65,536 at most, as a factor.
fn share(addresses: u64) -> f64 {
    f64::from(u32::try_from(addresses).unwrap_or(u32::MAX))
}
