//! A merge of two versions of a text, line by line, as git does it.

/// What becomes of lines that both sides have changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Both, one after the other: `merge=union` of `.gitattributes`.
    Union,
    /// Both between markers.
    Markers,
    /// Both and what they were between markers: `merge.conflictStyle=diff3`.
    Diff3,
}

/// The merge of `ours` and `theirs`, which both come from `base`.
pub fn merge(base: &str, ours: &str, theirs: &str, style: Style) -> String {
    let [base, ours, theirs] = [base, ours, theirs].map(|text| text.lines().collect::<Vec<_>>());
    let (with_ours, with_theirs) = (matches(&base, &ours), matches(&base, &theirs));
    let mut merged: Vec<&str> = Vec::new();
    let (mut from, mut our, mut their) = (0, 0, 0);
    loop {
        // The next line that all three have ends what was changed before it.
        let next = (from..base.len()).find(|&i| with_ours[i].is_some() && with_theirs[i].is_some());
        let to = next.unwrap_or(base.len());
        let our_to = next.and_then(|i| with_ours[i]).unwrap_or(ours.len());
        let their_to = next.and_then(|i| with_theirs[i]).unwrap_or(theirs.len());
        let chunk = [
            &base[from..to],
            &ours[our..our_to],
            &theirs[their..their_to],
        ];
        resolve(chunk, style, &mut merged);
        let Some(next) = next else { break };
        merged.push(base[next]);
        (from, our, their) = (next + 1, our_to + 1, their_to + 1);
    }
    merged.join("\n") + "\n"
}

fn resolve<'t>([base, ours, theirs]: [&[&'t str]; 3], style: Style, merged: &mut Vec<&'t str>) {
    if base == ours {
        merged.extend(theirs);
    } else if base == theirs || ours == theirs {
        merged.extend(ours);
    } else if style == Style::Union {
        merged.extend(ours.iter().chain(theirs));
    } else {
        merged.push("<<<<<<< HEAD");
        merged.extend(ours);
        if style == Style::Diff3 {
            merged.push("||||||| 1a2b3c4");
            merged.extend(base);
        }
        merged.push("=======");
        merged.extend(theirs);
        merged.push(">>>>>>> branch");
    }
}

/// For each line of `one`, the line of `two` that a longest common subsequence puts beside it.
fn matches(one: &[&str], two: &[&str]) -> Vec<Option<usize>> {
    let mut longest = vec![vec![0_usize; two.len() + 1]; one.len() + 1];
    for i in (0..one.len()).rev() {
        for j in (0..two.len()).rev() {
            longest[i][j] = if one[i] == two[j] {
                longest[i + 1][j + 1] + 1
            } else {
                longest[i + 1][j].max(longest[i][j + 1])
            };
        }
    }
    let mut matches = vec![None; one.len()];
    let (mut i, mut j) = (0, 0);
    while i < one.len() && j < two.len() {
        if one[i] == two[j] {
            matches[i] = Some(j);
            (i, j) = (i + 1, j + 1);
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    matches
}
