//! The AWS regions that serve EKS, their partitions and their Availability Zones.
//!
//! # Where the table comes from
//!
//! Read on 2026-11-23.
//!
//! - Regions: the endpoint data of botocore 1.43.11, service `eks`, partitions `aws`, `aws-cn` and
//!   `aws-us-gov`.
//! - Zone ids: `RegionsAndZonesBackend.zones` of moto 5.2.1, compared with the AWS page "AWS
//!   Availability Zones" (the AZ ID tables). They differ in three places, where this table is the
//!   cautious one, because it chooses zones for people who name none:
//!   `apne1-az3` is constrained and hidden from newer accounts; `euw2-az4` opened in 2026 and other
//!   services still refuse it; `usw1-az2` is refused by EKS anyway.
//! - `cn-north-1`: moto lacks `cnn1-az4`, the region's third zone, open since June 2021. EKS takes it
//!   since October 2022 and eksctl chooses it again since February 2025 (its issue 5783 and pull
//!   request 8240).
//! - Refused zones: the EKS User Guide, "View Amazon EKS networking requirements for VPC and subnets".
//!
//! To renew: `aws ec2 describe-availability-zones --region R --filters
//! Name=zone-type,Values=availability-zone --query 'AvailabilityZones[].ZoneId'` in a *new* account,
//! or the four sources above; then change one line below for each region that moved.

use std::fmt;
use std::str::FromStr;

/// A group of regions with its own accounts, its own ARNs and its own domain names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    /// The commercial regions: `aws`.
    Aws,
    /// China: `aws-cn`.
    AwsCn,
    /// `GovCloud` (US): `aws-us-gov`.
    AwsUsGov,
}

impl Partition {
    /// The name as it stands in an ARN.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
        }
    }

    /// The domain under which the services of the partition answer (`AWS::URLSuffix`).
    pub const fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Declares [`Region`] from one line for each: variant, name, partition, zone-id prefix, the numbers
/// of the zones to choose from, the numbers of the zones that EKS refuses.
macro_rules! regions {
    ($($variant:ident $name:literal $partition:ident $prefix:literal
       [$($zone:literal)*] refused [$($refused:literal)*];)*) => {
        /// A region in which EKS runs.
        ///
        /// Ordered by name within a partition, partitions in the order of [`Partition`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Region {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Region {
            /// Every region, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name, such as `us-east-1`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The partition to which it belongs.
            pub const fn partition(self) -> Partition {
                match self { $(Self::$variant => Partition::$partition,)* }
            }

            /// What the ids of its zones begin with, such as `use1`.
            pub const fn zone_prefix(self) -> &'static str {
                match self { $(Self::$variant => $prefix,)* }
            }

            /// The ids of the Availability Zones to choose from when nobody names any, by number.
            ///
            /// EKS takes cluster subnets in each of them, and accounts of every age have them. A
            /// zone that is missing here need not be wrong: it may be newer than the table, or open
            /// to older accounts only. Empty for a region whose zones are not known; a spec must
            /// then name its zones.
            pub const fn zones(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => const { &[$(concat!($prefix, "-az", $zone)),*] },)*
                }
            }

            /// The ids of the Availability Zones in which EKS refuses cluster subnets.
            ///
            /// `CreateCluster` answers `UnsupportedAvailabilityZoneException`. Nodes may run there.
            pub const fn refused_zones(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => const { &[$(concat!($prefix, "-az", $refused)),*] },)*
                }
            }
        }
    };
}

regions! {
    AfSouth1     "af-south-1"     Aws      "afs1"  [1 2 3]     refused [];
    ApEast1      "ap-east-1"      Aws      "ape1"  [1 2 3]     refused [];
    ApEast2      "ap-east-2"      Aws      "ape2"  [1 2 3]     refused [];
    ApNortheast1 "ap-northeast-1" Aws      "apne1" [1 2 4]     refused [];
    ApNortheast2 "ap-northeast-2" Aws      "apne2" [1 2 3 4]   refused [];
    ApNortheast3 "ap-northeast-3" Aws      "apne3" [1 2 3]     refused [];
    ApSouth1     "ap-south-1"     Aws      "aps1"  [1 2 3]     refused [];
    ApSouth2     "ap-south-2"     Aws      "aps2"  [1 2 3]     refused [];
    ApSoutheast1 "ap-southeast-1" Aws      "apse1" [1 2 3]     refused [];
    ApSoutheast2 "ap-southeast-2" Aws      "apse2" [1 2 3]     refused [];
    ApSoutheast3 "ap-southeast-3" Aws      "apse3" [1 2 3]     refused [];
    ApSoutheast4 "ap-southeast-4" Aws      "apse4" [1 2 3]     refused [];
    ApSoutheast5 "ap-southeast-5" Aws      "apse5" [1 2 3]     refused [];
    ApSoutheast6 "ap-southeast-6" Aws      "apse6" [1 2 3]     refused [];
    ApSoutheast7 "ap-southeast-7" Aws      "apse7" [1 2 3]     refused [];
    CaCentral1   "ca-central-1"   Aws      "cac1"  [1 2 4]     refused [3];
    CaWest1      "ca-west-1"      Aws      "caw1"  [1 2 3]     refused [];
    EuCentral1   "eu-central-1"   Aws      "euc1"  [1 2 3]     refused [];
    EuCentral2   "eu-central-2"   Aws      "euc2"  [1 2 3]     refused [];
    EuNorth1     "eu-north-1"     Aws      "eun1"  [1 2 3]     refused [];
    EuSouth1     "eu-south-1"     Aws      "eus1"  [1 2 3]     refused [];
    EuSouth2     "eu-south-2"     Aws      "eus2"  [1 2 3]     refused [];
    EuWest1      "eu-west-1"      Aws      "euw1"  [1 2 3]     refused [];
    EuWest2      "eu-west-2"      Aws      "euw2"  [1 2 3]     refused [];
    EuWest3      "eu-west-3"      Aws      "euw3"  [1 2 3]     refused [];
    IlCentral1   "il-central-1"   Aws      "ilc1"  [1 2 3]     refused [];
    MeCentral1   "me-central-1"   Aws      "mec1"  [1 2 3]     refused [];
    MeSouth1     "me-south-1"     Aws      "mes1"  [1 2 3]     refused [];
    MxCentral1   "mx-central-1"   Aws      "mxc1"  [1 2 3]     refused [];
    SaEast1      "sa-east-1"      Aws      "sae1"  [1 2 3]     refused [];
    UsEast1      "us-east-1"      Aws      "use1"  [1 2 4 5 6] refused [3];
    UsEast2      "us-east-2"      Aws      "use2"  [1 2 3]     refused [];
    UsWest1      "us-west-1"      Aws      "usw1"  [1 3]       refused [2];
    UsWest2      "us-west-2"      Aws      "usw2"  [1 2 3 4]   refused [];
    CnNorth1     "cn-north-1"     AwsCn    "cnn1"  [1 2 4]     refused [];
    CnNorthwest1 "cn-northwest-1" AwsCn    "cnnw1" [1 2 3]     refused [];
    UsGovEast1   "us-gov-east-1"  AwsUsGov "usge1" [1 2 3]     refused [];
    UsGovWest1   "us-gov-west-1"  AwsUsGov "usgw1" [1 2 3]     refused [];
}

impl Region {
    /// Reads a name such as `us-east-1`.
    ///
    /// # Errors
    ///
    /// [`UnknownRegion`] for anything that is not the exact name of a region in [`Region::ALL`],
    /// which holds the candidates for a "did you mean".
    pub fn parse(name: &str) -> Result<Self, UnknownRegion> {
        Self::ALL
            .iter()
            .copied()
            .find(|region| region.as_str() == name)
            .ok_or(UnknownRegion)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(name: &str) -> Result<Self, UnknownRegion> {
        Self::parse(name)
    }
}

/// A name that no region of [`Region::ALL`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownRegion;

impl fmt::Display for UnknownRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a region in which EKS runs")
    }
}

impl std::error::Error for UnknownRegion {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::ZoneId;

    #[allow(clippy::panic)] // a broken table is what the tests look for
    fn id(text: &str) -> ZoneId {
        ZoneId::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn every_region_round_trips() {
        for &region in Region::ALL {
            assert_eq!(Region::parse(region.as_str()), Ok(region));
            assert_eq!(region.to_string().parse(), Ok(region));
        }
        for wrong in ["", "us-east", "US-EAST-1", "us-east-1a", "eu-west-9"] {
            assert_eq!(Region::parse(wrong), Err(UnknownRegion), "{wrong}");
        }
    }

    #[test]
    fn names_and_prefixes_are_unique_and_in_order() {
        assert!(Region::ALL.is_sorted_by_key(|r| (r.partition(), r.as_str())));
        assert!(Region::ALL.is_sorted());
        for (i, a) in Region::ALL.iter().enumerate() {
            for b in &Region::ALL[i + 1..] {
                assert_ne!(a.as_str(), b.as_str());
                assert_ne!(a.zone_prefix(), b.zone_prefix());
            }
        }
    }

    #[test]
    fn a_prefix_abbreviates_its_region() {
        for region in Region::ALL {
            // us-gov-west-1 -> usgw1, ap-southeast-2 -> apse2, eu-north-1 -> eun1
            let mut short = String::new();
            for (i, word) in region.as_str().split('-').enumerate() {
                match word {
                    _ if i == 0 => short.push_str(word),
                    "northeast" => short.push_str("ne"),
                    "northwest" => short.push_str("nw"),
                    "southeast" => short.push_str("se"),
                    _ => short.push_str(&word[..1]),
                }
            }
            assert_eq!(region.zone_prefix(), short);
        }
    }

    #[test]
    fn partitions_follow_names() {
        for region in Region::ALL {
            let wanted = match region.as_str() {
                name if name.starts_with("cn-") => Partition::AwsCn,
                name if name.starts_with("us-gov-") => Partition::AwsUsGov,
                _ => Partition::Aws,
            };
            assert_eq!(region.partition(), wanted);
        }
        assert_eq!(Partition::AwsCn.dns_suffix(), "amazonaws.com.cn");
        assert_eq!(Partition::AwsUsGov.dns_suffix(), "amazonaws.com");
    }

    #[test]
    fn zones_are_usable() {
        for region in Region::ALL {
            let zones: Vec<ZoneId> = region.zones().iter().map(|z| id(z)).collect();
            assert!(zones.is_empty() || zones.len() >= 2, "{region}");
            assert!(zones.is_sorted_by(|a, b| a < b), "{region}: {zones:?}");
            for (zone, text) in zones.iter().zip(region.zones()) {
                assert_eq!(zone.region(), Some(*region));
                assert_eq!(zone.to_string(), *text);
                assert!(!zone.is_refused(), "{zone}");
            }
            for refused in region.refused_zones() {
                assert!(id(refused).is_refused());
                assert!(!region.zones().contains(refused));
            }
        }
        assert_eq!(
            Region::UsEast1.zones(),
            ["use1-az1", "use1-az2", "use1-az4", "use1-az5", "use1-az6"]
        );
        assert_eq!(Region::UsWest1.zones(), ["usw1-az1", "usw1-az3"]);
        let refused: Vec<_> = Region::ALL.iter().flat_map(|r| r.refused_zones()).collect();
        assert_eq!(refused, [&"cac1-az3", &"use1-az3", &"usw1-az2"]);
    }
}
