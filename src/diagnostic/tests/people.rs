//! The full form, which people read.

use super::*;

/// One finding in its full form, without colours.
fn shown(finding: Finding, sources: &Sources) -> String {
    full(&Findings::from_iter([finding]), sources, Style::Plain)
}

#[test]
fn two_places_of_one_text() {
    let sources = sources();
    snapshot!("full_two_places", shown(overlap(&sources), &sources));
}

#[test]
fn an_edit_is_a_patch() {
    let sources = sources();
    snapshot!("full_edit", shown(nat(&sources), &sources));
}

#[test]
fn an_edit_can_insert_a_line() {
    let sources = sources();
    let at = span(&sources, 0, "  nat: none");
    let here = Span {
        end: at.start,
        ..at
    };
    let finding = Finding::new(
        Code("SPEC004"),
        Severity::Error,
        "`network` lacks `region`",
        Origin::Spec(span(&sources, 0, "network")),
    )
    .edit(here, "  region: eu-central-1\n");
    snapshot!("full_edit_inserts_a_line", shown(finding, &sources));
}

#[test]
fn a_second_text_is_a_second_snippet() {
    let sources = sources();
    let finding = Finding::new(
        Code("SPEC007"),
        Severity::Warning,
        "`network.cidr` is set twice",
        Origin::Spec(span(&sources, 0, "10.0.0.0/16")),
    )
    .label("this one counts")
    .related(
        Origin::Spec(span(&sources, 1, "\"10.0.0.0/16\"")),
        "and this one does not",
    )
    .related(Origin::Default, "a third one would be 10.0.0.0/16");
    snapshot!("full_two_texts", shown(finding, &sources));
}

#[test]
fn a_default_has_no_lines() {
    snapshot!("full_default", shown(default(), &Sources::new()));
}

#[test]
fn a_default_can_point_at_lines() {
    let sources = sources();
    let finding = default().label("nobody set it").related(
        Origin::Spec(span(&sources, 0, "cluster")),
        "it would be set in here",
    );
    snapshot!("full_default_related", shown(finding, &sources));
}

#[test]
fn a_program_without_its_text() {
    let finding = program().related(program::subnet(), "and here");
    snapshot!("full_program", shown(finding, &Sources::new()));
}

#[test]
fn a_program_with_its_text() {
    let mut sources = sources();
    sources.add(
        "src/diagnostic/tests/program.rs",
        include_str!("program.rs"),
    );
    let finding = program().related(
        Origin::Spec(span(&sources, 0, "10.0.0.0/16")),
        "has room for more",
    );
    snapshot!("full_program_text", shown(finding, &sources));
}

#[test]
fn a_program_whose_text_has_changed() {
    let mut sources = Sources::new();
    sources.add("src/diagnostic/tests/program.rs", "fn main() {}\n");
    assert_eq!(
        shown(program(), &sources),
        shown(program(), &Sources::new())
    );
}

#[test]
fn the_end_of_a_text_is_a_place() {
    let sources = sources();
    let len = u32::try_from(SPEC.len()).unwrap_or(u32::MAX);
    let end = Span {
        source: SourceId(0),
        start: len,
        end: len,
    };
    let finding = Finding::new(
        Code("SPEC001"),
        Severity::Error,
        "the text ends in the middle of a mapping",
        Origin::Spec(end),
    )
    .label("`}` is missing")
    .edit(end, "}\n");
    snapshot!("full_end", shown(finding, &sources));
}

#[test]
fn several_lines_are_bracketed() {
    let sources = sources();
    let finding = Finding::new(
        Code("EKS305"),
        Severity::Warning,
        "both subnets are in one zone",
        Origin::Spec(span(&sources, 0, &SPEC[SPEC.find("- name").unwrap_or(0)..])),
    )
    .label("eu-central-1a");
    snapshot!("full_lines", shown(finding, &sources));
}

#[test]
fn a_report_ends_with_a_summary() {
    let sources = sources();
    snapshot!("full_report", full(&all(&sources), &sources, Style::Plain));
    let nothing = full(&Findings::new(), &sources, Style::Plain);
    assert_eq!(nothing, "no findings\n");
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let mut sources = Sources::new();
    let source = sources.add("a\u{1b}b", "x: \u{1b}[31m\u{202e}\n");
    let span = Span {
        source,
        start: 3,
        end: 6,
    };
    let bad = "\u{1b}[31m";
    let finding = Finding::new(Code("SPEC001"), Severity::Error, bad, Origin::Spec(span))
        .label(bad)
        .note(bad)
        .help(bad)
        .edit(span, bad);
    let text = shown(finding, &sources);
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
}

#[test]
fn styles_differ_in_escape_codes_only() {
    let sources = sources();
    let findings = all(&sources);
    let plain = full(&findings, &sources, Style::Plain);
    let styled = full(&findings, &sources, Style::Styled);
    assert!(!plain.contains('\u{1b}'));
    assert!(styled.contains('\u{1b}'));
    assert_eq!(anstream::adapter::strip_str(&styled).to_string(), plain);
}

/// Every span of nasty texts, as a place, a related place and an edit: `annotate-snippets` panics
/// on some that it does not expect.
#[test]
fn every_span_of_a_nasty_text_is_shown() {
    for text in [
        "",
        "\n",
        "\r\n",
        "\r",
        "a",
        "a\n\n",
        "\u{feff}a:\tü\r\n\r\n\t- \"日本\u{301}\"  \n👩‍👩‍👧:\u{0}\u{1b}\r \n}",
        "a: é\n  b: [\n\t1,\r\n ]\n\n",
    ] {
        let mut sources = Sources::new();
        let source = sources.add("nasty.yaml", text);
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX) + 2;
        for (start, end) in (0..=len).flat_map(|s| (0..=len).map(move |e| (s, e))) {
            let span = Span { source, start, end };
            let other = Span {
                source,
                start: end,
                end: len,
            };
            for replacement in ["", "ü", "a: é\n  b\r\n"] {
                let finding =
                    Finding::new(Code("EKS001"), Severity::Error, "m", Origin::Spec(span))
                        .label("l")
                        .related(Origin::Spec(other), "r")
                        .edit(span, replacement);
                let place = line(&finding, &sources);
                let place = place.split(": ").next().unwrap_or_default();
                let text = shown(finding, &sources);
                assert!(text.contains(&format!("--> {place}\n")), "{place}\n{text}");
            }
        }
    }
}

#[test]
fn lines_far_down_have_their_numbers() {
    let mut sources = Sources::new();
    let text = "key: value\n".repeat(3000);
    let start = u32::try_from(11 * 1999).unwrap_or(u32::MAX);
    let here = Span {
        source: sources.add("long.yaml", text),
        start,
        end: start + 3,
    };
    let finding = Finding::new(
        Code("SPEC002"),
        Severity::Error,
        "unknown",
        Origin::Spec(here),
    );
    let text = shown(finding.edit(here, "word"), &sources);
    assert!(text.contains("--> long.yaml:2000:1\n"), "{text}");
    assert!(text.contains("\n2000 | key: value\n"), "{text}");
    assert!(text.contains("\n2000 + word: value\n"), "{text}");
}
