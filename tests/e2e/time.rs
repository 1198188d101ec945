//! Expected-by in the terminal: the nine vectors, once with `--available` and once with `TERN_NOW`.

use crate::harness::{Home, Stage, carry, rows, word};

struct Person {
    name: &'static str,
    zone: &'static str,
    hours: &'static str,
    checkins: &'static str,
    /// Available at, urgent by, standard by, local words of the urgent time.
    vectors: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

const PEOPLE: [Person; 3] = [
    Person {
        name: "aiko",
        zone: "Asia/Tokyo",
        hours: "Mon-Fri 09:00-18:00",
        checkins: "09:00,13:00,16:00",
        vectors: &[
            ("2026-11-20T16:00:00Z", "2026-11-23T04:00:00Z", "2026-11-23T07:00:00Z", "13:00"),
            ("2026-11-24T15:30:00Z", "2026-11-25T04:00:00Z", "2026-11-26T00:00:00Z", "13:00"),
        ],
    },
    Person {
        name: "ben",
        zone: "Europe/London",
        hours: "Mon-Fri 09:00-17:30",
        checkins: "09:00,13:00,16:00",
        vectors: &[
            ("2026-11-24T01:00:00Z", "2026-11-24T13:00:00Z", "2026-11-25T09:00:00Z", "13:00"),
            ("2026-11-24T15:30:00Z", "2026-11-25T11:00:00Z", "2026-11-25T16:00:00Z", "11:00"),
            ("2026-10-23T14:00:00Z", "2026-10-26T10:30:00Z", "2026-10-26T13:00:00Z", "10:30"),
        ],
    },
    Person {
        name: "carla",
        zone: "America/Los_Angeles",
        hours: "Mon-Fri 08:00-16:00",
        checkins: "09:00,13:00,15:00",
        vectors: &[
            ("2026-11-25T13:15:00Z", "2026-11-25T20:00:00Z", "2026-11-26T17:00:00Z", "12:00"),
            ("2026-10-30T21:00:00Z", "2026-11-02T18:00:00Z", "2026-11-02T21:00:00Z", "10:00"),
            ("2026-03-06T22:30:00Z", "2026-03-09T17:30:00Z", "2026-03-09T20:00:00Z", "10:30"),
        ],
    },
];

#[track_caller]
fn assert_vector(home: &Home, name: &str, vector: (&str, &str, &str, &str)) {
    let (available, urgent, standard, local) = vector;
    let given = home.json(&["when", name, "--available", available]);
    let by_now = home.json_with(&["when", name], &[("TERN_NOW", available)], "");
    for view in [given, by_now] {
        let shown = (word(&view, "available"), word(&view, "urgent_by"), word(&view, "standard_by"));
        assert!(shown.0.starts_with(&available[..16]), "{name} {available}: {view}");
        assert!(shown.1.starts_with(&urgent[..16]) && shown.1.ends_with('Z'), "{name} {available}: {view}");
        assert!(shown.2.starts_with(&standard[..16]) && shown.2.ends_with('Z'), "{name} {available}: {view}");
        assert!(word(&view["local"], "urgent_by").contains(local), "{name} {available}: {view}");
    }
}

#[test]
fn expected_by_agrees_with_the_nine_vectors() {
    let stage = Stage::new();
    for person in &PEOPLE {
        let home = stage.empty_home(person.name);
        home.json(&[
            "init",
            "--name",
            person.name,
            "--zone",
            person.zone,
            "--hours",
            person.hours,
            "--checkins",
            person.checkins,
            "--title",
            "Times",
        ]);
        for vector in person.vectors {
            assert_vector(&home, person.name, *vector);
        }
    }
    let aiko = stage.empty_home("aiko");
    aiko.json(&["profile", "set", "--off", "2026-11-23"]);
    let off = ("2026-11-20T16:00:00Z", "2026-11-24T04:00:00Z", "2026-11-24T07:00:00Z", "13:00");
    assert_vector(&aiko, "aiko", off);
}

#[test]
fn one_urgency_can_be_asked_for_alone() {
    let stage = Stage::new();
    let ben = stage.ben();
    let urgent = ben.json(&["when", "Ben", "--urgency", "urgent"]);
    assert!(urgent["urgent_by"].is_string() && urgent["standard_by"].is_null(), "{urgent}");
}

#[test]
fn the_strip_says_whose_day_it_is_and_overlap_what_a_clock_change_takes_away() {
    let stage = Stage::new();
    let ben = stage.ben();
    ben.json(&["profile", "set", "--hours", "Mon-Fri 09:00-17:30"]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    let file = stage.arg("all.tern");
    ben.json(&["bundle", "export", &file, "--all"]);
    let aiko = stage.empty_home("aiko");
    let hours = ["--zone", "Asia/Tokyo", "--hours", "Mon-Fri 09:00-18:00", "--bundle", &file];
    aiko.json(&[&["join", &ticket, "--name", "Aiko"][..], &hours].concat());
    carry(&stage, &aiko, &ben, "aiko.tern");

    let strip = ben.json(&["strip", "--at", "2026-11-24T15:10:00Z"]);
    let people = rows(&strip, "people");
    let shown = |row: &serde_json::Value| {
        let hours: Vec<String> =
            rows(row, "hours").iter().map(|span| word(span, "from")[..16].into()).collect();
        (word(row, "name"), word(row, "local"), row["working"] == true, hours, word(row, "next_checkin"))
    };
    assert_eq!(
        people.iter().map(shown).collect::<Vec<_>>(),
        [
            (
                "Aiko".into(),
                "Wed 00:10".into(),
                false,
                vec!["2026-11-25T09:00".into()],
                "2026-11-25T09:00:00+09:00[Asia/Tokyo]".into()
            ),
            (
                "Ben Whitfield".into(),
                "Tue 15:10".into(),
                true,
                vec!["2026-11-24T09:00".into(), "2026-11-25T09:00".into()],
                "2026-11-24T16:00:00+00:00[Europe/London]".into()
            ),
        ]
    );
    let friday = ben.json(&["strip", "--at", "2026-11-20T16:00:00Z"]);
    assert_eq!(word(&rows(&friday, "people")[0], "away"), "weekend until Mon 09:00");

    let shared = |now: &str| ben.json_with(&["overlap", "me,aiko", "--weeks", "2"], &[("TERN_NOW", now)], "");
    let before = shared("2026-10-19T08:00:00Z");
    assert_eq!(rows(&before, "windows")[0]["minutes"], 60, "{before}");
    assert_eq!(rows(&before, "windows").len(), 5, "an hour a day until clocks go back");
    let warning = &rows(&before, "warnings")[0];
    assert_eq!(
        (&warning["minutes_before"], &warning["minutes_after"]),
        (&300.into(), &0.into()),
        "{warning}"
    );
    assert_eq!(warning["soon"], true, "within a week");
    assert!(word(warning, "text").contains("share no time"), "{warning}");
    let after = shared("2026-10-26T08:00:00Z");
    assert!(rows(&after, "windows").is_empty() && rows(&after, "warnings").is_empty(), "{after}");
    assert_eq!(ben.run(&["overlap", "nobody"]).code, 4);

    // The clock changes alone: of a pair, and of oneself and anybody within a week.
    let monday = [("TERN_NOW", "2026-10-19T08:00:00Z")];
    for who in [&["aiko"][..], &["me,aiko"], &[]] {
        let told = ben.json_with(&[&["overlap", "--clocks"], who].concat(), &monday, "");
        assert_eq!(rows(&told, "warnings")[0], *warning, "{who:?}");
    }
    let said = ben.plain_with(&["overlap", "--clocks", "aiko"], &monday).out;
    assert!(said.starts_with("Within a week: Clocks go back in Europe/London on Sun 25 Oct"), "{said}");
    let later = [("TERN_NOW", "2026-11-02T08:00:00Z")];
    let said = ben.plain_with(&["overlap", "--clocks", "aiko"], &later).out;
    assert_eq!(said, "No clock change in the next 8 weeks alters what they share.\n");
}

#[test]
fn a_task_that_comes_again_is_brought_up_to_date_in_one_step_and_moved_for_once() {
    let stage = Stage::new();
    let ben = stage.ben();
    let monday = [("TERN_NOW", "2026-11-23T12:00:00Z")];
    let task = ben.json_with(&["task", "new", "Water the plants ^2026-11-30"], &monday, "");
    let id = word(&task, "id");
    ben.json_with(&["task", "set", &id, "recur=every Monday 09:00 Europe/London"], &monday, "");
    let moved = ben.json_with(&["task", "set", &id, "due=2026-12-01"], &monday, "");
    assert!(word(&moved["recurs"], "moved_from").starts_with("2026-11-30T09:00"), "{moved}");
    assert_eq!(ben.run_with(&["task", "skip", &id], &monday).code, 2, "nothing was missed");

    let later = [("TERN_NOW", "2026-12-16T12:00:00Z")];
    let said = ben.plain_with(&["task", "show", &id], &later).out;
    assert!(said.contains("missed") && said.contains("3 times; `tern task skip`"), "{said}");
    let done = ben.json_with(&["task", "done", &id, "--skip-missed"], &later, "");
    assert_eq!(done["status"], "todo", "{done}");
    assert!(word(&done["due"], "value").starts_with("2026-12-21T09:00"), "{done}");
    let times = rows(&done["recurs"], "done_times");
    assert!(times.len() == 1 && word(&times[0], "time").starts_with("2026-12-14"), "{done}");
    let skipped = ben.json_with(&["task", "skip", &id, "--this"], &later, "");
    assert!(word(&skipped["due"], "value").starts_with("2026-12-28T09:00"), "{skipped}");
    let said = ben.plain_with(&["task", "show", &id], &later).out;
    assert!(said.contains("done") && said.contains("by Ben"), "{said}");
    assert!(rows(&ben.json(&["task", "list", "--where", "is:closed"]), "tasks").is_empty());
    assert!(ben.plain(&["task", "list", "--help"]).out.contains("not in is:closed"));
}

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261130\r\n\
    SUMMARY:St Andrew’s\r\n  Day\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20201225\r\n\
    DTEND;VALUE=DATE:20201227\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Christmas\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn holidays_out_of_a_calendar_move_what_may_be_expected_and_say_their_names() {
    let stage = Stage::new();
    let ben = stage.ben();
    let file = stage.path("holidays.ics");
    std::fs::write(&file, CALENDAR).unwrap();
    let friday = [("TERN_NOW", "2026-11-27T15:00:00Z")];
    let before = ben.json_with(&["when", "me"], &friday, "");
    assert!(word(&before, "standard_by").starts_with("2026-11-30T13:00"), "{before}");
    let path = file.to_string_lossy().into_owned();
    let set = ben.json_with(&["profile", "set", "--holidays", &path], &friday, "");
    let days: Vec<&str> = rows(&set, "holidays").iter().filter_map(|day| day.as_str()).collect();
    assert!(days.contains(&"2026-11-30 St Andrew’s Day") && days.contains(&"2027-12-26 Christmas"), "{set}");

    let after = ben.json_with(&["when", "me"], &friday, "");
    assert!(word(&after, "standard_by").starts_with("2026-12-01T13:00"), "{after}");
    assert_eq!(rows(&rows(&after, "people")[0], "holidays")[0], "2026-11-30 St Andrew’s Day");
    let strip = ben.json(&["strip", "--at", "2026-11-30T10:00:00Z"]);
    let away = word(&rows(&strip, "people")[0], "away");
    assert_eq!(away, "St Andrew’s Day until Tue 09:00", "{strip}");
    let overlap = ben.json_with(&["overlap", "me", "--weeks", "1"], &friday, "");
    assert!(rows(&overlap, "windows").iter().all(|window| window["date"] != "2026-11-30"), "{overlap}");
    assert_eq!(rows(&overlap, "holidays")[0]["why"], "St Andrew’s Day");
    let held = ben.json_with(&["inbox", "--notify"], &[("TERN_NOW", "2026-11-30T10:00:00Z")], "");
    assert_eq!(held["quiet"], true, "a holiday is no working time: {held}");

    let broken = CALENDAR.replace("DTEND;VALUE=DATE:20201227", "DTEND;VALUE=DATE:20201399");
    std::fs::write(&file, broken).unwrap();
    let refused = ben.run(&["profile", "set", "--holidays", &path]);
    assert_eq!(refused.code, 7, "{refused:?}");
    assert!(refused.err.contains("line 10") && refused.err.contains("holidays.ics"), "{refused:?}");
    assert_eq!(rows(&ben.json(&["profile", "show"]), "holidays").len(), days.len(), "nothing was changed");
    assert!(rows(&ben.json(&["profile", "set", "--no-holidays"]), "holidays").is_empty());
    let none = ben.json_with(&["when", "me"], &friday, "");
    assert_eq!(none["standard_by"], before["standard_by"]);
}

#[test]
fn a_computer_that_is_set_to_another_zone_is_asked_about_and_changes_nothing() {
    let stage = Stage::new();
    let ben = stage.ben();
    let show = |zone: &str| ben.json_with(&["profile", "show"], &[("TZ", zone)], "");
    for (zone, asked) in [("Asia/Tokyo", Some("Asia/Tokyo")), ("Europe/Jersey", None), ("UTC", None)] {
        let view = show(zone);
        assert_eq!(view["travelling"].as_str(), asked, "{zone}: {view}");
        assert_eq!(view["zone"], "Europe/London", "it changes nothing");
    }
    let plain = ben.plain_with(&["profile", "show"], &[("TZ", "Asia/Tokyo")]);
    assert!(plain.out.contains("Travelling?") && plain.out.contains("--zone Asia/Tokyo"), "{plain:?}");
}

#[test]
fn over_both_clock_changes_nothing_is_heard_outside_ones_hours() {
    let stage = Stage::new();
    let ben = stage.ben();
    ben.json(&[
        "profile",
        "set",
        "--hours",
        "Mon-Fri 09:00-17:30; Sun 00:30-03:00",
        "--checkins",
        "01:30,09:00",
    ]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    let (out, back) = (stage.arg("out.tern"), stage.arg("back.tern"));
    ben.json(&["bundle", "export", &out, "--all"]);
    let aiko = stage.empty_home("aiko");
    aiko.json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo", "--bundle", &out]);
    // Clocks go back on 25 Oct 2026 and forward on 28 Mar 2027, both at 01:00 UTC.
    for (title, said, table) in [
        (
            "Back",
            "2026-10-24T20:00:00Z",
            [
                ("2026-10-24T23:29:00Z", false),
                ("2026-10-24T23:31:00Z", false),
                ("2026-10-25T00:30:00Z", true),
                ("2026-10-25T02:59:00Z", true),
                ("2026-10-25T03:01:00Z", false),
            ],
        ),
        (
            "Forward",
            "2027-03-27T20:00:00Z",
            [
                ("2027-03-28T00:29:00Z", false),
                ("2027-03-28T00:45:00Z", false),
                // 01:30 does not exist on this day: it is 02:30.
                ("2027-03-28T01:29:00Z", false),
                ("2027-03-28T01:30:00Z", true),
                ("2027-03-28T02:01:00Z", false),
            ],
        ),
    ] {
        let ask = ["thread", "new", title, "--to", "Ben", "--intent", "question", "--body", "Is it late?"];
        aiko.json_with(&ask, &[("TERN_NOW", said)], "");
        aiko.json(&["bundle", "export", &back, "--all"]);
        ben.json_with(&["bundle", "import", &back], &[("TERN_NOW", said)], "");
        for (now, heard) in table {
            let view = ben.json_with(&["inbox", "--notify"], &[("TERN_NOW", now)], "");
            let is_heard = rows(&view, "notify").iter().any(|item| item["title"] == title);
            assert_eq!(is_heard, heard, "{title} at {now}: {view}");
        }
    }
}
