//! What can be asked without any home.

use crate::harness::{Stage, run};

const COMMANDS: [&str; 28] = [
    "init",
    "join",
    "invite",
    "device",
    "member",
    "log",
    "keys",
    "space",
    "page",
    "comment",
    "profile",
    "task",
    "when",
    "search",
    "import",
    "export",
    "doc",
    "attach",
    "attachment",
    "sync",
    "online",
    "status",
    "bundle",
    "node",
    "relay",
    "check",
    "doctor",
    "demo",
];

#[test]
fn help_lists_every_command_and_each_explains_itself() {
    let help = run(&["--help"], &[], "");
    assert_eq!(help.code, 0);
    for command in COMMANDS {
        assert!(help.out.lines().any(|l| l.trim_start().starts_with(command)), "{command} is not listed");
    }
    for command in ["page", "comment", "task", "sync", "node"] {
        let own = run(&[command, "--help"], &[], "");
        assert!(own.code == 0 && own.out.contains("Usage:"), "{own:?}");
    }
    assert!(run(&["--version"], &[], "").out.starts_with("tern "));
}

#[test]
fn a_line_that_makes_no_sense_is_exit_two() {
    let stage = Stage::new();
    let home = stage.arg("nowhere");
    let lines: [&[&str]; 8] = [
        &["frobnicate"],
        &["page"],
        &["page", "new"],
        &["init", "--name", "Ben", "--zone", "Europe/London"],
        &["invite", "--expires", "soon"],
        &["profile", "set"],
        &["node", "run", "--listen", "somewhere"],
        &["sync", "--timeout", "-5s"],
    ];
    for line in lines {
        let args: Vec<&str> = ["--home", &home].iter().chain(line).copied().collect();
        let text = run(&args, &[], "");
        assert_eq!((text.code, text.out.as_str()), (2, ""), "{line:?}: {text:?}");
        let json: Vec<&str> = args.iter().chain(&["--json"]).copied().collect();
        let json = run(&json, &[], "");
        assert_eq!((json.code, json.out.as_str()), (2, ""), "{line:?}: {json:?}");
        assert_eq!(json.error()["kind"], "usage", "{line:?}");
    }
    assert!(!stage.path("nowhere").exists(), "a line that makes no sense makes nothing");
}
