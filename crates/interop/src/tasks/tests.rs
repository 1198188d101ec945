use super::*;

fn table(text: &str) -> TaskTable {
    read(text.as_bytes(), &Options::default()).expect("a table")
}

fn tasks(table: &TaskTable) -> Vec<ImportedTask> {
    table.rows.iter().map(|row| table.task(&row.cells)).collect()
}

const LINEAR: &str = "\u{feff}\"ID\",\"Team\",\"Title\",\"Description\",\"Status\",\"Estimate\",\"Priority\",\"Project\",\"Assignee\",\"Labels\",\"Cycle Name\",\"Created\",\"Archived\",\"Due Date\",\"Parent issue\",\"UUID\",\"Blocked by\"\r\n\
    \"WEB-1\",\"Web\",\"Fix login\",\"First **line**\r\n\r\n- second, \"\"quoted\"\"\",\"In Progress\",\"3\",\"Urgent\",\"\",\"Aiko Tanaka\",\"auth, Bug\",\"Cycle 4\",\"Mon Jan 05 2026 09:00:00 GMT+0000 (Coordinated Universal Time)\",\"\",\"2026-12-01\",\"\",\"u-1\",\"WEB-2\"\r\n\
    \"WEB-2\",\"Web\",\"'=SUM(1)\",\"\",\"Triage\",\"\",\"No priority\",\"Launch\",\"\",\"\",\"\",\"\",\"\",\"Mon Jan 05 2026 00:00:00 GMT+0000 (Coordinated Universal Time)\",\"WEB-1\",\"u-2\"\r\n\
    \"WEB-3\",\"Web\",\"Old\",\"\",\"Done\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"2025-01-01\"\r\n";

#[test]
fn an_export_of_linear_is_read_by_the_names_of_its_columns() {
    let table = table(LINEAR);
    assert_eq!(table.source, Source::Linear);
    assert_eq!(table.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["u-1", "u-2"]);
    assert_eq!(table.refused, [(6, "“Old” is archived there".to_owned())]);
    let [first, second] = &tasks(&table)[..] else { panic!("two tasks") };
    assert_eq!((first.key.as_deref(), first.title.as_str()), (Some("WEB-1"), "Fix login"));
    assert_eq!(first.description, "First **line**\n\n- second, \"quoted\"");
    assert_eq!(
        first.status,
        Some(StatusWord { word: "In Progress".into(), status: Status::Doing, plain: true, given: false })
    );
    assert_eq!((first.priority, first.estimate), (Some(Priority::Urgent), Some(3)));
    assert_eq!((first.assignee.as_deref(), first.due.as_deref()), (Some("Aiko Tanaka"), Some("2026-12-01")));
    assert_eq!(
        (first.labels.clone(), first.blocked_by.clone()),
        (vec!["auth".into(), "Bug".into()], vec!["WEB-2".to_owned()])
    );
    // The team is the project of what has none; what the tool keeps for itself is no field.
    assert_eq!(first.project.as_deref(), Some("Web"));
    assert_eq!(first.own, BTreeMap::from([("Cycle Name".to_owned(), "Cycle 4".to_owned())]));
    assert_eq!((second.title.as_str(), second.project.as_deref()), ("=SUM(1)", Some("Launch")));
    assert_eq!(second.own, BTreeMap::from([("Team".to_owned(), "Web".to_owned())]));
    assert_eq!(
        second.status,
        Some(StatusWord { word: "Triage".into(), status: Status::Backlog, plain: false, given: false })
    );
    assert_eq!((second.due.as_deref(), second.parent.as_deref()), (Some("2026-01-05"), Some("WEB-1")));
}

#[test]
fn columns_that_come_several_times_are_all_read_and_the_place_of_a_column_says_nothing() {
    let table = table(
        "Summary,Issue key,Issue id,Status,Labels,Labels,Comment,Comment,Due Date,Description\n\
         Fix login,WEB-7,10007,Selected for Development,auth,web,one,two,11/May/24 03:26 PM,h2. *Not* Markdown\n",
    );
    assert_eq!((table.source, table.rows[0].id.as_str()), (Source::Jira, "10007"));
    let task = &tasks(&table)[0];
    assert_eq!(task.labels, ["auth", "web"]);
    assert_eq!(task.own, BTreeMap::from([("Comment".to_owned(), "one; two".to_owned())]));
    assert_eq!((task.due.as_deref(), task.key.as_deref()), (Some("2024-05-11"), Some("WEB-7")));
    assert_eq!(table.blocks(&task.description)[0].text(), "h2. *Not* Markdown");
}

#[test]
fn issues_of_two_projects_of_gitlab_are_not_one() {
    let file = |project: &str| {
        let row = format!("Fix,Text,1,https://git.example/{project}/-/issues/1,Open,,,ann,{project}\n");
        format!("Title,Description,Issue ID,URL,State,Author,Milestone,Assignee Username,Labels\n{row}")
    };
    let (one, other) = (table(&file("a")), table(&file("b")));
    assert_eq!((one.source, other.source), (Source::GitLab, Source::GitLab));
    assert_ne!(one.rows[0].id, other.rows[0].id);
    let task = &tasks(&one)[0];
    assert_eq!(
        (task.key.as_deref(), task.status.as_ref().map(|word| word.status)),
        (Some("1"), Some(Status::Todo))
    );
}

#[test]
fn any_table_with_titles_is_read_and_a_person_says_what_its_columns_hold() {
    let text = "Our tasks\n\nWhat;Wer;Bis;Stand\nDach;Ben;24.12.2026;offen\nDach;;1.2.2027;fertig\n;Ben;;\n";
    assert!(matches!(read(text.as_bytes(), &Options::default()), Err(TableError::NoTitle(_))));
    let options = Options {
        columns: vec![
            (Field::Title, "what".into()),
            (Field::Assignee, "Wer".into()),
            (Field::Due, "Bis".into()),
            (Field::Status, "Stand".into()),
        ],
        statuses: vec![("Fertig".into(), Status::Done)],
        ..Options::default()
    };
    let table = read(text.as_bytes(), &options).expect("a table");
    assert_eq!(table.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["Dach", "Dach (2)"]);
    assert_eq!(table.refused, [(6, "it has no title".to_owned())]);
    let tasks = tasks(&table);
    assert_eq!((tasks[0].due.as_deref(), tasks[1].due.as_deref()), (Some("2026-12-24"), Some("2027-02-01")));
    assert_eq!(tasks[1].status.as_ref().map(|word| word.status), Some(Status::Done));
    let missing = Options { columns: vec![(Field::Due, "Wann".into())], ..Options::default() };
    assert!(matches!(read(text.as_bytes(), &missing), Err(TableError::NoColumn(..))));
}

#[test]
fn dates_are_read_in_the_order_that_their_column_shows() {
    let due = |cells: &[&str], given: Option<DateOrder>| {
        let rows: String = cells.iter().map(|cell| format!("t,\"{cell}\"\n")).collect();
        let options = Options { dates: given, ..Options::default() };
        let table = read(format!("Title,Due\n{rows}").as_bytes(), &options).expect("a table");
        let found = tasks(&table).into_iter().map(|task| task.due.unwrap_or_default()).collect::<Vec<_>>();
        (found, table.dates, table.dates_guessed)
    };
    let days = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let (found, order, guessed) = due(&["05/06/2020", "03/20/2020"], None);
    assert_eq!((found, order, guessed), (days(&["2020-05-06", "2020-03-20"]), Some(DateOrder::Mdy), false));
    let (found, order, guessed) = due(&["05/06/2020", "20/03/2020"], None);
    assert_eq!((found, order, guessed), (days(&["2020-06-05", "2020-03-20"]), Some(DateOrder::Dmy), false));
    let (found, _, guessed) = due(&["05/06/2020"], None);
    assert_eq!((found, guessed), (days(&["2020-05-06"]), true));
    let (found, _, guessed) = due(&["05/06/2020"], Some(DateOrder::Dmy));
    assert_eq!((found, guessed), (days(&["2020-06-05"]), false));
    let usual = [
        "2026-12-01",
        "2026-12-01T23:30:00-08:00",
        "2026/12/01 10:00",
        "Dec 1, 2026",
        "1 December 2026",
        "1st Dec 26",
        "Tue Dec 01 2026 00:00:00 GMT+0000",
        "01.12.2026",
        "20261201",
    ];
    assert_eq!(due(&usual, None).0, vec!["2026-12-01"; usual.len()]);
    // What is no day stays as it was written, and none is made up.
    let strange = ["tomorrow", "2026-02-30", "99999999", "12", "1/2/3/4", "ſep 1 2026"];
    let table = read(
        format!("Title,Due\n{}", strange.map(|s| format!("t,{s}\n")).concat()).as_bytes(),
        &Options::default(),
    )
    .expect("a table");
    for (task, text) in tasks(&table).iter().zip(strange) {
        assert!(
            task.due.is_some() || task.own.get("Due").is_some_and(|kept| kept == text),
            "{text}: {task:?}"
        );
    }
    assert_eq!(tasks(&table)[1].due, None);
}

#[test]
fn what_a_status_is_called_says_what_it_means() {
    let all = [
        ("Backlog", Status::Backlog, true),
        ("To Do", Status::Todo, true),
        ("In-Progress", Status::Doing, true),
        ("Closed", Status::Done, true),
        ("Won't do", Status::Cancelled, true),
        ("Ready for QA", Status::Todo, false),
        ("QA", Status::Review, false),
        ("Duplicate", Status::Cancelled, false),
        ("Shipped", Status::Done, false),
        ("In Development", Status::Doing, false),
        ("Selected", Status::Todo, false),
        ("未着手", Status::Todo, false),
    ];
    for (word, status, plain) in all {
        assert_eq!(words::status(word), (status, plain), "{word}");
    }
}

#[test]
fn wide_text_is_read_and_what_is_no_table_is_told() {
    let wide: Vec<u8> = [0xfeff_u16]
        .into_iter()
        .chain("Title\tState\nDach\tdone\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let table = read(&wide, &Options::default()).expect("a table");
    assert_eq!(tasks(&table)[0].title, "Dach");
    let fails = |bytes: &[u8]| read(bytes, &Options::default()).expect_err("no table");
    assert_eq!(fails(b""), TableError::Empty);
    assert_eq!(fails(b"\n\n \n"), TableError::Empty);
    assert_eq!(fails(b"Title,\xff\n"), TableError::NotText);
    assert_eq!(fails(b"\xff\xfe\x00"), TableError::NotText);
    assert_eq!(fails(b"TYPE,CONTENT,DESCRIPTION\ntask,a,\n"), TableError::NotRead("Todoist"));
    assert_eq!(fails(&vec![b','; MAX_FILE_BYTES + 1]), TableError::TooLarge);
    let many = format!("Title,{}\na\n", ",".repeat(MAX_COLUMNS));
    assert_eq!(fails(many.as_bytes()), TableError::TooManyColumns);
    let long = format!("Title,x\n{}", "a,b\n".repeat(MAX_ROWS + 1));
    assert_eq!(fails(long.as_bytes()), TableError::TooManyRows);
    assert_eq!(
        read(long.replacen("a,b\n", "", 1).as_bytes(), &Options::default()).expect("a table").rows.len(),
        MAX_ROWS
    );
}

#[test]
fn a_row_of_the_table_is_not_taken_for_its_header_and_what_stands_above_it_may_be_anything() {
    let german = "Titel,Vorgangstyp,Status\nLogin,Task,Offen\nDach,Bug,Offen\n";
    assert!(matches!(read(german.as_bytes(), &Options::default()), Err(TableError::NoTitle(_))));
    let sheet = "https://example.org/sheet,,\nBoard,today,\n\nName,Notes,Due Date\nRope,strong,2026-12-24\n";
    let table = table(sheet);
    assert_eq!((table.rows.len(), table.rows[0].line), (1, 5));
    assert_eq!(tasks(&table)[0].title, "Rope");
}

#[test]
fn a_small_file_cannot_ask_for_much() {
    let fails = |text: String| read(text.as_bytes(), &Options::default()).expect_err("no table");
    let name = |n: usize| "n".repeat(n);
    assert_eq!(fails(format!("Title,{}\na,b\n", name(MAX_NAME_CHARS + 1))), TableError::LongName);
    assert!(read(format!("Title,{}\na,b\n", name(MAX_NAME_CHARS)).as_bytes(), &Options::default()).is_ok());
    assert_eq!(fails(format!("Title,x\n{}\n", "a,".repeat(MAX_COLUMNS + 1))), TableError::TooManyColumns);
    let row = format!("{}\n", ["a"; 1000].join(","));
    let full = format!("Title{}\n{}", ",x".repeat(999), row.repeat(MAX_CELLS / 1000));
    assert_eq!(read(full.as_bytes(), &Options::default()).expect("a table").rows.len(), MAX_CELLS / 1000);
    assert_eq!(fails(full + "a,b\n"), TableError::TooManyCells);
    let labels: Vec<String> = (0..50_000).map(|n| n.to_string()).collect();
    let table = table(&format!("Title,Labels\na,\"{0},{0}\"\n", labels.join(",")));
    assert_eq!(tasks(&table)[0].labels.len(), labels.len());
}
