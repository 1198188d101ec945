//! What lies in the canned workspace.

use std::collections::BTreeMap;

use tern_model::block::{Align, Block, BlockKind, Container, Inline, Link, Marks, Table};
use tern_model::hours::{self, HOUR_MS, ProfileText, Span, Zone};
use tern_peer::{
    AttachmentView, ConflictView, DueView, HistoryView, MemberView, OnlyHere, PageView, PeerState,
    ProfileView, STRIP_HOURS, SessionView, SpanView, StatusView, StripPerson, StripView, TaskView,
};

use super::paper::Paper;
use super::{NOW_MS, World, access, threads};

pub(super) fn page(
    id: &str,
    title: &str,
    parent: Option<&str>,
    blocks: Vec<Block>,
) -> (PageView, Option<String>, Paper) {
    let markers = (0..blocks.len()).map(|n| format!("{id}-{n}")).collect();
    let view = PageView {
        id: id.into(),
        title: title.into(),
        blocks,
        markers,
        marks: Vec::new(),
        fields: BTreeMap::new(),
        conflicts: Vec::new(),
        heads: "p0".into(),
        trashed: false,
        attachments: Vec::new(),
        delivery: vec!["Saved here 15:08".into(), "node up to 14:01".into()],
    };
    let paper = Paper::of(&view.blocks);
    (view, parent.map(str::to_owned), paper)
}

pub(super) fn task(id: &str, title: &str, status: &str, priority: &str) -> TaskView {
    TaskView {
        id: id.into(),
        short_id: format!("WEB-{}", id.to_uppercase()),
        title: title.into(),
        status: status.into(),
        priority: priority.into(),
        ..TaskView::default()
    }
}

pub(super) fn person(id: &str, name: &str, zone: &str, time: &str, working: bool) -> ProfileView {
    let (hours, checkins) = match id {
        "aiko" => ("Mon-Fri 09:00-18:00", "09:00,13:00,16:00"),
        "carla" => ("Mon-Fri 08:00-16:00", "09:00,13:00,15:00"),
        "dev" => ("Mon-Fri 10:00-19:00", "10:00,14:00,17:00"),
        "mia" => ("Mon-Fri 08:00-12:00,14:00-18:00", "09:00,14:00,17:00"),
        _ => ("Mon-Fri 09:00-17:30", "09:00,13:00,16:00"),
    };
    ProfileView {
        focus_until: None,
        id: id.into(),
        name: name.into(),
        zone: zone.into(),
        hours: hours.into(),
        checkins: checkins.into(),
        off: Vec::new(),
        local: if time.contains(' ') { time.into() } else { format!("Tue {time}") },
        working,
        holidays: Vec::new(),
        travelling: None,
    }
}

pub(super) fn member(person: &ProfileView) -> MemberView {
    MemberView {
        id: person.id.clone(),
        name: person.name.clone(),
        role: "writer".into(),
        zone: person.zone.clone(),
        devices: 1,
        state: "active".into(),
        me: person.id == "me",
    }
}

pub(super) fn history() -> HistoryView {
    let session = |author: &str, from: &str, to: &str, changes| SessionView {
        author: author.into(),
        from: from.into(),
        to: to.into(),
        heads: format!("{author}{from}"),
        mine: author == "Ben",
        changes,
        ..SessionView::default()
    };
    HistoryView {
        sessions: vec![
            session("Ben", "2026-11-20T11:04:00Z", "2026-11-20T11:04:20Z", 1),
            session("Aiko", "2026-11-23T06:20:00Z", "2026-11-23T06:41:00Z", 2),
            session("Mia", "2026-11-24T13:10:00Z", "2026-11-24T13:28:00Z", 3),
            session("Ben", "2026-11-24T14:02:00Z", "2026-11-24T15:08:00Z", 2),
        ],
    }
}

fn marked(text: &str, marks: Marks) -> Inline {
    Inline::Text { text: text.into(), marks }
}

fn decision_page() -> Vec<Block> {
    let text = |text: &str| Block::plain(BlockKind::Paragraph, text);
    let heading = |text: &str| Block::plain(BlockKind::Heading { level: 2 }, text);
    let item = |checked, text: &str| Block::plain(BlockKind::TaskItem { checked, loose: false }, text);
    let cell = |text: &str| if text.is_empty() { Vec::new() } else { vec![Inline::text(text)] };
    let row = |cells: [&str; 4]| cells.iter().map(|text| cell(text)).collect::<Vec<_>>();
    let table = Table {
        align: vec![Align::Left, Align::Right, Align::Right, Align::Left],
        rows: vec![
            row(["Tablet", "Records", "Index", "Measured by"]),
            row(["T1, 2019", "18,400", "31 MB", "Mia, 19 Nov"]),
            row(["T2, 2022", "18,400", "31 MB", "Mia, 19 Nov"]),
            row(["T3, 2024", "42,000", "70 MB", "Dev, 20 Nov"]),
        ],
    };
    let link =
        Marks { link: Some(Link { href: "tern:launch".into(), title: String::new() }), ..Marks::default() };
    let mut first = text("");
    first.inline = vec![
        Inline::text(
            "Surveyors lose signal for up to six hours. Today every search in Field kit asks the server, so \
                      the tool goes blank exactly when someone stands in front of the thing they need to look up. ",
        ),
        marked("41 of 112 searches failed", Marks { strong: true, ..Marks::default() }),
        Inline::text(" last week in Lagos; see the "),
        marked("launch plan", link),
        Inline::text("."),
    ];
    let mut second = text("");
    second.inline = vec![
        Inline::text("We build the index on the tablet, from the records it "),
        marked("already", Marks { em: true, ..Marks::default() }),
        Inline::text(" holds, with "),
        marked("fts5", Marks { code: true, ..Marks::default() }),
        Inline::text("."),
    ];
    let quote = Block {
        parents: vec![Container::Quote],
        ..text("The screen says so, and searching titles works meanwhile.")
    };
    vec![
        first,
        second,
        quote,
        heading("What has to happen"),
        item(true, "Measure index size on the three oldest tablets"),
        item(false, "Write the fallback notice in all four languages"),
        Block { parents: vec![Container::Bullet], ..item(false, "Ask Aiko about the Japanese one") },
        heading("Size and cost"),
        Block::plain(BlockKind::Table { table }, ""),
        Block::plain(
            BlockKind::Code { language: "sql".into() },
            "-- one table a space; rebuilt, never synced\nCREATE VIRTUAL TABLE records_fts USING fts5(title, body);",
        ),
        Block::plain(BlockKind::OrderedItem { start: Some(1), loose: false }, "Build it in the background"),
        Block::plain(BlockKind::OrderedItem { start: None, loose: false }, "Stop asking the server"),
        Block::plain(BlockKind::Divider, ""),
        text("Decided by Carla, Aiko and Mia."),
    ]
}

fn sample_tasks() -> Vec<TaskView> {
    let due = |words: &str| Some(DueView { yours: words.into(), ..DueView::default() });
    let with = |mut task: TaskView, person: &str, id: &str, when: &str, labels: &[&str]| {
        task.assignee = Some(person.into());
        task.assignee_id = Some(id.into());
        task.due = due(when);
        task.labels = labels.iter().map(|label| (*label).to_owned()).collect();
        task
    };
    let mut kept = with(
        task("m4a7k", "Stop asking the server when there is no signal", "review", "high"),
        "Aiko",
        "aiko",
        "Tue 24 Nov",
        &["offline"],
    );
    kept.conflicts = vec![ConflictView {
        field: "status".into(),
        value: "done".into(),
        author: "Dev".into(),
        when: "2026-11-24T13:05:00Z".into(),
    }];
    vec![
        with(
            task("5pz0n", "Empty result says when the index was last built", "doing", "medium"),
            "Ben",
            "me",
            "Today 17:30",
            &["search", "copy"],
        ),
        with(
            task("7k3qx", "Build the index in the background, 50 records at a time", "doing", "high"),
            "Dev",
            "dev",
            "Wed 25 Nov 13:30",
            &["offline", "search"],
        ),
        kept,
        with(
            task("x3b9g", "Index survives a power cut", "review", "urgent"),
            "Dev",
            "dev",
            "Thu 26 Nov 10:00",
            &["offline"],
        ),
        with(
            task("9dm2a", "Write the fallback notice in all four languages", "todo", "medium"),
            "Carla",
            "carla",
            "Thu 26 Nov 00:00",
            &["offline", "copy"],
        ),
        with(
            task("4ht8v", "Search results: show which tablet a record came from", "todo", "low"),
            "Mia",
            "mia",
            "Fri 27 Nov",
            &["search"],
        ),
        task("81xje", "Remove the old server search flag", "backlog", "none"),
        with(
            task("6yq2d", "Measure index size on the three oldest tablets", "done", "medium"),
            "Mia",
            "mia",
            "Thu 19 Nov",
            &["search"],
        ),
    ]
}

pub(super) fn sample_world() -> World {
    let text = |text: &str| vec![Block::plain(BlockKind::Paragraph, text)];
    let mut decision = page("decision", "Keep the search index on the device", Some("web"), decision_page());
    decision.0.conflicts = vec![ConflictView {
        field: "title".into(),
        value: "Index on the tablet".into(),
        author: "Aiko".into(),
        when: "2026-11-24T09:10:00Z".into(),
    }];
    decision.0.attachments = vec![AttachmentView {
        hash: "ab".into(),
        name: "lagos-survey.pdf".into(),
        bytes: 482_113,
        here: true,
    }];
    let peer = |name: &str, kind: &str, has, at: &str| PeerState {
        name: name.into(),
        kind: kind.into(),
        has,
        of: 41,
        all: has == 41,
        last_contact: Some(at.into()),
        ..PeerState::default()
    };
    World {
        people: vec![
            person("me", "Ben", "Europe/London", "15:10", true),
            person("aiko", "Aiko", "Asia/Tokyo", "Wed 00:10", false),
            person("carla", "Carla", "America/Los_Angeles", "07:10", false),
            person("dev", "Dev", "Asia/Kolkata", "20:40", false),
            person("mia", "Mia", "Africa/Lagos", "16:10", true),
        ],
        pages: vec![
            page("web", "Web", None, text("Home of the web team.")),
            decision,
            page("launch", "Launch plan, 3.2", Some("web"), text("Ferry first, then Lagos.")),
            page("notes", "Accessibility notes", Some("web"), text("Contrast is measured.")),
            page("kit", "Field kit", None, text("All about the kit.")),
            page("battery", "Battery tests, Lagos", Some("kit"), text("The search drains it.")),
            page("team", "Team", None, Vec::new()),
            page("budget", "Budget 2027", None, text("Tablets first.")),
        ],
        access: access::sample(),
        backups: super::backups::Backups::sample(),
        talks: threads::sample(),
        tasks: sample_tasks(),
        status: StatusView {
            only_here: OnlyHere { items: 3, since: Some("2026-11-24T14:02:00Z".into()) },
            peers: vec![
                peer("node", "node", 38, "2026-11-24T14:01:00Z"),
                peer("Aiko’s laptop", "laptop", 30, "2026-11-24T09:12:00Z"),
            ],
            ..StatusView::default()
        },
        ..World::default()
    }
}

/// The strip of people as the engine would answer.
pub fn strip(people: &[ProfileView]) -> StripView {
    let (before, after) = STRIP_HOURS;
    let span = Span { from_ms: NOW_MS - before * HOUR_MS, until_ms: NOW_MS + after * HOUR_MS };
    let row = |person: &ProfileView| {
        let text = ProfileText {
            zone: &person.zone,
            hours: &person.hours,
            checkins: Some(&person.checkins),
            ..ProfileText::default()
        };
        let hours = hours::Profile::read(&text).expect("a profile");
        let (zone, part) = (&hours.zone, hours.day_part(span, NOW_MS));
        let stamp = |at: i64| zone.rfc9557(at);
        StripPerson {
            focus_until: None,
            id: person.id.clone(),
            name: person.name.clone(),
            zone: person.zone.clone(),
            offset_minutes: zone.offset_s(NOW_MS) / 60,
            me: person.id == "me",
            local: person.local.clone(),
            working: person.working,
            hours: part
                .work
                .iter()
                .map(|w| SpanView { from: stamp(w.from_ms), until: stamp(w.until_ms) })
                .collect(),
            checkins: part.checkins.into_iter().map(stamp).collect(),
            next_checkin: part.next_checkin_ms.map(stamp),
            away: None,
        }
    };
    let mut people: Vec<StripPerson> = people.iter().map(row).collect();
    people.sort_by_key(|person| -person.offset_minutes);
    let mine = Zone::get("Europe/London").expect("a zone");
    let [at, from, until] = [NOW_MS, span.from_ms, span.until_ms].map(|at| mine.rfc9557(at));
    StripView {
        at,
        from,
        until,
        people,
        zone_data: hours::tzdb_version().to_owned(),
        zone_data_differs: String::new(),
    }
}
