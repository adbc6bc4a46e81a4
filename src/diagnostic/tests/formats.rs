//! The formats that programs read.

use super::*;

#[test]
fn concise_is_a_line_each() {
    let sources = sources();
    snapshot!("concise", concise(&all(&sources), &sources));
}

#[test]
fn a_line_stays_one() {
    let finding = Finding::new(
        Code("SPEC001"),
        Severity::Error,
        "not YAML:\r\n  found \u{1b}[31m`}`",
        Origin::Default,
    );
    assert_eq!(
        line(&finding, &Sources::new()),
        "(a default): error[SPEC001] not YAML: found [31m`}`"
    );
}

#[test]
fn json_has_every_key() {
    let sources = sources();
    snapshot!("json", json(&all(&sources), &sources));
    assert_eq!(json(&Findings::new(), &sources), "[]\n");
}

#[test]
fn sarif_is_a_log() {
    let sources = sources();
    let rule = |code: Code| match code.as_str() {
        "EKS304" => Description {
            summary: "ranges do not overlap",
            page: "# EKS304\n\nThe page.\n",
        },
        _ => Description::from("another rule"),
    };
    let log = sarif(&all(&sources), &sources, rule);
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    snapshot!("sarif", log.replace(&version, "\"version\": \"…\""));
}

#[test]
fn sarif_names_files_by_uri() {
    for (path, uri) in [
        ("./a b.yaml", "a%20b.yaml"),
        ("deploy\\größe.yaml", "deploy/gr%C3%B6%C3%9Fe.yaml"),
        ("/etc/eks.yaml", "file:///etc/eks.yaml"),
        ("C:\\eks.yaml", "file:///C:/eks.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("a:b", "a%3Ab"),
    ] {
        let mut sources = Sources::new();
        let source = sources.add(path, "x");
        let origin = Origin::Spec(Span {
            source,
            start: 0,
            end: 1,
        });
        let finding = Finding::new(Code("EKS001"), Severity::Error, "m", origin);
        let log = sarif(&Findings::from_iter([finding]), &sources, |_| "");
        assert!(log.contains(&format!("\"uri\": \"{uri}\"")), "{log}");
    }
}

#[test]
fn github_is_a_command_each() {
    let mut sources = sources();
    let source = sources.add("a,b:c.yaml", "x: 1\ny: 2\n");
    let mut findings = all(&sources);
    let whole_line = Origin::Spec(Span {
        source,
        start: 0,
        end: 5,
    });
    findings.push(Finding::new(
        Code("SPEC002"),
        Severity::Error,
        "100% wrong:\r\nx, y",
        whole_line,
    ));
    snapshot!("github", github(&findings, &sources));
}

#[test]
fn summary_counts() {
    let sources = sources();
    assert_eq!(summary(&Findings::new()), "no findings");
    assert_eq!(summary(&all(&sources)), "2 errors, 1 warning, 1 info");
    let twice = Findings::from_iter([default(), default()]);
    assert_eq!(summary(&twice), "2 infos");
}

#[test]
fn spans_that_no_text_has_are_harmless() {
    let sources = sources();
    for (id, start, end) in [(9, 0, 1), (0, 9, 3), (0, 4000, u32::MAX), (0, 0, u32::MAX)] {
        let span = Span {
            source: SourceId(id),
            start,
            end,
        };
        let finding = Finding::new(Code("EKS001"), Severity::Error, "m", Origin::Spec(span))
            .related(Origin::Spec(span), "l")
            .edit(span, "r");
        let findings = Findings::from_iter([finding]);
        assert!(!concise(&findings, &sources).is_empty());
        assert!(!json(&findings, &sources).is_empty());
        assert!(!sarif(&findings, &sources, |_| "").is_empty());
        assert!(!github(&findings, &sources).is_empty());
        #[cfg(feature = "cli")]
        assert!(!full(&findings, &sources, Style::Plain).is_empty());
    }
}
