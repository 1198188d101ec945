//! Expected-by in the terminal: the nine vectors, once with `--available` and once with `TERN_NOW`.

use crate::harness::{Home, Stage, word};

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
