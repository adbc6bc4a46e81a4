//! Ids of Availability Zones and Local Zones.

use std::fmt;
use std::str::FromStr;

use super::region::Region;

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
