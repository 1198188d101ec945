//! A node whose operator gives a workspace little room, and then more.

use crate::harness::{Node, Stage, rows, word};

#[test]
fn t17_a_full_node_says_so_on_both_sides_and_goes_on_when_its_operator_gives_it_room() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    ben.json(&["relay", "add", &node.ticket]);
    ben.json(&["sync"]);
    let before = node.home.json(&["node", "status"]);
    let hosted = &rows(&before, "workspaces")[0];
    assert_eq!(
        (&hosted["full"], &hosted["quota_items"]),
        (&false.into(), &serde_json::Value::Null),
        "{before}"
    );

    // Little room, for this workspace alone, given while the node runs.
    let id = word(hosted, "id");
    let items = hosted["items"].as_u64().expect("a count") + 3;
    let told = node.home.json(&["node", "quota", &id[..8], "--items", &items.to_string()]);
    assert_eq!(rows(&told, "workspaces")[0]["quota_items"], items, "{told}");
    assert_eq!(told["default"]["items"], serde_json::Value::Null, "{told}");
    let seen = || node.home.json(&["node", "status"]);
    let mut wrote = 0;
    let refused = loop {
        assert!(wrote < 400, "the node never filled: {}", seen());
        ben.json(&["page", "new", &format!("Gangway {wrote}")]);
        wrote += 1;
        let ran = ben.run(&["sync"]);
        if ran.code != 0 {
            break ran;
        }
    };
    assert_eq!(refused.code, 6, "{refused:?}");
    let said = refused.error().to_string();
    assert!(said.contains("full") && said.contains("stays here"), "{said}");
    assert_eq!(rows(&seen(), "workspaces")[0]["full"], true);
    let plain = node.home.plain(&["node", "status"]).out;
    assert!(plain.contains("full: content is refused"), "{plain}");
    let status = ben.json(&["status"]);
    assert!(status["only_here"]["items"].as_u64() > Some(0), "{status}");
    assert_eq!(rows(&status, "peers")[0]["full"], true, "{status}");
    assert!(ben.plain(&["status"]).out.contains("it is full"), "{status}");

    node.home.json(&["node", "quota", &id, "--clear"]);
    // The running node looks by itself; a meeting that comes before it did is refused as the one before.
    let went_on = (0..200).any(|_| ben.run(&["sync"]).code == 0);
    assert!(went_on, "{}", seen());
    assert_eq!(ben.json(&["status"])["only_here"]["items"], 0);
    assert_eq!(rows(&seen(), "workspaces")[0]["full"], false);

    for wrong in [&["node", "quota", "zz", "--items", "5"][..], &["node", "quota", "--bytes", "lots"]] {
        assert_ne!(node.home.run(wrong).code, 0, "{wrong:?}");
    }
    let default = node.home.json(&["node", "quota", "--bytes", "20GiB"]);
    assert_eq!(default["default"]["bytes"], 20u64 << 30, "{default}");
    let plain = node.home.plain(&["node", "quota"]).out;
    assert!(plain.contains("20.0 GiB"), "{plain}");
}

#[test]
fn a_node_hosts_so_many_workspaces_and_no_more() {
    const MOST: usize = 256;
    let stage = Stage::new();
    let node = Node::start(&stage);
    // The places of all but one are taken: a node looks at which stores lie there.
    let hosted = node.home.path().join("hosted");
    std::fs::create_dir_all(&hosted).expect("a folder");
    let place = |n: usize| hosted.join(format!("{n:064x}.db"));
    for n in 1..MOST {
        std::fs::write(place(n), b"").expect("a file");
    }
    let ben = stage.ben();
    ben.json(&["relay", "add", &node.ticket]);
    ben.json(&["sync"]);
    let aiko = stage.empty_home("aiko");
    aiko.json(&["init", "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo", "--title", "Night Watch"]);
    aiko.json(&["relay", "add", &node.ticket]);
    let refused = aiko.run(&["sync"]);
    assert_eq!(refused.code, 6, "{refused:?}");
    assert!(refused.error().to_string().contains("as many workspaces as it can"), "{refused:?}");
    assert!(aiko.json(&["status"])["only_here"]["items"].as_u64() > Some(0));
    ben.json(&["sync"]);
    std::fs::remove_file(place(1)).expect("removed");
    aiko.json(&["sync"]);
    assert_eq!(aiko.json(&["status"])["only_here"]["items"], 0);
}
