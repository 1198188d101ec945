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
}
