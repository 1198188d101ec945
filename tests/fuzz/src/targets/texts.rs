//! What people type or paste: tickets, words, queries, recurrences, calendars, hours, links.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::civil::{Date, date};
use tern_interop::links::{BlobLink, PageLink};
use tern_model::capture::{capture, parse_date, parse_due};
use tern_model::hours::{TimeOff, Weekly, Zone, parse_checkins, print_checkins, read_holidays};
use tern_model::ids::{DocId, base32, normal_prefix, unbase32};
use tern_model::query::{Asker, More, Query, TaskRow};
use tern_model::recur::{Recurrence, read_typed};
use tern_model::task::{Priority, Status};
use tern_trust::recovery::{WORDS, entropy, words as words_of};
use tern_trust::ticket::{InviteTicket, LinkTicket, NodeTicket, TicketError, kind_of};

const TODAY: Date = date(2026, 11, 28);

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// A text as each kind of ticket, and the bytes as the content of each kind with a checksum that fits.
pub fn ticket(data: &[u8]) {
    let pasted = text(data);
    tickets(&pasted);
    for prefix in ["tern1", "ternlink1", "ternnode1"] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(prefix.as_bytes()).update(data);
        let sealed = [data, &hasher.finalize().as_bytes()[..4]].concat();
        let text = format!("{prefix}{}", data_encoding::BASE32_NOPAD.encode(&sealed).to_lowercase());
        let read = tickets(&text);
        if let Some((again, kinds)) = read {
            assert_eq!((again, kinds), (text, 1), "one meaning, one text");
        }
    }
}

/// What the text is read as, written again, and by how many readers.
fn tickets(text: &str) -> Option<(String, usize)> {
    let invite = InviteTicket::parse(text).map(|t| t.to_text());
    let link = LinkTicket::parse(text).map(|t| t.to_text());
    let node = NodeTicket::parse(text).map(|t| t.to_text());
    let all = [invite, link, node];
    let kind = kind_of(text);
    for read in all.iter().flatten() {
        assert_eq!(kind_of(read), kind);
    }
    for error in all.iter().filter_map(|read| read.as_ref().err()) {
        if let TicketError::Kind { found, wanted } = error {
            assert!(kind == Some(*found) && found != wanted);
        }
    }
    let kinds = all.iter().flatten().count();
    assert!(kinds <= 1, "one text is two tickets");
    all.into_iter().flatten().next().map(|text| (text, kinds))
}

/// Recovery words as written down.
pub fn words(data: &[u8]) {
    let typed = text(data);
    if let Ok(found) = entropy(&typed) {
        let again = words_of(&found);
        assert_eq!(again.split(' ').count(), WORDS);
        let lower = typed.to_lowercase();
        assert_eq!(lower.split_whitespace().collect::<Vec<_>>().join(" "), *again);
    }
    if let Ok(bytes) = <[u8; 32]>::try_from(data) {
        assert_eq!(entropy(&words_of(&bytes)).as_deref(), Ok(&bytes));
    }
}

/// A question about tasks: what is printed reads back the same, and answers for any task.
pub fn query(data: &[u8]) {
    let Ok(query) = Query::from_str(&text(data)) else { return };
    let printed = query.to_string();
    let again = Query::from_str(&printed);
    assert_eq!(again.as_ref(), Ok(&query), "{printed:?}");
    let asker = Asker { me: "b1".to_owned(), now_ms: 1_795_435_200_000, today: TODAY };
    for row in rows() {
        let holds = query.matches(&row, &asker);
        assert_eq!(Query::from_str(&printed).map(|again| again.matches(&row, &asker)), Ok(holds));
    }
    let _ = (query.terms(), query.one_project(), query.is_empty());
}

fn rows() -> [TaskRow; 2] {
    let plain = TaskRow {
        id: DocId([1; 16]),
        short_id: "7K3QX".to_owned(),
        title: "Fix “log in” – now".to_owned(),
        status: Status::Doing,
        priority: Priority::High,
        assignee: Some("b1".to_owned()),
        assignee_name: Some("Zoë Ångström".to_owned()),
        labels: vec!["auth".to_owned(), "日本".to_owned()],
        project: Some(DocId([2; 16])),
        project_name: Some("Web".to_owned()),
        due_ms: Some(1_795_000_000_000),
        due_date: Some(date(2026, 11, 20)),
        order: "a0".to_owned(),
        created_ms: 0,
        updated_ms: 0,
        conflicted: false,
        trashed: false,
        more: More::default(),
    };
    let values = BTreeMap::from([("Size".to_owned(), "L, XL".to_owned())]);
    let more = More { state: Some("Wait".to_owned()), blocked: true, values, ..More::default() };
    let edge = TaskRow {
        due_date: Some(Date::MAX),
        due_ms: Some(i64::MAX),
        assignee: None,
        trashed: true,
        more,
        ..plain.clone()
    };
    [plain, edge]
}

/// Recurrences as iCalendar and as typed: what is printed reads back the same, and times come in order.
pub fn recurrence(data: &[u8]) {
    const TIMES: usize = 12;
    let typed = text(data);
    let zone = Zone::utc();
    for read in [Recurrence::read(&typed).ok(), read_typed(&typed, TODAY, &zone).ok()].into_iter().flatten() {
        let printed = read.to_string();
        assert_eq!(Recurrence::read(&printed).as_ref(), Ok(&read), "{printed:?}");
        let times: Vec<_> = read.times().take(TIMES).collect();
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{printed}: {times:?}");
        assert_eq!(read.next_after(None), times.first().copied());
        let _ = read.words();
    }
}

/// A calendar of holidays.
pub fn ics(data: &[u8]) {
    const MOST_DAYS: usize = 1_024;
    match read_holidays(&text(data), TODAY) {
        Ok(found) => {
            assert!(!found.days.is_empty() && found.days.len() <= MOST_DAYS);
            for entry in found.entries() {
                assert!(!entry.contains(char::is_control), "{entry:?}");
                let (day, _) = entry.split_once(' ').unwrap_or((&entry, ""));
                let day: Date = day.parse().expect("a date");
                assert!((2025..=2031).contains(&day.year()));
            }
        }
        Err(error) => assert!(error.line >= 1),
    }
}

/// One line as everything that is typed in fields: a task, a date, hours, check-ins, time off, a zone, a moment, a project.
pub fn typed(data: &[u8]) {
    let line = text(data);
    let zone = Zone::get("Pacific/Apia").expect("a zone");
    let task = capture(&line, TODAY, &zone);
    assert!(task.title.len() <= line.len());
    let _ = (parse_due(&line, TODAY, &zone), parse_date(&line, TODAY), zone.moment(&line));
    if let Ok(hours) = Weekly::from_str(&line) {
        assert_eq!(Weekly::from_str(&hours.to_string()).as_ref(), Ok(&hours), "{hours}");
    }
    if let Ok(times) = parse_checkins(&line) {
        assert_eq!(parse_checkins(&print_checkins(&times)), Ok(times));
    }
    if let Ok(off) = TimeOff::parse(&line) {
        assert_eq!(TimeOff::parse(&off.to_string()).as_ref(), Ok(&off), "{off}");
    }
    if let Ok(zone) = Zone::get(&line) {
        assert!(Zone::get(zone.name()).is_ok());
    }
}

/// Addresses inside the workspace, and document ids.
pub fn link(data: &[u8]) {
    let href = text(data);
    if let Some(link) = PageLink::parse(&href) {
        assert_eq!(PageLink::parse(&link.href()), Some(link));
    }
    if let Some(link) = BlobLink::parse(&href) {
        assert_eq!(BlobLink::parse(&link.src()), Some(link));
    }
    if let Ok(id) = href.parse::<DocId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().starts_with(&id.short()));
    }
    if let Some(bytes) = unbase32(&href) {
        let again = base32(&bytes);
        assert_eq!(unbase32(&again), Some(bytes));
        assert!(normal_prefix(&href).expect("digits").starts_with(&again));
    }
}
