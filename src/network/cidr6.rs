//! Ranges of IPv6 addresses, checked when the program is compiled.

use ipnet::Ipv6Net;
use std::net::Ipv6Addr;

/// An IPv6 range as a literal: `cidr6!("2001:2::/48")`, for clients of an IPv6 cluster and for rules of security groups.
///
/// What is not a range, or has bits set below its prefix, does not compile.
///
/// ```
/// use eksnet::cidr6;
///
/// assert_eq!(cidr6!("2001:2::/48").prefix_len(), 48);
/// assert_eq!(cidr6!("::/0").prefix_len(), 0);
/// ```
///
/// ```compile_fail
/// eksnet::cidr6!("2001:2::7/48");
/// ```
#[macro_export]
macro_rules! cidr6 {
    ($text:literal) => {{
        // A named item: `cargo check`, and so the editor, evaluates it; an inline `const` block only `cargo build` does.
        const NET: $crate::network::Ipv6Net = $crate::network::parse_cidr6($text);
        NET
    }};
    ($($other:tt)*) => {
        ::core::compile_error!("`cidr6!` takes one range as a literal, such as \"2001:2::/48\"; what is known only at run time is parsed: `text.parse::<eksnet::network::Ipv6Net>()`")
    };
}

/// What [`cidr6!`] calls; panics when it is evaluated, which is when the program is compiled.
#[doc(hidden)]
#[expect(
    clippy::panic,
    reason = "evaluated at compile time only: a panic is the compiler's error"
)]
#[track_caller] // the error points at the literal alone
pub const fn parse_cidr6(text: &str) -> Ipv6Net {
    let Some((address, prefix)) = split(text.as_bytes()) else {
        panic!("not an IPv6 range: write an address and a prefix length, such as 2001:2::/48")
    };
    let host = if prefix == 0 {
        u128::MAX
    } else {
        (1u128 << (128 - prefix)) - 1
    };
    assert!(
        address & host == 0,
        "bits are set below the prefix: AWS would build another range than the one written here"
    );
    Ipv6Net::new_assert(Ipv6Addr::from_bits(address), prefix)
}

/// The address and the prefix length; none for what is not a range.
const fn split(text: &[u8]) -> Option<(u128, u8)> {
    let mut groups = [0u16; 8];
    let (mut count, mut gap, mut i) = (0, None, 0);
    loop {
        if i + 1 < text.len() && text[i] == b':' && text[i + 1] == b':' {
            if gap.is_some() {
                return None;
            }
            gap = Some(count);
            i += 2;
            if i < text.len() && text[i] == b'/' {
                break;
            }
        } else if count > 0 {
            if i >= text.len() || text[i] != b':' {
                return None;
            }
            i += 1;
        }
        let Some((group, behind)) = group(text, i) else {
            return None;
        };
        if count == 8 {
            return None;
        }
        groups[count] = group;
        count += 1;
        i = behind;
        if i < text.len() && text[i] == b'/' {
            break;
        }
    }
    let Some(prefix) = prefix(text, i + 1) else {
        return None;
    };
    let head = match gap {
        Some(_) if count == 8 => return None,
        Some(gap) => gap,
        None if count == 8 => 8,
        None => return None,
    };
    let mut address = 0u128;
    let mut at = 0;
    while at < count {
        // What stands behind the gap ends the address.
        let place = if at < head { at } else { at + 8 - count };
        address |= (groups[at] as u128) << (112 - 16 * place);
        at += 1;
    }
    Some((address, prefix))
}

/// One to four hexadecimal digits, and the place behind them.
const fn group(text: &[u8], mut i: usize) -> Option<(u16, usize)> {
    let (begin, mut value) = (i, 0u16);
    while i < text.len() {
        let digit = match text[i] {
            byte @ b'0'..=b'9' => byte - b'0',
            byte @ b'a'..=b'f' => byte - b'a' + 10,
            byte @ b'A'..=b'F' => byte - b'A' + 10,
            _ => break,
        };
        if i - begin == 4 {
            return None;
        }
        value = (value << 4) | digit as u16;
        i += 1;
    }
    if i == begin { None } else { Some((value, i)) }
}

/// The number from 0 to 128 that the text ends with.
const fn prefix(text: &[u8], mut i: usize) -> Option<u8> {
    let (begin, mut value) = (i, 0u16);
    while i < text.len() {
        if !text[i].is_ascii_digit() || i - begin == 3 || (i > begin && value == 0) {
            return None;
        }
        value = value * 10 + (text[i] - b'0') as u16;
        i += 1;
    }
    if i == begin || value > 128 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 128")]
    Some(value as u8)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test that stops is a test that fails")]

    use super::*;

    #[test]
    fn it_reads_what_the_standard_library_reads() {
        for text in [
            "::/0",
            "::1/128",
            "2001:2::/48",
            "2001:2:0:7::/64",
            "fe80::/10",
            "1:2:3:4:5:6:7:8/128",
            "1::8/128",
            "1:2:3:4:5:6:7::/128",
            "::2:3:4:5:6:7:8/128",
            "2001:DB8::/32",
        ] {
            assert_eq!(
                parse_cidr6(text),
                text.parse::<Ipv6Net>().unwrap(),
                "{text}"
            );
        }
        for text in [
            "",
            "::",
            "::/",
            "::/129",
            "::/00",
            ":::/0",
            "1:::2/128",
            "1::2::3/128",
            "1:2:3/48",
            "1:/16",
            ":1/16",
            "12345::/16",
            "1:2:3:4:5:6:7:8:9/128",
            "1:2:3:4:5:6:7::8/128",
            "g::/16",
            "::1.2.3.4/128",
            "10.20.0.0/16",
            "2001:2::/48 ",
        ] {
            assert_eq!(split(text.as_bytes()), None, "{text}");
        }
    }
}
