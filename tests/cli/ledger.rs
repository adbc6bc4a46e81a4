//! `eksnet.lock`: what is written, when it is refused, and that growth moves nothing.

use std::fmt::Write as _;
use std::process::{Command, Output, Stdio};

use crate::place::{Place, SMALL, said, snapshot};

const LOCK: &str = "eksnet.lock";

fn spec(network: &str) -> String {
    SMALL.replace("10.40.0.0/16", &format!("10.40.0.0/16, {network}"))
}

/// Without a cluster, which would keep its zones.
fn alone(network: &str) -> String {
    spec(network) + "cluster: none\n"
}

/// Runs a command that must go well.
fn well(place: &Place, arguments: &str) -> String {
    let output = place.run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    said(&output)
}

/// What is said to people, without the table of a plan.
fn errors(output: &Output) -> String {
    said(&Output {
        stdout: Vec::new(),
        ..output.clone()
    })
}

/// The lines of a ledger, without those that speak of a state or a gateway only.
fn ranges(lock: &str) -> Vec<String> {
    let entries = lock.lines().filter(|line| line.starts_with("small "));
    entries
        .map(|line| {
            let words: Vec<&str> = line.split(' ').take(6).collect();
            words.join(" ")
        })
        .collect()
}

#[test]
fn growth_only_adds_lines() {
    let place = Place::new();
    place.write("small.yaml", spec("zones: 2"));
    well(&place, "synth small.yaml");
    snapshot!("lock", place.read(LOCK));
    let mut before = ranges(&place.read(LOCK));
    for network in [
        "zones: 3",
        "zones: 4",
        "zones: 4, tiers: { public: { access: public }, nodes: { access: private }, control-plane: { access: isolated }, a-first: { access: isolated, prefix: 22 } }",
        "zones: 4, tiers: { public: { access: public }, nodes: { access: private, further-subnets: [21] }, control-plane: { access: isolated }, a-first: { access: isolated, prefix: 22 } }",
        "zones: [use1-az6, use1-az5, use1-az4, use1-az2, use1-az1], tiers: { public: { access: public }, nodes: { access: private, further-subnets: [21] }, control-plane: { access: isolated }, a-first: { access: isolated, prefix: 22 } }",
    ] {
        place.write("small.yaml", spec(network));
        well(&place, "plan");
        let now = ranges(&place.read(LOCK));
        assert!(now.len() > before.len(), "{network}");
        for line in &before {
            assert!(now.contains(line), "{line} is gone after {network}");
        }
        // Planning a plan changes nothing.
        let lock = place.read(LOCK);
        well(&place, "plan --locked");
        assert_eq!(lock, place.read(LOCK));
        before = now;
    }
}

#[test]
fn what_is_removed_is_kept_until_it_is_released() {
    let place = Place::new();
    place.write("small.yaml", alone("zones: 3"));
    well(&place, "plan --mark-deployed");
    place.write("small.yaml", alone("zones: 2"));
    snapshot!("lock_shrink", place.said("plan"));
    snapshot!("lock_with_tombstones", place.read(LOCK));
    // Whoever comes back has what it had.
    place.write("small.yaml", alone("zones: 3"));
    let before = place.run("synth").stdout;
    place.write("small.yaml", alone("zones: 2"));
    well(&place, "plan");
    place.write("small.yaml", alone("zones: 3"));
    assert!(before == place.run("synth").stdout);
    place.write("small.yaml", alone("zones: 2"));
    well(&place, "plan");
    snapshot!("lock_release", place.said("plan --release"));
    assert!(!place.read(LOCK).contains(" tombstone\n"));
}

#[test]
fn locked_runs_write_nothing() {
    let place = Place::small();
    let missing = place.run("synth --out out --locked");
    assert_eq!(missing.status.code(), Some(1), "{}", said(&missing));
    assert!(!place.at("out").exists() && !place.at(LOCK).exists());
    well(&place, "synth --out out");
    well(&place, "synth --out out --locked");
    let lock = place.read(LOCK);
    place.write("small.yaml", spec("zones: 4"));
    snapshot!("lock_locked", place.said("synth --out out --locked"));
    assert_eq!(place.run("synth --out out --check").status.code(), Some(1));
    assert_eq!(place.run("plan --locked").status.code(), Some(1));
    // What `check` says is about the spec.
    well(&place, "check");
    assert_eq!(lock, place.read(LOCK));
    assert!(!place.read("out/small.template.json").contains("az5"));
}

#[test]
fn the_standard_input_is_locked() {
    let place = Place::small();
    let run = |arguments: &str, spec: &str| {
        let mut command = place.command(arguments);
        place.write("stdin", spec);
        let input = std::fs::File::open(place.at("stdin")).unwrap();
        command.stdin(Stdio::from(input)).output().unwrap()
    };
    let first = run("synth -", SMALL);
    assert_eq!(first.status.code(), Some(0));
    assert!(!place.at(LOCK).exists());
    snapshot!("lock_stdin_missing", said(&run("plan - --locked", SMALL)));
    well(&place, "synth --out out");
    place.write("small.yaml", spec("zones: 4"));
    well(&place, "plan");
    let lock = place.read(LOCK);
    let grown = run("synth - --ledger eksnet.lock", &spec("zones: 4"));
    assert_eq!(grown.status.code(), Some(0), "{}", said(&grown));
    assert_eq!(grown.stdout, place.run("synth small.yaml").stdout);
    // Six zones in one go are laid out in another way than three and then three more.
    let more = run("synth - --ledger eksnet.lock", &spec("zones: 5"));
    snapshot!("lock_stdin", said(&more));
    assert_eq!(lock, place.read(LOCK));
}

/// The names of files, the ends of lines and the order of specs mean nothing.
#[test]
fn a_ledger_is_what_it_says() {
    let place = Place::small();
    well(&place, "synth --out out");
    let lock = place.read(LOCK);
    place.write(LOCK, lock.replace('\n', "\r\n"));
    std::fs::rename(place.at("small.yaml"), place.at("renamed.yaml")).unwrap();
    well(&place, "synth --out out --locked");
    well(&place, "synth --out out --check");
    // Specs of one directory share a file; other directories have their own.
    place.write("other/small.yaml", SMALL.replace("us-east-1", "us-east-2"));
    well(&place, "plan . other");
    assert_eq!(
        place.read("other/eksnet.lock").matches("us-east-2").count(),
        10
    );
    place.write("second.yaml", SMALL.replace("small", "second"));
    well(&place, "plan");
    assert_eq!(place.read(LOCK).matches("\nsecond us-east-1 ").count(), 10);
    // A network without a spec is forgotten when it is said that it is gone.
    std::fs::remove_file(place.at("renamed.yaml")).unwrap();
    well(&place, "plan");
    assert!(place.read(LOCK).contains("\nsmall "));
    well(&place, "plan second.yaml --release");
    assert!(place.read(LOCK).contains("\nsmall "));
}

/// A network without a spec keeps what it has until the second release, since a spec may be gone by mistake.
#[test]
fn a_network_without_a_spec_is_released_twice() {
    let place = Place::small();
    place.write("other.yaml", SMALL.replace("small", "other"));
    well(&place, "plan --mark-deployed");
    let lock = place.read(LOCK);
    std::fs::remove_file(place.at("other.yaml")).unwrap();
    snapshot!("lock_without_spec", errors(&place.run("plan")));
    // A spec alone says nothing of the others.
    assert!(!well(&place, "plan small.yaml").contains("renamed"));
    assert_eq!(lock, place.read(LOCK));
    snapshot!(
        "lock_without_spec_locked",
        errors(&place.run("plan --locked"))
    );
    snapshot!(
        "lock_without_spec_release",
        errors(&place.run("plan --release"))
    );
    assert_eq!(place.read(LOCK).matches(" tombstone\n").count(), 9);
    assert!(!well(&place, "plan").contains("no spec"));
    // Who comes back has what it had.
    place.write("other.yaml", SMALL.replace("small", "other"));
    well(&place, "plan --mark-deployed");
    assert_eq!(lock, place.read(LOCK));
    std::fs::remove_file(place.at("other.yaml")).unwrap();
    well(&place, "plan --release");
    snapshot!(
        "lock_without_spec_gone",
        errors(&place.run("plan --release"))
    );
    assert!(!place.read(LOCK).contains("\nother "));
}

/// A stack with another name is another network, and what becomes of the old one is asked.
#[test]
fn a_renamed_stack_is_noticed() {
    let place = Place::small();
    well(&place, "synth --out out");
    place.write("small.yaml", SMALL.replace("small", "large"));
    snapshot!("lock_renamed", place.said("synth --out out"));
}

#[test]
fn a_ledger_that_is_begun_is_spoken_of() {
    let place = Place::small();
    snapshot!("lock_begun", errors(&place.run("synth --out out")));
    place.write("second.yaml", SMALL.replace("small", "second"));
    snapshot!("lock_new_in_it", errors(&place.run("plan")));
    for name in ["third", "fourth"] {
        place.write(&format!("{name}.yaml"), SMALL.replace("small", name));
    }
    snapshot!("lock_several_new_in_it", errors(&place.run("plan")));
}

/// Where files show that a network was rendered before, it is not planned as for the first time.
#[test]
fn a_lost_ledger_is_missed() {
    let place = Place::new();
    for zones in ["zones: 2", "zones: 3"] {
        place.write("small.yaml", spec(zones));
        well(&place, "synth --out out");
    }
    let (lock, template) = (place.read(LOCK), place.read("out/small.template.json"));
    std::fs::remove_file(place.at(LOCK)).unwrap();
    snapshot!("lock_lost", place.said("synth --out out"));
    snapshot!("lock_lost_locked", place.said("synth --out out --locked"));
    let check = place.said("synth --out out --check -f cloudformation");
    let (_, end) = check.split_once("\nout: ").unwrap();
    snapshot!("lock_lost_check", end);
    assert_eq!(place.run("synth --out out --check").status.code(), Some(1));
    assert!(!place.at(LOCK).exists());
    assert_eq!(template, place.read("out/small.template.json"));

    // The file is there, and not what it says of this stack.
    place.write(LOCK, lock.replace("small ", "other "));
    snapshot!("lock_lost_stack", place.said("synth small.yaml --out out"));
    let check = place.said("synth --out out --check -f cloudformation");
    let (_, end) = check.split_once("\nout: ").unwrap();
    snapshot!("lock_lost_stack_check", end);

    // Where nothing moves there is nothing to be afraid of.
    std::fs::remove_file(place.at(LOCK)).unwrap();
    std::fs::remove_dir_all(place.at("out")).unwrap();
    well(&place, "synth --out out");
    let lock = place.read(LOCK);
    std::fs::remove_file(place.at(LOCK)).unwrap();
    snapshot!("lock_missing_fresh", place.said("synth --out out --check"));
    well(&place, "synth --out out");
    assert_eq!(lock, place.read(LOCK));
}

/// A ledger that is named is there, unless the run begins it.
#[test]
fn a_named_ledger_exists() {
    let place = Place::small();
    snapshot!("lock_named", place.said("check --ledger no.lock"));
    for arguments in [
        "plan --locked --ledger no.lock",
        "synth --out out --check --ledger no.lock",
        "synth --out out --locked --ledger no.lock",
        "check --ledger no.lock --format concise",
    ] {
        let output = place.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments}");
        assert!(said(&output).contains("no.lock"), "{}", said(&output));
    }
    let mut command = place.command("synth - --ledger no.lock");
    let input = std::fs::File::open(place.at("small.yaml")).unwrap();
    let output = command.stdin(Stdio::from(input)).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!place.at("no.lock").exists() && !place.at("out").exists());
    assert!(well(&place, "plan --ledger no.lock").contains("no.lock: begun, 9 ranges"));
    well(&place, "plan --locked --ledger no.lock");
}

/// Where the ledger cannot be written the plan is seen all the same.
#[cfg(target_os = "linux")]
#[test]
fn a_plan_is_shown_before_it_is_kept() {
    let place = Place::small();
    // Not even root makes files there.
    let run = |arguments: &str| {
        let spec = std::fs::File::open(place.at("small.yaml")).unwrap();
        let mut command = place.command(&format!("plan /proc/self/fd/0 {arguments}"));
        command.stdin(Stdio::from(spec)).output().unwrap()
    };
    let output = run("");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("small in us-east-1: "));
    let said = errors(&output);
    assert!(said.contains("error: cannot write /proc/"), "{said}");
    assert!(said.contains("--locked"), "{said}");
    assert_eq!(run("--locked").stdout, output.stdout);
}

/// What is not deployed can be planned as for the first time; what is stays.
#[test]
fn what_is_planned_is_planned_anew() {
    let place = Place::new();
    for zones in ["zones: 2", "zones: 3"] {
        place.write("small.yaml", spec(zones));
        well(&place, "plan");
    }
    let grown = place.read(LOCK);
    snapshot!("lock_anew", errors(&place.run("plan --anew")));
    let lock = place.read(LOCK);
    std::fs::remove_file(place.at(LOCK)).unwrap();
    well(&place, "plan");
    assert_eq!(lock, place.read(LOCK));
    assert!(!well(&place, "plan --anew").contains(LOCK));

    // Of two zones that are deployed, nothing moves.
    place.write("small.yaml", spec("zones: 2"));
    std::fs::remove_file(place.at(LOCK)).unwrap();
    well(&place, "plan --mark-deployed");
    for zones in ["zones: 4", "zones: 3"] {
        place.write("small.yaml", spec(zones));
        well(&place, "plan");
    }
    let before = place.read(LOCK);
    assert!(before.contains(" tombstone\n"));
    well(&place, "plan --anew");
    let after = place.read(LOCK);
    let deployed = before.lines().filter(|line| line.contains(" deployed"));
    let gone: Vec<_> = deployed.filter(|line| !after.contains(line)).collect();
    assert_eq!(gone, [""; 0]);
    place.write(LOCK, grown);
    for arguments in ["plan --anew --locked", "plan --anew --adopt subnets.json"] {
        assert_eq!(place.run(arguments).status.code(), Some(2));
    }
}

/// What was kept for a further subnet is told from what its tier had first.
#[test]
fn removed_subnets_are_told_apart() {
    let place = Place::new();
    let apps = |apps: &str| spec(&format!("{TIERS}{apps} }}"));
    place.write(
        "small.yaml",
        apps(", apps: { access: isolated, prefix: 24, further-subnets: [25] }"),
    );
    well(&place, "plan");
    place.write("small.yaml", apps(""));
    let kept = |arguments: &str| {
        let text = well(&place, arguments);
        let line = text
            .lines()
            .find(|line| line.to_lowercase().contains("kept for removed"));
        line.unwrap().to_owned()
    };
    snapshot!(
        "lock_kept",
        [kept("plan"), kept("plan --format markdown")].join("\n")
    );
}

/// A binary of the program knows no directory of its own, and begins nothing where it happens to stand.
#[test]
fn a_program_outside_of_cargo() {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--example", "starter"])
        .arg("--message-format=json")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let messages = String::from_utf8(built.stdout).unwrap();
    let program = messages
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .find_map(|message| Some(message["executable"].as_str()?.to_owned()))
        .unwrap();
    let place = Place::new();
    let run = |arguments: &str| {
        Command::new(&program)
            .args(arguments.split_whitespace())
            .current_dir(place.path())
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CLICOLOR_FORCE")
            .output()
            .unwrap()
    };
    snapshot!("lock_program", said(&run("synth")).replace(".exe", ""));
    for arguments in [
        "plan",
        "plan --locked",
        "synth --out out",
        "synth --out out --check",
    ] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments}");
    }
    assert_eq!(run("check").status.code(), Some(0));
    assert_eq!(place.path().read_dir().unwrap().count(), 0);
    let begun = run("plan --ledger eksnet.lock");
    assert!(said(&begun).contains("eksnet.lock: begun, 9 ranges given out"));
    assert_eq!(run("plan --locked").status.code(), Some(0));
    assert_eq!(run("synth").status.code(), Some(0));
}

/// Two specs of one network in one directory would take each other's subnets, also where a run is about one of them.
#[test]
fn a_network_has_one_spec_in_a_directory() {
    let place = Place::small();
    place.write(
        "copy.toml",
        "stack = \"small\"\nregion = \"us-east-1\"\nnetwork = { cidr = \"10.41.0.0/16\" }\n",
    );
    place.write(
        "old.yaml",
        "stack: small\nregion: us-east-1\nnetwork: { cidr: 10.42.0.0/16 }\n",
    );
    snapshot!("lock_copy", place.said("plan small.yaml"));
    assert!(!place.at(LOCK).exists());
    well(&place, "plan small.yaml --ledger small.lock");
    for copy in ["copy.toml", "old.yaml"] {
        place.write(copy, place.read(copy).replace("us-east-1", "us-east-2"));
    }
    well(&place, "plan small.yaml");
}

const TIERS: &str = "zones: 2, tiers: { public: { access: public }, nodes: { access: private }, control-plane: { access: isolated }";

/// Two branches add a tier each, and both find the same place.
#[test]
fn two_branches_are_mended() {
    let place = Place::new();
    let with = |tiers: &str| spec(&format!("{TIERS}{tiers} }}"));
    place.write("small.yaml", with(""));
    well(&place, "plan --mark-deployed");
    let base = place.read(LOCK);
    let mut branches = Vec::new();
    for tier in ["cache", "data"] {
        place.write(LOCK, &base);
        place.write(
            "small.yaml",
            with(&format!(", {tier}: {{ access: isolated, prefix: 24 }}")),
        );
        well(&place, "plan");
        branches.push(place.read(LOCK));
    }
    let added = |branch: &str| -> String {
        let lines = branch.lines().filter(|line| !base.contains(line));
        lines.fold(String::new(), |mut text, line| {
            let _ = writeln!(text, "{line}");
            text
        })
    };
    let (ours, theirs) = (added(&branches[0]), added(&branches[1]));
    let both =
        with(", cache: { access: isolated, prefix: 24 }, data: { access: isolated, prefix: 24 }");
    place.write("small.yaml", both);

    place.write(
        LOCK,
        format!("{base}<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> data\n"),
    );
    snapshot!("lock_conflict", place.said("plan"));
    place.write(LOCK, format!("{base}{theirs}{ours}"));
    snapshot!("lock_overlap", place.said("synth"));
    let merged = place.said("plan --repair");
    snapshot!("lock_repair", merged);
    let repaired = place.read(LOCK);
    assert!(
        ours.lines().all(|line| repaired.contains(line)),
        "{repaired}"
    );
    place.write(
        LOCK,
        format!("{base}<<<<<<< HEAD\n{ours}||||||| base\n=======\n{theirs}>>>>>>> data\n"),
    );
    snapshot!("lock_repair_conflict", errors(&place.run("plan --repair")));
    assert_eq!(repaired, place.read(LOCK));
    well(&place, "plan --locked");

    // One subnet at two places: whoever planned the other one hears of it.
    let elsewhere = ours
        .replace("10.40.67.0", "10.40.96.0")
        .replace("10.40.68.0", "10.40.97.0");
    place.write(
        LOCK,
        format!("{base}<<<<<<< HEAD\n{ours}=======\n{elsewhere}>>>>>>> cache\n"),
    );
    place.write(
        "small.yaml",
        with(", cache: { access: isolated, prefix: 24 }"),
    );
    snapshot!("lock_repair_twice", errors(&place.run("plan --repair")));
    // Where both sides can be had, nothing moves and the markers go.
    let elsewhere = elsewhere.replace(" cache ", " data ");
    place.write(
        LOCK,
        format!("{base}<<<<<<< HEAD\n{ours}=======\n{elsewhere}>>>>>>> data\n"),
    );
    place.write(
        "small.yaml",
        with(", cache: { access: isolated, prefix: 24 }, data: { access: isolated, prefix: 24 }"),
    );
    snapshot!("lock_repair_order", errors(&place.run("plan --repair")));
    well(&place, "plan --locked");
}

/// Nothing that is deployed moves, whatever is asked for.
#[test]
fn what_is_deployed_stays() {
    let place = Place::new();
    let nodes = |nodes: &str| {
        spec(&format!(
            "zones: 2, tiers: {{ public: {{ access: public }}, nodes: {{ access: private{nodes} }}, control-plane: {{ access: isolated }} }}"
        ))
    };
    place.write("small.yaml", nodes(", prefix: 20"));
    well(&place, "plan");
    place.write("small.yaml", nodes(", prefix: 19"));
    snapshot!("lock_resized_plan", place.said("plan"));
    snapshot!("lock_repair_resized", errors(&place.run("plan --repair")));
    well(&place, "plan --mark-deployed");
    place.write("small.yaml", nodes(", prefix: 20"));
    snapshot!("lock_resized", place.said("plan --repair"));
    place.write(
        "small.yaml",
        nodes(", cidrs: { use1-az1: 10.40.128.0/19, use1-az2: 10.40.32.0/19 }"),
    );
    snapshot!("lock_moved", place.said("plan --repair"));
}

/// Two lines of one subnet, both only planned: one is taken, and the file says so from then on.
#[test]
fn what_is_mended_stays_mended() {
    let place = Place::small();
    well(&place, "plan");
    let lock = place.read(LOCK);
    let line = lock.lines().find(|line| line.contains(" nodes ")).unwrap();
    let other = line.replace("10.40.0.0/19", "10.40.224.0/19");
    assert_ne!(line, other);
    place.write(LOCK, format!("{lock}{other}\n"));
    assert_eq!(place.run("plan").status.code(), Some(1));
    well(&place, "plan --repair");
    well(&place, "plan --locked");
    assert_eq!(lock, place.read(LOCK));
}

/// A ledger is one file, by whatever path its specs are named.
#[test]
fn a_directory_has_one_ledger() {
    let place = Place::small();
    let second = SMALL.replace("small", "second");
    place.write("second.yaml", &second);
    place.write("deeper/third.yaml", SMALL.replace("small", "third"));
    let here = place.path().display();
    for specs in [
        "small.yaml ./second.yaml".to_owned(),
        "deeper/../small.yaml second.yaml".to_owned(),
        format!("{here}/small.yaml second.yaml"),
    ] {
        let _ = std::fs::remove_file(place.at(LOCK));
        // The file that is not there yet and the one that is.
        for zones in ["zones: 2", "zones: 3"] {
            place.write("small.yaml", spec(zones));
            let network = format!("10.40.0.0/16, {zones}");
            place.write("second.yaml", second.replace("10.40.0.0/16", &network));
            well(&place, &format!("plan {specs}"));
            well(&place, "plan --locked");
        }
    }
    // Two directories may share one by a link, which stays one.
    std::os::unix::fs::symlink("../eksnet.lock", place.at("deeper/eksnet.lock")).unwrap();
    well(&place, "plan . deeper");
    assert!(place.at("deeper/eksnet.lock").is_symlink());
    assert_eq!(place.read(LOCK).matches("\nthird us-east-1 ").count(), 10);
    assert_eq!(place.read(LOCK).matches("\nsmall us-east-1 ").count(), 10);
}

/// As by `make --jobs`: whoever writes last keeps what others have written since it read the file.
#[test]
fn runs_at_once_lose_nothing() {
    const RUNS: usize = 16;
    let place = Place::small();
    well(&place, "plan");
    let name = |run| format!("run{run}");
    let runs: Vec<_> = (0..RUNS)
        .map(|run| {
            place.write(
                &format!("{}.yaml", name(run)),
                SMALL.replace("small", &name(run)),
            );
            let mut command = place.command(&format!("plan {}.yaml", name(run)));
            let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
            quiet.spawn().unwrap()
        })
        .collect();
    for mut run in runs {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    let lock = place.read(LOCK);
    for run in 0..RUNS {
        let lines = lock.matches(&format!("\n{} us-east-1 ", name(run))).count();
        assert_eq!(lines, 10, "{lock}");
    }
    well(&place, "plan --locked");
}

/// A ledger that several directories share has networks that no spec of one of them has.
#[test]
fn a_shared_ledger_forgets_no_network() {
    let place = Place::small();
    place.write("other/second.yaml", SMALL.replace("small", "second"));
    well(&place, "plan other --ledger eksnet.lock");
    well(&place, "plan . --ledger eksnet.lock --release");
    assert!(place.read(LOCK).contains("\nsecond us-east-1 "));
}

#[test]
fn a_damaged_ledger_stops_everything() {
    let place = Place::small();
    well(&place, "plan");
    let lock = place.read(LOCK);
    let damaged = lock.replace("version 1", "version 2");
    place.write(LOCK, damaged);
    snapshot!("lock_version", place.said("synth --out out"));
    let damaged = lock
        .replacen("planned", "plannned", 1)
        .replacen("10.40.0.0/19", "10.40.0.1/19", 1)
        .replacen(" 0 10", " zero 10", 3)
        .replacen("use1-az4", "here", 1)
        .replacen(" nat", " nut", 1);
    place.write(LOCK, damaged);
    snapshot!("lock_damaged", place.said("check"));
    // What a run that ran out of disk, or a slip of the shell, leaves behind; not what was never there.
    place.write(LOCK, "");
    snapshot!("lock_empty", place.said("plan"));
    place.write(LOCK, [0xff, 0xfe]);
    assert_eq!(place.run("plan").status.code(), Some(1));
    assert!(!place.at("out").exists());
}
