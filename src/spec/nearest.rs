//! "Did you mean": the known word that is nearest to one that is not.

/// The word of `known` that `written` most likely stands for, if any is near enough.
///
/// Another way of writing the same words (`publicCidrs`, `public_cidrs`) beats a slip of the finger.
pub(crate) fn nearest<'k>(
    written: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let bare = squeeze(written);
    if bare.is_empty() || written.len() > 100 {
        return None;
    }
    known
        .into_iter()
        .map(|word| (distance(&bare, &squeeze(word)), word))
        .filter(|(far, word)| *far <= allowed(bare.chars().count().max(word.len())))
        .min_by_key(|(far, _)| *far)
        .map(|(_, word)| word)
}

/// Whether it is the same word in other letters: `publicCidrs` and `PUBLIC_CIDRS` for `public-cidrs`.
pub(crate) fn is_same_word(written: &str, word: &str) -> bool {
    squeeze(written) == squeeze(word)
}

/// How many slips are forgiven: few in a short word, where everything is near everything.
fn allowed(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => 3,
    }
}

/// The letters and digits alone, so that only spelling counts.
fn squeeze(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many letters to insert, drop, change or swap with a neighbour to get from one to the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (i, &a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in to.iter().enumerate() {
            let mut cost = (above[j] + usize::from(a != b))
                .min(above[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && a == to[j - 1] && from[i - 1] == b {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(from.len())
}

/// Words for a message: `` `a`, `b` or `c` ``.
pub(crate) fn listing(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
