//! Families of IPv4 ranges: what AWS lets stand side by side in one VPC.
//!
//! Source: Amazon VPC user guide, "VPC CIDR blocks", "IPv4 CIDR block association restrictions".

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

/// A range known when eksnet is compiled.
pub(crate) const fn net(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

/// The private ranges of RFC 1918.
pub(crate) const PRIVATE: [Ipv4Net; 3] = [
    net(10, 0, 0, 0, 8),
    net(172, 16, 0, 0, 12),
    net(192, 168, 0, 0, 16),
];

/// Shared address space, RFC 6598: usual for pods.
pub(crate) const SHARED: Ipv4Net = net(100, 64, 0, 0, 10);

/// One half of what RFC 2544 keeps for benchmarks; AWS names it for pods, too.
pub(crate) const BENCHMARK: Ipv4Net = net(198, 19, 0, 0, 16);

/// What a VPC cannot have, and what it is.
pub(crate) const FORBIDDEN: [(Ipv4Net, &str); 4] = [
    (net(0, 0, 0, 0, 8), "\"this network\""),
    (net(127, 0, 0, 0, 8), "loopback"),
    (net(169, 254, 0, 0, 16), "link-local"),
    (net(224, 0, 0, 0, 4), "multicast"),
];

/// The range that Docker gives to its bridge.
pub(crate) const DOCKER: Ipv4Net = net(172, 17, 0, 0, 16);

/// Once a VPC has a block in this range, it takes none in [`FIRST_OF_TEN`] any more.
pub(crate) const START_OF_TEN: Ipv4Net = net(10, 0, 0, 0, 15);

/// The half of [`START_OF_TEN`] that must come first.
pub(crate) const FIRST_OF_TEN: Ipv4Net = net(10, 0, 0, 0, 16);

/// What a VPC in 172.16.0.0/12 cannot have besides: the range of default VPCs.
pub(crate) const DEFAULT_VPC: Ipv4Net = net(172, 31, 0, 0, 16);

/// Where a block lies, as far as AWS makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// 10.0.0.0/8.
    Ten,
    /// 172.16.0.0/12.
    OneSevenTwo,
    /// 192.168.0.0/16.
    OneNineTwo,
    /// 198.19.0.0/16.
    Benchmark,
    /// 100.64.0.0/10.
    Shared,
    /// Anywhere else: AWS takes it for publicly routable.
    Public,
}

impl Family {
    /// The families that are one range each.
    const RANGES: [(Self, Ipv4Net); 5] = [
        (Self::Ten, PRIVATE[0]),
        (Self::OneSevenTwo, PRIVATE[1]),
        (Self::OneNineTwo, PRIVATE[2]),
        (Self::Benchmark, BENCHMARK),
        (Self::Shared, SHARED),
    ];

    /// The family of a block.
    pub(crate) fn of(block: Ipv4Net) -> Self {
        Self::RANGES
            .iter()
            .find(|(_, range)| range.contains(&block))
            .map_or(Self::Public, |(family, _)| *family)
    }

    /// Its range, if it is one.
    pub(crate) fn range(self) -> Option<Ipv4Net> {
        let mut ranges = Self::RANGES.iter();
        ranges
            .find(|(family, _)| *family == self)
            .map(|(_, range)| *range)
    }

    /// Whether a VPC takes blocks of this family only if it began with it.
    pub(crate) const fn is_closed(self) -> bool {
        match self {
            Self::Ten | Self::OneSevenTwo | Self::OneNineTwo | Self::Benchmark => true,
            Self::Shared | Self::Public => false,
        }
    }

    /// Whether a VPC whose primary block is of this family takes a further block of another.
    pub(crate) fn takes(self, other: Self) -> bool {
        self == other || !other.is_closed()
    }
}

/// Whether a range is one of RFC 1918.
pub(crate) fn is_private(cidr: Ipv4Net) -> bool {
    PRIVATE.iter().any(|range| range.contains(&cidr))
}

/// Whether a block joins its VPC only after another one, because AWS might refuse the other one then.
///
/// The table of the user guide can be read as comparing a new block with every block that is there, not with the primary one
/// alone; closed families that come first satisfy both readings.
pub(crate) fn joins_after(block: Ipv4Net, other: Ipv4Net) -> bool {
    let families = !Family::of(block).is_closed() && Family::of(other).is_closed();
    families
        || (START_OF_TEN.contains(&block)
            && !FIRST_OF_TEN.contains(&block)
            && FIRST_OF_TEN.contains(&other))
}
