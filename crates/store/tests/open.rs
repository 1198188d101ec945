//! Opening: what is there is opened, what is not ours is left alone, and every refusal says what to do.

mod support;

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use support::{Home, ROOT, insert, made};
use tern_store::{OpenOptions, PAGE_BYTES, STORE_VERSION, Store, StoreError, StoreId};

fn refusal(path: &Path) -> StoreError {
    let before = fs::read(path).ok();
    let error = Store::open_existing(path, &OpenOptions::default()).expect_err("must not open");
    assert_eq!(fs::read(path).ok(), before, "a refused file is unchanged");
    error
}

#[test]
fn what_is_not_a_whole_store_of_ours_is_refused_and_left_as_it_was() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &(0..500).map(|n| made(n, ROOT, 20_000)).collect::<Vec<_>>());
    store.checkpoint(true).expect("checkpoint");
    drop(store);
    let whole = fs::read(home.path()).expect("store bytes");
    let foreign = home.folder.path().join("foreign.db");
    Connection::open(&foreign).and_then(|c| c.execute_batch("CREATE TABLE t (x)")).expect("foreign database");

    let folder = home.folder.path().to_owned();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes).expect("write");
        path
    };
    type Expected = fn(&StoreError) -> bool;
    let not_a_store: Expected = |e| matches!(e, StoreError::NotAStore { .. });
    let truncated: Expected = |e| matches!(e, StoreError::Truncated { .. });
    let cases: Vec<(&str, std::path::PathBuf, Expected)> = vec![
        ("nothing there", folder.join("absent.db"), |e| matches!(e, StoreError::Missing { .. })),
        ("a folder", folder.clone(), not_a_store),
        ("an empty file", file("empty.db", b""), not_a_store),
        ("a text", file("text.db", b"# Shopping list, and quite a long one at that"), not_a_store),
        ("a short text", file("short.db", b"hi"), not_a_store),
        ("another program's database", foreign, not_a_store),
        ("the magic alone", file("magic.db", &whole[..16]), truncated),
        ("half a header", file("header.db", &whole[..60]), truncated),
        ("half a store", file("half.db", &whole[..whole.len() / 2]), truncated),
        ("all but a page", file("page.db", &whole[..whole.len() - PAGE_BYTES as usize]), truncated),
    ];
    for (name, path, expected) in cases {
        let error = refusal(&path);
        assert!(expected(&error), "{name}: {error:?}");
        assert!(error.to_string().contains('.'), "{name} is said in sentences: {error}");
    }
    assert!(!folder.join("absent.db").exists(), "opening never creates");
    assert_eq!(home.open().count(&ROOT).expect("count"), 500, "the whole one still opens");
}

#[test]
fn a_newer_store_says_which_tern_it_needs_and_is_not_changed() {
    let home = Home::new();
    home.create().checkpoint(true).expect("checkpoint");
    let conn = Connection::open(home.path()).expect("raw");
    conn.pragma_update(None, "user_version", STORE_VERSION + 1).expect("version");
    drop(conn);
    let error = refusal(&home.path());
    assert!(matches!(&error, StoreError::Newer { found, .. } if *found == STORE_VERSION + 1), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("Nothing was changed") && text.contains(env!("CARGO_PKG_VERSION")), "{text}");
}

#[test]
fn creating_never_replaces_a_file() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &[made(1, ROOT, 1)]);
    let again = Store::create(&home.path(), StoreId(8), &OpenOptions::default());
    assert!(matches!(again, Err(StoreError::Exists { .. })), "{again:?}");
    assert_eq!(home.open().id(), StoreId(7));
    assert_eq!(home.open().count(&ROOT).expect("count"), 1);
    assert!(!home.folder.path().join("store.db.draft").exists());
}

#[test]
fn a_store_opened_for_reading_reads_and_refuses_to_write() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &[made(1, ROOT, 1)]);
    let mut reader =
        Store::open_existing(&home.path(), &OpenOptions { read_only: true, ..OpenOptions::default() })
            .expect("read-only");
    assert_eq!(reader.count(&ROOT).expect("count"), 1);
    assert!(matches!(reader.begin(), Err(StoreError::ReadOnly { .. })));
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_refused_before_anything_happens() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.create().checkpoint(true).expect("checkpoint");
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o444)).expect("permissions");
    let error = refusal(&home.path());
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
    let reader =
        Store::open_existing(&home.path(), &OpenOptions { read_only: true, ..OpenOptions::default() });
    assert!(reader.is_ok(), "{reader:?}");
}

#[test]
fn everything_durable_is_switched_on() {
    let home = Home::new();
    drop(home.create());
    let conn = Connection::open(home.path()).expect("raw");
    let mode: String = conn.pragma_query_value(None, "journal_mode", |r| r.get(0)).expect("mode");
    assert_eq!(mode, "wal");
    let lax: i64 = conn
        .query_row(
            "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0
             AND name NOT LIKE 'sqlite_%'",
            [],
            |r| r.get(0),
        )
        .expect("tables");
    assert_eq!(lax, 0, "every table is STRICT");
}
