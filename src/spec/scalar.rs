//! What an unquoted YAML word is: the core schema of YAML 1.2, where `no` is text and `010` is ten.

use super::tree::Kind;

/// Reads an unquoted word.
pub(crate) fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    number(text).unwrap_or_else(|| Kind::Str(text.to_owned()))
}

/// Reads a number, or nothing if the word is not one.
fn number(text: &str) -> Option<Kind> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if is_whole(text) {
        let whole = text.parse().map(Kind::Int).ok();
        return whole.or_else(|| text.parse().map(Kind::Float).ok());
    }
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
            Some(Kind::Float(f64::INFINITY * sign))
        }
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => Some(Kind::Float(f64::NAN)),
        _ => {
            // Rust also reads `inf` and `nan` as floats, which are text in YAML.
            let numeric = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            let float = text.parse().ok().filter(|_| numeric);
            float.map(Kind::Float)
        }
    }
}

fn radix(digits: &str, radix: u32) -> Option<Kind> {
    // `from_str_radix` takes a sign, the core schema does not.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(digits, radix).map(Kind::Int).ok()
}

/// Whether a text is a whole number in decimal digits, however large.
pub(crate) fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}
