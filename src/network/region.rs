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

/// The longest zone-id prefix that a [`ZoneId`] holds; the longest that AWS uses has five letters.
const PREFIX: usize = 8;

/// The longest place of a Local Zone that a [`ZoneId`] holds; those of AWS have three letters and a digit.
const PLACE: usize = 6;

/// The id of an Availability Zone, such as `use1-az4`, or of a Local Zone, such as `use1-bos1-az1`.
///
/// Ids name the same place in every account; names (`us-east-1a`) need not. Only the shape is
/// checked: a zone may be newer than the table of this module. Ordered by prefix, then by place, then by number, so that the
/// Local Zones of a region come after its Availability Zones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ZoneId {
    /// The prefix, filled up with zeros.
    prefix: [u8; PREFIX],
    /// Where a Local Zone is, filled up with zeros; of an Availability Zone nothing but these.
    place: [u8; PLACE],
    /// The number behind `-az`.
    number: u16,
}

impl ZoneId {
    /// What is before every zone.
    pub(crate) const LOWEST: Self = Self {
        prefix: [0; PREFIX],
        place: [0; PLACE],
        number: 0,
    };

    /// Reads the id of an Availability Zone.
    ///
    /// # Errors
    ///
    /// [`ZoneError`] says which other kind of zone, or name of a zone, the text looks like.
    pub fn parse(text: &str) -> Result<Self, ZoneError> {
        let parts: Vec<&str> = text.split('-').collect();
        if let [prefix, number] = parts[..]
            && is_prefix(prefix)
            && let Some(number) = zone_number(number)
            && prefix.len() <= PREFIX
        {
            return Ok(Self {
                prefix: filled(prefix),
                place: [0; PLACE],
                number,
            });
        }
        Err(ZoneError::of(&parts))
    }

    /// Reads the id of a Local Zone, such as `use1-bos1-az1`; none for anything else.
    pub fn parse_local(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('-').collect();
        let [prefix, place, number] = parts[..] else {
            return None;
        };
        let known = is_prefix(prefix) && is_city(place) && !is_wavelength(place);
        let fits = prefix.len() <= PREFIX && place.len() <= PLACE;
        let number = zone_number(number).filter(|_| known && fits)?;
        Some(Self {
            prefix: filled(prefix),
            place: filled(place),
            number,
        })
    }

    /// Reads the id of a zone of either kind.
    pub(crate) fn parse_any(text: &str) -> Option<Self> {
        Self::parse(text).ok().or_else(|| Self::parse_local(text))
    }

    /// Whether it is a Local Zone.
    pub const fn is_local(&self) -> bool {
        self.place[0] != 0
    }

    /// The group in which an account opts in to a Local Zone, such as `us-east-1-bos-1`; none for an Availability Zone, and
    /// for a zone of no known region.
    pub fn group(&self) -> Option<String> {
        let place = unfilled(&self.place);
        let city = place.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = place.strip_prefix(city).filter(|_| self.is_local())?;
        Some(format!("{}-{city}-{number}", self.region()?))
    }

    /// What stands before `-az`: the region, in AWS' short form.
    pub fn prefix(&self) -> &str {
        unfilled(&self.prefix)
    }

    /// The number behind `-az`.
    pub const fn number(&self) -> u16 {
        self.number
    }

    /// The region in which the zone lies, if it is one that [`Region`] knows.
    pub fn region(&self) -> Option<Region> {
        Region::ALL
            .iter()
            .copied()
            .find(|region| region.zone_prefix() == self.prefix())
    }

    /// Whether EKS refuses cluster subnets in it: see [`Region::refused_zones`].
    pub fn is_refused(&self) -> bool {
        self.region().is_some_and(|region| {
            let id = self.to_string();
            region.refused_zones().contains(&id.as_str())
        })
    }
}

impl fmt::Display for ZoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, number) = (self.prefix(), self.number);
        f.pad(&match unfilled(&self.place) {
            "" => format!("{prefix}-az{number}"),
            place => format!("{prefix}-{place}-az{number}"),
        })
    }
}

impl fmt::Debug for ZoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZoneId({self})")
    }
}

impl FromStr for ZoneId {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        Self::parse(text)
    }
}

/// Why a text is not the id of an Availability Zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoneError {
    /// The name of an Availability Zone, such as `us-east-1a`.
    ///
    /// In accounts made before November 2025 and in the oldest regions, each account has its own
    /// mapping from names to places, so that a name says nothing without the account.
    ZoneName,
    /// A Local Zone, by name (`us-east-1-bos-1a`) or id (`use1-bos1-az1`): EKS takes no cluster
    /// subnets there.
    LocalZone,
    /// A Wavelength Zone, by name (`us-east-1-wl1-bos-wlz-1`) or id (`use1-wl1-bos-wlz1`): EKS takes
    /// no cluster subnets there.
    WavelengthZone,
    /// A region, such as `us-east-1`, where a zone was meant.
    Region,
    /// None of these.
    Malformed,
}

impl ZoneError {
    /// What the parts between the hyphens look like, given that they are no zone id.
    ///
    /// AWS states no grammar; the shapes are those of the names that it has published.
    fn of(parts: &[&str]) -> Self {
        if parts.len() > 2 && parts[1..].iter().any(|part| is_wavelength(part)) {
            return Self::WavelengthZone;
        }
        match *parts {
            // use1-bos1-az1
            [prefix, place, number]
                if is_prefix(prefix) && is_place(place) && zone_number(number).is_some() =>
            {
                Self::LocalZone
            }
            // us-east-1-bos-1a
            [ref region @ .., place, last]
                if is_region(region) && is_place(place) && is_digits_and_letter(last) =>
            {
                Self::LocalZone
            }
            [ref words @ .., last] if is_region_words(words) && is_digits_and_letter(last) => {
                Self::ZoneName
            }
            ref region if is_region(region) => Self::Region,
            _ => Self::Malformed,
        }
    }
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::ZoneName => {
                "the name of an Availability Zone; names differ per account, ids such as `use1-az1` do not"
            }
            Self::LocalZone => "a Local Zone, not an Availability Zone",
            Self::WavelengthZone => "a Wavelength Zone, not an Availability Zone",
            Self::Region => "a region, not the id of an Availability Zone",
            Self::Malformed => "not the id of an Availability Zone, such as `use1-az1`",
        })
    }
}

impl std::error::Error for ZoneError {}

/// Whether all bytes are lower-case letters, and there is one.
fn is_letters(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase())
}

/// Whether all bytes are digits, and there is one.
fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `use1`: letters and one digit.
fn is_prefix(text: &str) -> bool {
    text.strip_suffix(|c: char| c.is_ascii_digit())
        .is_some_and(|letters| letters.len() > 1 && is_letters(letters))
}

/// `bos1`: letters and a number.
fn is_city(text: &str) -> bool {
    is_place(text) && text.ends_with(|c: char| c.is_ascii_digit())
}

/// ASCII text at the beginning of some bytes; what is too long has been refused.
fn filled<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    for (to, from) in bytes.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    bytes
}

/// The text before the zeros, which is always ASCII.
fn unfilled(bytes: &[u8]) -> &str {
    let len = bytes.iter().take_while(|&&b| b != 0).count();
    std::str::from_utf8(&bytes[..len]).unwrap_or_default()
}

/// `bos` or `bos1`.
fn is_place(text: &str) -> bool {
    is_letters(text.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// `1a`.
fn is_digits_and_letter(text: &str) -> bool {
    text.strip_suffix(|c: char| c.is_ascii_lowercase())
        .is_some_and(is_digits)
}

/// `wl1`, `wlz` or `wlz1`.
fn is_wavelength(text: &str) -> bool {
    text.strip_prefix("wl").is_some_and(|rest| {
        let number = rest.strip_prefix('z');
        number == Some("") || is_digits(number.unwrap_or(rest))
    })
}

/// `us-east`: two letters and at least one word more.
fn is_region_words(words: &[&str]) -> bool {
    words.len() > 1 && words[0].len() == 2 && words.iter().all(|word| is_letters(word))
}

/// `us-east-1`.
fn is_region(parts: &[&str]) -> bool {
    matches!(parts, [words @ .., number] if is_region_words(words) && is_digits(number))
}

/// The 4 of `az4`; from 1, without leading zeros.
fn zone_number(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("az")?;
    (is_digits(digits) && !digits.starts_with('0'))
        .then(|| digits.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn zone_ids_order_by_number() {
        assert!(id("use1-az2") < id("use1-az10"));
        assert!(id("use1-az10") < id("use2-az1"));
        assert!(id("cnn1-az9") < id("cnnw1-az1"));
        assert_eq!(format!("{:>10}|", id("use1-az2")), "  use1-az2|");
    }

    #[test]
    fn local_zones_come_after_availability_zones() {
        let local = |text| ZoneId::parse_local(text);
        let boston = local("use1-bos1-az1");
        assert!(boston.is_some_and(|zone| zone.is_local() && zone > id("use1-az99")));
        assert!(boston < local("use1-bos1-az2") && boston < local("use1-chi2-az1"));
        assert_eq!(
            boston.map(|zone| zone.to_string()).as_deref(),
            Some("use1-bos1-az1")
        );
        assert_eq!(boston.and_then(|zone| zone.region()), Some(Region::UsEast1));
        let group = |zone: Option<ZoneId>| zone.and_then(|zone| zone.group());
        assert_eq!(group(boston).as_deref(), Some("us-east-1-bos-1"));
        assert_eq!(group(Some(id("use1-az1"))), None);
        for other in [
            "use1-az1",
            "us-east-1-bos-1a",
            "use1-wl1-bos-wlz1",
            "use1-wlz1-az1",
            "use1-bos-az1",
            "use1-bos1-az0",
            "use1-1-az1",
            "use1-boston12-az1",
            "",
        ] {
            assert_eq!(local(other), None, "{other}");
        }
    }

    #[test]
    fn other_zones_are_told_apart() {
        for (text, error) in [
            ("us-east-1a", ZoneError::ZoneName),
            ("us-gov-west-1b", ZoneError::ZoneName),
            ("us-east-1-bos-1a", ZoneError::LocalZone),
            ("us-gov-east-1-bos-1a", ZoneError::LocalZone),
            ("use1-bos1-az1", ZoneError::LocalZone),
            ("us-east-1-wl1-bos-wlz-1", ZoneError::WavelengthZone),
            ("use1-wl1-bos-wlz1", ZoneError::WavelengthZone),
            ("us-east-1", ZoneError::Region),
            ("", ZoneError::Malformed),
            ("use1", ZoneError::Malformed),
            ("use1-az", ZoneError::Malformed),
            ("use1-az0", ZoneError::Malformed),
            ("use1-az01", ZoneError::Malformed),
            ("use1-az+1", ZoneError::Malformed),
            ("use1-az99999", ZoneError::Malformed),
            ("use-az1", ZoneError::Malformed),
            ("USE1-AZ1", ZoneError::Malformed),
            (" use1-az1", ZoneError::Malformed),
            ("averylongprefix1-az1", ZoneError::Malformed),
            ("üse1-az1", ZoneError::Malformed),
        ] {
            assert_eq!(ZoneId::parse(text), Err(error), "{text}");
        }
    }
}
