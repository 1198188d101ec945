//! Tests of queries, groups and orders.

use super::*;
use crate::ids::Class;

fn row(n: u8, title: &str) -> TaskRow {
    TaskRow {
        id: DocId::new(Class::Content, [n; 15]),
        short_id: format!("7K3Q{n}"),
        title: title.to_owned(),
        status: Status::Todo,
        priority: Priority::None,
        assignee: None,
        assignee_name: None,
        labels: Vec::new(),
        project: None,
        project_name: None,
        due_ms: None,
        due_date: None,
        order: format!("V{n}"),
        created_ms: i64::from(n),
        updated_ms: -i64::from(n),
        conflicted: false,
        trashed: false,
        more: More::default(),
    }
}

fn due(mut task: TaskRow, date: &str) -> TaskRow {
    let date: Date = date.parse().unwrap();
    task.due_ms = Some(crate::hours::Zone::utc().instant_of(date, 1440));
    task.due_date = Some(date);
    task
}

/// 1 Aiko's login task, 2 a finished one of Ben, 3 one without anything, 4 in the trash, 5 overdue, 6 in conflict.
fn tasks() -> Vec<TaskRow> {
    let web = (Some(DocId::new(Class::Content, [99; 15])), Some("Web site".to_owned()));
    let mut tasks: Vec<TaskRow> = Vec::new();
    let mut one = due(row(1, "Fix the Log In page"), "2026-12-01");
    (one.priority, one.labels) = (Priority::High, vec!["auth".into(), "Bug".into()]);
    (one.assignee, one.assignee_name) = (Some("a1".into()), Some("Aiko Tanaka".into()));
    (one.project, one.project_name) = web.clone();
    tasks.push(one);
    let mut two = due(row(2, "Ship http://example.com"), "2026-11-01");
    (two.status, two.priority, two.labels) = (Status::Done, Priority::Urgent, vec!["bug".into()]);
    (two.assignee, two.assignee_name) = (Some("b2".into()), Some("Ben".into()));
    tasks.push(two);
    tasks.push(row(3, "Draft a plan"));
    tasks.push(TaskRow { trashed: true, ..row(4, "Thrown away") });
    let mut five = due(row(5, "Renew the certificate"), "2026-11-20");
    (five.status, five.priority) = (Status::Doing, Priority::Low);
    tasks.push(five);
    let mut six = due(row(6, "Write notes"), "2026-11-26");
    (six.status, six.conflicted) = (Status::Review, true);
    (six.project, six.project_name) = web;
    tasks.push(six);
    tasks
}

fn asker() -> Asker {
    let now_ms = crate::hours::Zone::utc().moment("2026-11-26T12:00Z").unwrap();
    Asker { me: "a1".into(), now_ms, today: "2026-11-26".parse().unwrap() }
}

fn found(query: &Query) -> String {
    let ids = tasks().into_iter().filter(|task| query.matches(task, &asker()));
    ids.map(|task| task.id.0[1].to_string()).collect::<Vec<_>>().join("")
}

#[test]
fn queries_find_what_they_say_and_read_back_as_printed() {
    let cases = [
        ("", "12356"),
        ("is:open", "1356"),
        ("is:closed", "2"),
        ("-is:open", "2"),
        ("is:overdue", "5"),
        ("is:unassigned", "356"),
        ("is:conflicted", "6"),
        ("is:trashed", "4"),
        ("-is:trashed", "12356"),
        ("is:overdue,conflicted", "56"),
        ("status:doing", "5"),
        ("status:doing,Review", "56"),
        ("-status:todo is:open", "56"),
        ("priority:high", "1"),
        ("priority:>=high", "12"),
        ("priority:<low", "36"),
        ("priority:none,low", "356"),
        ("assignee:me", "1"),
        ("assignee:@me", "1"),
        ("assignee:none", "356"),
        ("assignee:tanaka", "1"),
        ("assignee:\"Aiko Tanaka\",ben", "12"),
        ("assignee:b2", "2"),
        ("label:bug", "12"),
        ("label:auth label:bug", "1"),
        ("label:none", "356"),
        ("project:\"web site\"", "16"),
        ("project:none", "235"),
        ("due:<2026-12-01", "256"),
        ("due:<=2026-12-01", "1256"),
        ("due:2026-12-01", "1"),
        ("due:>2026-11-20", "16"),
        ("due:today", "6"),
        ("due:<today", "25"),
        ("due:yesterday", ""),
        ("due:week", "16"),
        ("due:<=+5d", "1256"),
        ("due:<+757w", "1256"),
        ("due:none", "3"),
        ("due:any -is:closed", "156"),
        ("log", "1"),
        ("\"log in\"", "1"),
        ("-draft is:open", "156"),
        ("-\"log in\" is:open", "356"),
        ("http://example.com", "2"),
        ("7k3q5", "5"),
        ("due:", ""),
        ("project:\"\"", ""),
        ("label:,\"\",", ""),
        ("assignee:@", ""),
        ("is:open assignee:me label:auth due:<2026-12-02 \"log in\" -draft", "1"),
    ];
    for (text, wanted) in cases {
        let query: Query = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(found(&query), wanted, "{text}");
        let again: Query = query.to_string().parse().unwrap_or_else(|e| panic!("{query}: {e}"));
        assert_eq!(again, query, "{text}");
    }
}

#[test]
fn what_an_operator_does_not_know_is_refused_with_what_it_takes() {
    for text in [
        "is:sleeping",
        "status:started",
        "priority:7",
        "due:someday",
        "due:<soon",
        "is:open,x",
        "\"open",
        "a:\"b",
    ] {
        let error = text.parse::<Query>().unwrap_err().to_string();
        assert!(error.contains("takes") || error.contains("quote"), "{text}: {error}");
    }
    assert_eq!("x ".repeat(3_000).parse::<Query>(), Err(QueryError::TooLong));
    assert_eq!("x ".repeat(100).parse::<Query>(), Err(QueryError::TooLong));
}

#[test]
fn groups_come_in_the_order_they_are_shown() {
    let cases = [
        ("status", "Todo:13 Doing:5 Review:6 Done:2"),
        ("priority", "Urgent:2 High:1 Low:5 None:36"),
        ("assignee", "Aiko Tanaka:1 Ben:2 None:356"),
        ("label", "Bug:1 auth:1 bug:2 None:356"),
        ("project", "Web site:16 None:235"),
        ("due", "Overdue:25 Today:6 This week:1 None:3"),
        ("none", "All:12356"),
    ];
    for (by, wanted) in cases {
        let by: GroupBy = by.parse().unwrap();
        let mut groups: std::collections::BTreeMap<GroupKey, String> = std::collections::BTreeMap::new();
        for task in tasks().iter().filter(|task| !task.trashed) {
            for key in by.keys(task, &asker()) {
                groups.entry(key).or_default().push_str(&task.id.0[1].to_string());
            }
        }
        let shown: Vec<String> = groups.iter().map(|(key, ids)| format!("{}:{ids}", key.title())).collect();
        assert_eq!(shown.join(" "), wanted, "{by:?}");
    }
    assert!("size".parse::<GroupBy>().is_err());
}

#[test]
fn orders_are_total_and_tasks_without_the_property_stay_last() {
    let cases = [
        ("", "123456"),
        ("-order", "654321"),
        ("due", "256134"),
        ("-due", "165234"),
        ("priority", "215346"),
        ("-priority", "346512"),
        ("status", "134562"),
        ("title", "315246"),
        ("assignee", "123456"),
        ("-assignee", "213456"),
        ("created", "654321"),
        ("updated", "123456"),
    ];
    for (by, wanted) in cases {
        let sort: Sort = by.parse().unwrap();
        let mut list = tasks();
        list.reverse();
        list.sort_by(|a, b| sort.compare(a, b));
        let ids: String = list.iter().map(|task| task.id.0[1].to_string()).collect();
        assert_eq!(ids, wanted, "{by}");
    }
    assert!("size".parse::<Sort>().is_err());
}
