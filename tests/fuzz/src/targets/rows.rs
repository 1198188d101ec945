//! A store whose rows say something else: each value that lies in the file, and what a person types into search.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use tempfile::TempDir;
use tern_store::{Id, Id16, OpenOptions, SearchRow, Store, StoreError, VerdictFilter};

/// A store of version 2 that holds a row of everything.
const STORE: &[u8] = include_bytes!("../../../../crates/store/tests/golden/v2.db");
/// Rows of a table whose values are changed.
const ROWS: usize = 12;

/// One value in the file.
#[derive(Clone)]
struct Place {
    table: String,
    /// Primary key of its row.
    key: Vec<(String, Value)>,
    column: String,
}

/// What a store may hand out.
struct Honest {
    items: BTreeMap<Id, Vec<u8>>,
    snapshots: BTreeMap<Id16, Vec<u8>>,
    journal: Vec<String>,
    note: Option<Vec<u8>>,
}

/// A store in memory, and another hand in its file.
struct Desk {
    _folder: TempDir,
    raw: Connection,
    store: Store,
    places: Vec<Place>,
    honest: Honest,
}

thread_local! {
    static DESK: RefCell<Option<Desk>> = const { RefCell::new(None) };
}

fn with_desk(work: impl FnOnce(&mut Desk)) {
    DESK.with_borrow_mut(|desk| work(desk.get_or_insert_with(Desk::new)));
}

impl Desk {
    fn new() -> Desk {
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let folder = folder.expect("a temporary folder");
        let path = folder.path().join("store.db");
        std::fs::write(&path, STORE).expect("a copy");
        let mut store = Store::open_existing(&path, &OpenOptions::default()).expect("a store");
        for n in 0..20u8 {
            let body =
                format!("Plan {n}: wait for the café in 東京都, “quoted” words and re-entry. ").repeat(4);
            let row = SearchRow { doc: [n; 16], kind: "page", title: "Plan", body: &body };
            store.write(|txn| txn.index_text(&row)).expect("a text");
        }
        let raw = Connection::open(&path).expect("another hand");
        raw.execute_batch("PRAGMA synchronous=OFF").expect("no need to last");
        let places = places(&raw);
        assert!(places.len() > 200, "{} values", places.len());
        let honest = Honest::of(&store);
        Desk { _folder: folder, raw, store, places, honest }
    }
}

impl Honest {
    fn of(store: &Store) -> Honest {
        let items = store.items_after(0, 1 << 20).expect("items");
        let docs = store.docs().expect("documents");
        let snapshot = |doc: &Id16| store.snapshot(doc).ok().flatten().map(|bytes| (*doc, bytes));
        let journal = docs.iter().flat_map(|row| store.journal(&row.doc).expect("a journal").rows);
        Honest {
            items: items.into_iter().map(|item| (item.id, item.bytes)).collect(),
            snapshots: docs.iter().filter_map(|row| snapshot(&row.doc)).collect(),
            journal: journal.map(|row| row.op_json).collect(),
            note: store.meta("engine.note").expect("a setting"),
        }
    }
}

fn list<T: rusqlite::types::FromSql>(raw: &Connection, sql: &str) -> Vec<T> {
    let mut statement = raw.prepare(sql).expect("known tables");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|name| name.expect("a value")).collect()
}

/// Every value of the first rows of each table of ours. The tables of FTS5 are a cache made from the texts.
fn places(raw: &Connection) -> Vec<Place> {
    const OURS: &str =
        "SELECT name FROM sqlite_schema WHERE type='table' AND sql LIKE '%STRICT%' ORDER BY name";
    let mut found = Vec::new();
    for table in list::<String>(raw, OURS) {
        let columns: Vec<String> = list(raw, &format!("SELECT name FROM pragma_table_info('{table}')"));
        let key: Vec<String> =
            list(raw, &format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk"));
        let order = key.join(", ");
        let mut rows = raw
            .prepare(&format!("SELECT {order} FROM {table} ORDER BY {order} LIMIT {ROWS}"))
            .expect("a primary key");
        let read = |row: &rusqlite::Row<'_>| {
            key.iter().enumerate().map(|(n, name)| Ok((name.clone(), row.get(n)?))).collect()
        };
        let keys: Vec<Vec<(String, Value)>> =
            rows.query_map([], read).expect("rows").map(|key| key.expect("a key")).collect();
        for key in keys {
            let place =
                |column: &String| Place { table: table.clone(), key: key.clone(), column: column.clone() };
            found.extend(columns.iter().map(place));
        }
    }
    found
}

impl Place {
    fn condition(&self) -> String {
        let equal = self.key.iter().enumerate().map(|(n, (name, _))| format!("{name} = ?{}", n + 2));
        equal.collect::<Vec<_>>().join(" AND ")
    }

    fn read(&self, raw: &Connection) -> Option<Value> {
        let condition = self.condition();
        let sql = format!("SELECT {}, ?1 FROM {} WHERE {condition}", self.column, self.table);
        let values = std::iter::once(&Value::Null).chain(self.key.iter().map(|(_, value)| value));
        raw.prepare_cached(&sql).ok()?.query_row(params_from_iter(values), |row| row.get(0)).ok()
    }

    /// Writes a value; false where the table does not take it.
    fn write(&self, raw: &Connection, to: &Value) -> bool {
        let sql = format!("UPDATE {} SET {} = ?1 WHERE {}", self.table, self.column, self.condition());
        let values = std::iter::once(to).chain(self.key.iter().map(|(_, value)| value));
        let done = raw.prepare_cached(&sql).and_then(|mut update| update.execute(params_from_iter(values)));
        done.is_ok_and(|rows| rows == 1)
    }

    /// The same place once its value, which may be part of its key, is `to`.
    fn renamed(&self, to: &Value) -> Place {
        let mut place = self.clone();
        for (name, value) in &mut place.key {
            if *name == place.column {
                *value = to.clone();
            }
        }
        place
    }
}

/// Puts the bytes in place of one value, reads everything, and puts the value back. First two bytes: which value. What
/// comes out of the store is as it went in, or does not come out; nothing panics, and a check ends.
pub fn store_row(data: &[u8]) {
    let [low, high, bytes @ ..] = data else { return };
    with_desk(|desk| {
        let place = &desk.places[usize::from(u16::from_le_bytes([*low, *high])) % desk.places.len()];
        let Some(before) = place.read(&desk.raw) else { return };
        let number = bytes.iter().rev().fold(0i64, |n, b| n << 8 | i64::from(*b));
        let to = match &before {
            Value::Integer(_) => Value::Integer(number),
            Value::Text(_) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
            _ => Value::Blob(bytes.to_vec()),
        };
        if !place.write(&desk.raw, &to) {
            return;
        }
        read_all(&desk.store, &desk.honest);
        assert!(place.renamed(&to).write(&desk.raw, &before), "the value cannot be put back");
    });
}

fn read_all(store: &Store, honest: &Honest) {
    let _ = store.changed_elsewhere();
    for (id, bytes) in &honest.items {
        if let Ok(Some(found)) = store.item(id) {
            assert_eq!(found.bytes, *bytes, "another item's bytes are handed out");
        }
    }
    match store.items_after(0, 1 << 20) {
        Ok(items) => {
            for item in items {
                assert_eq!(honest.items.get(&item.id), Some(&item.bytes), "an item that nobody stored");
            }
        }
        Err(error) => assert!(!matches!(error, StoreError::Full), "{error}"),
    }
    for (doc, bytes) in &honest.snapshots {
        if let Ok(Some(snapshot)) = store.snapshot(doc) {
            assert_eq!(snapshot, *bytes, "another snapshot is handed out");
        }
        if let Ok(journal) = store.journal(doc) {
            assert!(journal.rows.iter().all(|row| honest.journal.contains(&row.op_json)));
        }
        let _ = (store.doc(doc), store.page(doc), store.task(doc), store.thread(doc), store.person(doc));
        let _ = (store.messages_of(doc), store.links_from(doc), store.attachments_of(doc), store.news(doc));
    }
    let _ = (store.docs(), store.peers(), store.own_feeds(), store.lanes(), store.rows_after(0, 100));
    let _ = (store.verdicts(&VerdictFilter::All), store.sidebar(), store.pages(), store.tasks());
    let _ =
        (store.saved_views(), store.threads(), store.marks(), store.search("plan", 10), store.templates());
    if let Ok(Some(value)) = store.meta("engine.note") {
        assert_eq!(Some(value), honest.note, "another setting is handed out");
    }
    let _ = store.scrub(0, 1000);
    let _ = store.check(&mut |_| Ok(Vec::new()));
}

/// What a person types into search is never an error.
pub fn search(data: &[u8]) {
    let typed = String::from_utf8_lossy(data);
    with_desk(|desk| {
        let hits = desk.store.search(&typed, 10);
        assert!(hits.as_ref().is_ok_and(|hits| hits.len() <= 10), "{typed:?}: {hits:?}");
    });
}
