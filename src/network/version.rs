//! The Kubernetes versions that EKS has, with the dates of their support.
//!
//! # Where the dates come from
//!
//! Read on 2026-11-23, from copies of the EKS User Guide's page "Understand the Kubernetes version
//! lifecycle on EKS", release calendar: 1.30 to 1.34 in `awsdocs/amazon-eks-user-guide`
//! (`latest/ug/versioning/kubernetes-versions.adoc`), 1.35 and 1.36 in later copies of the same
//! table. 1.37 is announced ("What's New", 2026-10-02); its row of the calendar was not found, so
//! its dates stay unknown. To renew: that page, or `aws eks describe-cluster-versions
//! --include-all`; add one line below.

use std::fmt;
use std::str::FromStr;

/// A day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!(
            "{:04}-{:02}-{:02}",
            self.year, self.month, self.day
        ))
    }
}

/// What EKS says of one version. The library reads no clock: whoever has one compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// The version.
    pub version: KubernetesVersion,
    /// The day on which EKS offered it.
    pub released: Option<Date>,
    /// The day on which standard support ends, 14 months later, and the higher price begins.
    pub standard_support_ends: Option<Date>,
    /// The day on which extended support ends, a year after that, and EKS upgrades the cluster.
    pub extended_support_ends: Option<Date>,
}

/// A minor version of Kubernetes 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubernetesVersion {
    /// The number behind `1.`.
    pub minor: u8,
}

/// Every release from 1.30 on that is known, the oldest first.
const RELEASES: &[Release] = &[
    release(30, (2024, 5, 23), (2025, 7, 23), (2026, 7, 23)),
    release(31, (2024, 9, 26), (2025, 11, 26), (2026, 11, 26)),
    release(32, (2025, 1, 23), (2026, 3, 23), (2027, 3, 23)),
    release(33, (2025, 5, 29), (2026, 7, 29), (2027, 7, 29)),
    release(34, (2025, 10, 2), (2026, 12, 2), (2027, 12, 2)),
    release(35, (2026, 1, 27), (2027, 3, 27), (2028, 3, 27)),
    release(36, (2026, 6, 2), (2027, 8, 2), (2028, 8, 2)),
    Release {
        version: KubernetesVersion::new(37),
        released: None,
        standard_support_ends: None,
        extended_support_ends: None,
    },
];

/// One line of the table.
const fn release(
    minor: u8,
    released: (u16, u8, u8),
    standard: (u16, u8, u8),
    extended: (u16, u8, u8),
) -> Release {
    Release {
        version: KubernetesVersion::new(minor),
        released: Some(date(released)),
        standard_support_ends: Some(date(standard)),
        extended_support_ends: Some(date(extended)),
    }
}

/// A day from its numbers.
const fn date((year, month, day): (u16, u8, u8)) -> Date {
    Date { year, month, day }
}

impl KubernetesVersion {
    /// The version of clusters whose spec names none, in layout 1: 1.35, on EKS since 2026-01-27.
    ///
    /// It belongs to the layout and does not move when newer versions come out.
    pub const DEFAULT_LAYOUT_1: Self = Self::new(35);

    /// Version `1.minor`.
    pub const fn new(minor: u8) -> Self {
        Self { minor }
    }

    /// Reads `1.35`, the form in which the API of EKS takes it.
    ///
    /// # Errors
    ///
    /// [`VersionError`] says what else the text looks like. Whether EKS has the version is another
    /// question: see [`known`](Self::known).
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let numbers = text.strip_prefix('v').unwrap_or(text);
        let parts: Vec<&str> = numbers.split('.').collect();
        match parts[..] {
            [major, minor, patch] if [major, minor, patch].into_iter().all(digits) => {
                Err(VersionError::Patch)
            }
            [major, minor] if digits(major) && digits(minor) => {
                if numbers.len() != text.len() {
                    Err(VersionError::LeadingV)
                } else if major != "1" {
                    Err(VersionError::Major)
                } else if minor.len() > 1 && minor.starts_with('0') {
                    Err(VersionError::Malformed)
                } else {
                    let minor = minor.parse().map_err(|_| VersionError::Malformed)?;
                    Ok(Self::new(minor))
                }
            }
            _ => Err(VersionError::Malformed),
        }
    }

    /// What EKS says of the version; `None` for versions before 1.30 and after the newest known.
    pub fn known(self) -> Option<&'static Release> {
        Self::releases()
            .iter()
            .find(|release| release.version == self)
    }

    /// Every known release, the oldest first.
    pub const fn releases() -> &'static [Release] {
        RELEASES
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("1.{}", self.minor))
    }
}

impl FromStr for KubernetesVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        Self::parse(text)
    }
}

/// Why a text is not a version that EKS could take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionError {
    /// A patch version such as `1.35.2`: EKS chooses the patch.
    Patch,
    /// A `v` before the number, as in `v1.35`.
    LeadingV,
    /// A major version other than 1.
    Major,
    /// Anything else.
    Malformed,
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Patch => "EKS takes a minor version such as `1.35` and chooses the patch itself",
            Self::LeadingV => "EKS takes the version without a `v`",
            Self::Major => "Kubernetes has no major version but 1",
            Self::Malformed => "not a Kubernetes version such as `1.35`",
        })
    }
}

impl std::error::Error for VersionError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_round_trip() {
        for release in KubernetesVersion::releases() {
            let text = release.version.to_string();
            assert_eq!(KubernetesVersion::parse(&text), Ok(release.version));
            assert_eq!(release.version.known(), Some(release));
        }
        assert!(KubernetesVersion::new(9) < KubernetesVersion::new(10));
    }

    #[test]
    fn other_forms_are_told_apart() {
        for (text, error) in [
            ("1.35.2", VersionError::Patch),
            ("v1.35.2", VersionError::Patch),
            ("v1.35", VersionError::LeadingV),
            ("2.0", VersionError::Major),
            ("1", VersionError::Malformed),
            ("1.", VersionError::Malformed),
            ("1.05", VersionError::Malformed),
            ("1.+5", VersionError::Malformed),
            ("1.256", VersionError::Malformed),
            (" 1.35", VersionError::Malformed),
            ("latest", VersionError::Malformed),
            ("", VersionError::Malformed),
        ] {
            assert_eq!(KubernetesVersion::parse(text), Err(error), "{text}");
        }
    }

    /// The table keeps EKS' own rule: 14 months of standard support, 12 of extended, same day.
    #[test]
    fn support_lasts_as_long_as_eks_says() {
        let later = |date: Date, months: u16| {
            let month = date.year * 12 + u16::from(date.month) - 1 + months;
            (month / 12, month % 12 + 1, date.day)
        };
        let parts = |date: Date| (date.year, u16::from(date.month), date.day);
        for release in KubernetesVersion::releases() {
            let (Some(released), Some(standard), Some(extended)) = (
                release.released,
                release.standard_support_ends,
                release.extended_support_ends,
            ) else {
                continue;
            };
            assert_eq!(parts(standard), later(released, 14), "{}", release.version);
            assert_eq!(parts(extended), later(standard, 12), "{}", release.version);
        }
    }

    #[test]
    fn the_table_has_no_holes() {
        let minors: Vec<u8> = RELEASES.iter().map(|r| r.version.minor).collect();
        let newest = minors.last().copied().unwrap_or_default();
        assert_eq!(minors, (30..=newest).collect::<Vec<_>>());
        assert_eq!(KubernetesVersion::new(29).known(), None);
    }

    #[test]
    fn the_default_is_released() {
        let default = KubernetesVersion::DEFAULT_LAYOUT_1;
        assert_eq!(default.to_string(), "1.35");
        let released = default.known().and_then(|release| release.released);
        assert_eq!(
            released.map(|date| date.to_string()).as_deref(),
            Some("2026-01-27")
        );
    }
}
