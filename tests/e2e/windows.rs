//! Windows over real homes, without a display: real engines, several windows in one process, a node on loopback.

use egui_kittest::kittest::Queryable;

use crate::harness::{Node, Stage, rows, word};
use crate::members::{ben_with_node, joined, sync};
use crate::window::{Window, said};

/// The member comes into the workspace of `ticket` in a window; returns her recovery words.
#[track_caller]
fn join(window: &mut Window, name: &str, ticket: &str) -> String {
    window.fill("Your name", name);
    window.click("Join with a ticket");
    window.fill("Ticket", ticket);
    window.click("Join");
    window.until_it_says("You are in");
    window.click("Go on");
    window.write_down_the_words()
}

#[test]
fn a_lost_laptop_comes_back_by_words_and_what_it_writes_later_waits_until_the_owner_admits_it() {
    let stage = Stage::new();
    let mut node = Node::start(&stage);

    // Ben makes a workspace with a node and an invitation, and is gone.
    let ben_home = stage.empty_home("ben");
    let mut ben = Window::over("Ben", &ben_home);
    ben.fill("Your name", "Ben");
    ben.fill("Name of your team", "Lighthouse Ferries");
    ben.click("Make the workspace");
    ben.write_down_the_words();
    ben.until_it_says("Ben: settings and profile");
    ben.command("Use a node");
    ben.fill("Ticket of the node", &node.ticket);
    ben.click("Use this node");
    ben.until_it_says("The node carries this workspace");
    ben.command("Invite a person");
    ben.click("Make a ticket");
    ben.until_it_says("Copy the ticket");
    let ticket = ben.nodes().map(|node| said(&node)).find(|text| text.starts_with("tern1"));
    let ticket = ticket.expect("the ticket is shown");
    ben.close();
    sync(&ben_home);

    // Aiko joins by the ticket and writes.
    let first_home = stage.empty_home("aiko");
    let mut aiko = Window::over("Aiko", &first_home);
    let words = join(&mut aiko, "Aiko", &ticket);
    aiko.until_it_says("Aiko: settings and profile");
    aiko.new_page("New page", "Timetable");
    aiko.append("Timetable", "The first ferry leaves at six.");

    // Ben comes back, reads it, and makes a private space of which Aiko is an admin.
    let mut ben = Window::over("Ben", &ben_home);
    ben.click("Timetable");
    ben.until_it_says("The first ferry leaves at six.");
    ben.command("New space");
    ben.fill("Title of the space", "Payroll");
    ben.click("Who reads it: Only some: private");
    ben.click("Aiko");
    ben.click("Make the space");
    ben.until_it_says("“Payroll” is made");
    ben.command("Go to spaces");
    ben.click("Aiko in Payroll: Writer");
    ben.click("Admin");
    ben.until_it_says("Aiko is an admin in “Payroll”");
    ben.new_page("New page in Payroll", "Sums");
    ben.append("Sums", "A captain earns ten.");

    // Aiko reads it; then her laptop is gone.
    aiko.click("Sums");
    aiko.until_it_says("A captain earns ten.");
    aiko.close();
    sync(&first_home);
    let devices = first_home.json(&["device", "list"]);
    let lost = rows(&devices, "devices").iter().find(|d| d["kind"] == "this laptop").expect("listed");
    let lost = word(lost, "id")[..8].to_owned();

    // On an empty laptop her words bring everything back, the private space too.
    let second_home = stage.empty_home("aiko, second");
    let mut again = Window::over("Aiko again", &second_home);
    again.click("Come back with recovery words");
    again.fill("Ticket of the node", &node.ticket);
    again.fill("Recovery words", &words);
    again.click("I still have my other laptops: keep them");
    again.click("Bring it back");
    again.until_it_says("Everything the node holds is back");
    again.until_it_says("Aiko: settings and profile");
    again.click("Sums");
    again.until_it_says("A captain earns ten.");
    again.close();
    sync(&second_home);

    // Ben removes the lost laptop.
    ben.command("Go to devices");
    ben.click("Show the devices of Aiko");
    ben.click(&format!("Remove Laptop {lost} of Aiko"));
    ben.until_it_says("waits in Review");
    ben.click("Remove the device");
    ben.until_it_says(&format!("Laptop {lost} is removed"));
    ben.close();
    sync(&ben_home);

    // Whoever has it writes on, far from any network, and later meets the node.
    node.turn_off();
    let mut thief = Window::over("the lost laptop", &first_home);
    thief.append("Timetable", "Nothing leaves on Mondays.");
    thief.close();
    node.turn_on();
    assert_eq!(first_home.run(&["sync"]).code, 6, "it is put out");

    // It waits, is shown without counting, and is admitted for everybody.
    let mut ben = Window::over("Ben", &ben_home);
    ben.command("Go to review");
    ben.until_it_says("Nothing leaves on Mondays.");
    ben.click("Timetable");
    ben.until_it_says("The first ferry leaves at six.");
    assert!(!ben.says("Nothing leaves on Mondays."), "it counts before it is admitted");
    ben.command("Go to review");
    let admit = |window: &Window| {
        let all = window.nodes().map(|node| said(&node));
        all.into_iter().find(|name| name.starts_with("Admit ") && name.contains("“Timetable”"))
    };
    ben.until("the entry of the timetable", |window| admit(window).is_some());
    let button = admit(&ben).expect("it was there");
    ben.click(&button);
    ben.until_it_says("Admitted:");
    ben.click("Timetable");
    ben.until_it_says("Nothing leaves on Mondays.");
    ben.command("Go to review");
    ben.until_it_says("Nothing waits for review");
    ben.close();
    sync(&ben_home);
    sync(&second_home);
    assert!(
        second_home.markdown("Timetable").contains("Nothing leaves on Mondays."),
        "admitted for everybody"
    );
}

#[test]
fn a_window_locks_its_workspace_goes_online_again_and_takes_the_lock_away() {
    let stage = Stage::new();
    let (home, _node) = ben_with_node(&stage);
    let mut window = Window::over("Ben", &home);
    window.until_it_says("(connected)");
    window.command("Where the keys are kept");
    window.click("Lock with a passphrase…");
    window.fill("Passphrase", "nine tall ships");
    window.fill("Once more", "nine tall ships");
    window.click("Lock the workspace");
    window.until_it_says("The workspace is locked");
    window.until_it_says("Locked at rest");
    window.until_it_says("(connected)");
    window.new_page("New page", "Under lock");
    window.close();
    assert_eq!(home.run(&["page", "list"]).code, 3, "the terminal is asked too");

    let mut window = Window::over("Ben", &home);
    window.until_it_says("This workspace is locked");
    window.fill("Passphrase", "nine small ships");
    window.click("Open");
    window.until_it_says("The workspace did not open");
    window.harness.query_all_by_label("Passphrase").last().expect("the field").focus();
    window.harness.run_steps(4);
    window.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.write("nine tall ships");
    window.click("Open");
    window.click("Under lock");
    window.command("Where the keys are kept");
    window.click("Take the lock away…");
    window.fill("Passphrase", "nine tall ships");
    window.click("Open without a passphrase");
    window.until_it_says("The lock is taken away");
    window.until_it_says("Keys: not protected");
    window.close();
    home.page("Under lock");
}

#[test]
fn two_admins_remove_each_other_in_their_windows_and_every_window_agrees() {
    let stage = Stage::new();
    let (ben_home, mut node) = ben_with_node(&stage);
    let carla_home = joined(&stage, &ben_home, "Carla");
    let dan_home = joined(&stage, &ben_home, "Dan");
    sync(&ben_home);
    let mut ben = Window::over("Ben", &ben_home);
    ben.command("Go to people");
    for name in ["Carla", "Dan"] {
        ben.click(&format!("Role of {name}: Writer"));
        ben.click("Admin");
        ben.until_it_says(&format!("{name} is an admin from here on"));
    }
    ben.close();
    for home in [&ben_home, &carla_home, &dan_home] {
        sync(home);
    }

    // Apart, each removes the other. The one who became admin first is senior.
    node.turn_off();
    for (home, name, other) in [(&carla_home, "Carla", "Dan"), (&dan_home, "Dan", "Carla")] {
        let mut window = Window::over(name, home);
        window.command("Go to people");
        window.click(&format!("Remove {other}"));
        window.until_it_says("the key of the workspace changes");
        window.click(&format!("Remove {other}"));
        window.until(&format!("{other} removed"), |window| is_out(window, other));
        window.close();
    }
    node.turn_on();
    sync(&carla_home);
    assert_eq!(dan_home.run(&["sync"]).code, 6, "the junior's removal does not hold against the senior's");
    sync(&ben_home);
    sync(&carla_home);

    for (home, name) in [(&ben_home, "Ben"), (&carla_home, "Carla"), (&dan_home, "Dan")] {
        let mut window = Window::over(name, home);
        window.command("Go to people");
        window.until("Dan removed", |window| is_out(window, "Dan"));
        assert!(!is_out(&window, "Carla"), "{name} sees Carla removed:\n{}", window.text());
        window.close();
    }
}

/// Whether the list of members shows somebody as removed.
fn is_out(window: &Window, name: &str) -> bool {
    let row = |text: String| text.starts_with(&format!("{name}, ")) && text.ends_with("removed");
    window.nodes().any(|node| row(said(&node)))
}
