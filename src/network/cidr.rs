//! Ranges of addresses, checked when the program is compiled.

use ipnet::Ipv4Net;
use std::net::Ipv4Addr;

/// An IPv4 range as a literal: `cidr!("10.20.0.0/16")`.
///
/// What is not a range, or has bits set below its prefix, does not compile. AWS would silently turn `10.20.1.7/16` into
/// `10.20.0.0/16`, and the template would no longer say what is built.
///
/// ```
/// use eksnet::cidr;
///
/// assert_eq!(cidr!("10.20.0.0/16").prefix_len(), 16);
/// ```
///
/// ```compile_fail
/// eksnet::cidr!("10.20.1.7/16");
/// ```
#[macro_export]
macro_rules! cidr {
    ($text:literal) => {{
        // A named item: `cargo check`, and so the editor, evaluates it; an inline `const` block only `cargo build` does.
        const NET: $crate::network::Ipv4Net = $crate::network::parse_cidr($text);
        NET
    }};
    ($($other:tt)*) => {
        ::core::compile_error!("`cidr!` takes one range as a literal, such as \"10.20.0.0/16\"; what is known only at run time is parsed: `text.parse::<eksnet::network::Ipv4Net>()`")
    };
}

/// What [`cidr!`] calls; panics when it is evaluated, which is when the program is compiled.
#[doc(hidden)]
#[expect(
    clippy::panic,
    reason = "evaluated at compile time only: a panic is the compiler's error"
)]
#[track_caller] // the error points at the literal alone
pub const fn parse_cidr(text: &str) -> Ipv4Net {
    match try_parse(text.as_bytes()) {
        Ok(net) => net,
        Err(CidrError::Form) => panic!(
            "not an IPv4 range: write four numbers and a prefix length, such as 10.20.0.0/16"
        ),
        Err(CidrError::HostBits) => {
            panic!(
                "bits are set below the prefix: AWS would build another range than the one written here"
            )
        }
    }
}

#[derive(Clone, Copy)]
enum CidrError {
    Form,
    HostBits,
}

const fn try_parse(text: &[u8]) -> Result<Ipv4Net, CidrError> {
    let mut numbers = [0u32; 5];
    let mut at = 0;
    let mut digits = 0;
    let mut i = 0;
    while i < text.len() {
        let byte = text[i];
        if byte.is_ascii_digit() {
            if digits == 3 || (digits > 0 && numbers[at] == 0) {
                return Err(CidrError::Form);
            }
            numbers[at] = numbers[at] * 10 + (byte - b'0') as u32;
            digits += 1;
        } else if digits > 0 && ((at < 3 && byte == b'.') || (at == 3 && byte == b'/')) {
            at += 1;
            digits = 0;
        } else {
            return Err(CidrError::Form);
        }
        i += 1;
    }
    let mut address = 0;
    let mut octet = 0;
    while octet < 4 {
        if numbers[octet] > 255 {
            return Err(CidrError::Form);
        }
        address = (address << 8) | numbers[octet];
        octet += 1;
    }
    let prefix = numbers[4];
    if at != 4 || digits == 0 || prefix > 32 {
        return Err(CidrError::Form);
    }
    let host = if prefix == 0 {
        u32::MAX
    } else {
        (1u32 << (32 - prefix)) - 1
    };
    if address & host != 0 {
        return Err(CidrError::HostBits);
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 32")]
    Ok(Ipv4Net::new_assert(
        Ipv4Addr::from_bits(address),
        prefix as u8,
    ))
}
