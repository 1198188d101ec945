//! Backups of a home: listed, looked into, taken in again, or made a store of.
//!
//! A backup is a snapshot of the store (`files/snapshots.rs`). Looking into one never touches it: a copy is opened beside
//! the home. Taking it in merges, like a meeting with a peer does, so nothing that came since is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tern_store::{Store, StoreId};
use tern_sync::ItemResult;

use crate::api::{
    AdoptView, BackupDocView, BackupView, BackupsView, CheckView, CompareView, ErrorKind, PeerError, Query,
    RestoredView, View,
};
use crate::core::{Core, project};
use crate::files::snapshots;
use crate::handle::{Env, Peer, Progress};
use crate::home::{Home, file_error};
use crate::host::{Host as _, SystemHost, wall_ms};

/// Bytes of items that are compared or taken in at once.
const STEP_BYTES: usize = 4 << 20;

impl Peer {
    /// Backups of a home, newest first; the home need not open.
    pub fn backups(home: &Path) -> BackupsView {
        let home = Home::at(home);
        let folder = home.snapshots();
        let mut times = snapshots::times(&folder);
        times.reverse();
        let backups = times.into_iter().map(|time| view(&folder, time)).collect();
        BackupsView { backups, folder: folder.display().to_string() }
    }

    /// Takes a backup now.
    pub fn back_up(&self) -> Result<BackupView, PeerError> {
        let folder = self.inner.home.snapshots();
        self.with(move |core| {
            let time = snapshots::take(core, &folder)?;
            Ok(view(&folder, time))
        })
    }

    /// What a backup holds beside this home; `None` takes the newest.
    pub fn compare_backup(&self, id: Option<&str>, env: &Env) -> Result<CompareView, PeerError> {
        let backup = find(&self.inner.home, id)?;
        let side = Side::open(&self.inner.home, &backup, env)?;
        self.with(move |core| compare(core, &side, backup))
    }

    /// Takes in what a backup holds and this home lacks.
    pub fn adopt_backup(&self, id: Option<&str>, env: &Env) -> Result<AdoptView, PeerError> {
        let backup = find(&self.inner.home, id)?;
        let side = Side::open(&self.inner.home, &backup, env)?;
        self.with(move |core| adopt(core, &side, backup))
    }

    /// Makes a home of its own of a backup, to look at: `into` must not hold anything of Tern.
    pub fn restore_beside(home: &Path, id: Option<&str>, into: &Path) -> Result<RestoredView, PeerError> {
        let (home, side) = (Home::at(home), Home::at(into));
        let backup = find(&home, id)?;
        crate::start::fresh(&side)?;
        fs::copy(home.key_file(), side.key_file()).map_err(|e| file_error(&home.key_file(), &e))?;
        tern_store::restore(&file(&home, &backup), &side.store(), draw())?;
        Ok(RestoredView { backup, home: side.dir().display().to_string(), aside: None })
    }

    /// Looks at everything, mends what can be mended here and asks the other machines for what is damaged. Without any
    /// of them the answer says what is still missing.
    pub fn repair(&self, timeout: Duration, progress: &Progress) -> Result<CheckView, PeerError> {
        let before = self.with(Core::repair)?;
        let met = self.sync_once(timeout, None, progress);
        let View::Check(after) = self.query(Query::Check)? else { return Err(crate::handle::stopped()) };
        if let Err(error) = met {
            tracing::warn!(%error, "no other machine could be asked");
        }
        // What was found and is not found any more was repaired.
        let repaired = before.bad.saturating_sub(after.bad);
        Ok(CheckView { repaired, ..after })
    }

    /// Puts a backup in the place of a home's store, which is kept beside it. A store that opens is only replaced when
    /// `replace` says so.
    pub fn restore_backup(
        home: &Path,
        id: Option<&str>,
        replace: bool,
        env: &Env,
    ) -> Result<RestoredView, PeerError> {
        let home = Home::at(home);
        let backup = find(&home, id)?;
        let Some(_lock) = home.lock_network_soon()? else {
            return Err(PeerError::new(ErrorKind::Failed, "This home is in use: another Tern has it open.")
                .safe("Nothing was changed.")
                .next("Close the window or stop `tern online`, then try again."));
        };
        if !replace && opens(&home, env)? {
            return Err(PeerError::new(ErrorKind::Usage, "The store of this home opens; it was not replaced.")
                .safe("Nothing was changed.")
                .next("`tern backup adopt` takes in what the backup has and this home lacks; `--into DIR` opens it beside; \
                       `--replace` puts the present store aside."));
        }
        // The backup is made whole beside the store before anything there moves.
        let draft = home.dir().join("store.restoring");
        let _ = fs::remove_file(&draft);
        tern_store::restore(&file(&home, &backup), &draft, draw())?;
        let aside = put_aside(&home)?;
        fs::rename(&draft, home.store()).map_err(|e| file_error(&home.store(), &e))?;
        crate::home::sync_dir(home.dir())?;
        let aside = aside.map(|path| path.display().to_string());
        Ok(RestoredView { backup, home: home.dir().display().to_string(), aside })
    }
}

/// Whether the store of a home opens with its key. A passphrase that is wrong or missing is an error of its own.
fn opens(home: &Home, env: &Env) -> Result<bool, PeerError> {
    if !home.store().exists() {
        return Ok(false);
    }
    let seed = home.unlock_seed(env.passphrase())?;
    Ok(Core::open(&home.store(), &seed, Box::new(SystemHost { now_ms: env.now_ms })).is_ok())
}

/// Moves the store out of the way; says where it went.
fn put_aside(home: &Home) -> Result<Option<PathBuf>, PeerError> {
    let mut gone = None;
    let now = wall_ms();
    for name in ["db", "db-wal", "db-shm"] {
        let from = home.store().with_extension(name);
        if !from.exists() {
            continue;
        }
        let to = home.dir().join(format!("store.before-{now}.{name}"));
        fs::rename(&from, &to).map_err(|e| file_error(&from, &e))?;
        if name == "db" {
            gone = Some(to);
        }
    }
    Ok(gone)
}

fn draw() -> StoreId {
    let mut bytes = [0; 8];
    SystemHost::default().fill(&mut bytes);
    StoreId(u64::from_le_bytes(bytes))
}

fn file(home: &Home, backup: &BackupView) -> PathBuf {
    home.snapshots().join(format!("store-{}.db", backup.id))
}

fn view(folder: &Path, time_ms: i64) -> BackupView {
    let path = folder.join(format!("store-{time_ms}.db"));
    BackupView {
        id: time_ms.to_string(),
        taken: tern_model::hours::Zone::utc().rfc9557(time_ms),
        bytes: fs::metadata(path).map_or(0, |m| m.len()),
    }
}

/// The backup with this id, or the beginning of one; the newest without.
fn find(home: &Home, id: Option<&str>) -> Result<BackupView, PeerError> {
    let folder = home.snapshots();
    let times = snapshots::times(&folder);
    let fits: Vec<i64> = match id {
        None => times.last().copied().into_iter().collect(),
        Some(id) => times.into_iter().filter(|time| time.to_string().starts_with(id)).collect(),
    };
    match (fits.as_slice(), id) {
        ([time], _) => Ok(view(&folder, *time)),
        ([], None) => Err(PeerError::new(ErrorKind::NotFound, "This home has no backup yet.")
            .safe("Nothing was changed.")
            .next("One is taken every hour while Tern runs, or by `tern backup now`.")),
        ([], Some(id)) => Err(PeerError::new(ErrorKind::NotFound, format!("No backup begins with “{id}”."))
            .next("`tern backup list` shows them.")),
        _ => Err(PeerError::new(ErrorKind::Usage, "Several backups begin so.")
            .next("Give more of its id: `tern backup list` shows them.")),
    }
}

/// A backup opened beside the home; gone when dropped.
struct Side {
    core: Core,
    folder: PathBuf,
}

impl Side {
    fn open(home: &Home, backup: &BackupView, env: &Env) -> Result<Side, PeerError> {
        let id = draw();
        let folder = home.snapshots().join(format!("side-{:016x}", id.0));
        fs::create_dir_all(&folder).map_err(|e| file_error(&folder, &e))?;
        let path = folder.join("store.db");
        let opened =
            tern_store::restore(&file(home, backup), &path, id).map_err(PeerError::from).and_then(|()| {
                let seed = home.unlock_seed(env.passphrase())?;
                Core::open(&path, &seed, Box::new(SystemHost { now_ms: env.now_ms }))
            });
        match opened {
            Ok(core) => Ok(Side { core, folder }),
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                Err(error)
            }
        }
    }

    fn store(&self) -> &Store {
        self.core.store()
    }

    /// Its items in the order of their rows, some at a time.
    fn steps(
        &self,
        mut each: impl FnMut(Vec<tern_store::StoredItem>) -> Result<(), PeerError>,
    ) -> Result<(), PeerError> {
        let mut row = 0;
        loop {
            let items = self.store().items_after(row, STEP_BYTES)?;
            let Some(last) = items.last() else { return Ok(()) };
            row = last.row;
            each(items)?;
        }
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn lacks(core: &Core, item: &tern_store::StoredItem) -> Result<bool, PeerError> {
    Ok(!core.store().has_item(&item.lane, item.day, &item.id)? && !core.covers(item)?)
}

fn compare(core: &mut Core, side: &Side, backup: BackupView) -> Result<CompareView, PeerError> {
    if core.workspace() != side.core.workspace() {
        return Err(PeerError::new(ErrorKind::BadInput, "That backup is of another workspace.")
            .safe("Nothing was changed."));
    }
    let (mut items, mut missing_items) = (0, 0);
    side.steps(|step| {
        for item in step {
            items += 1;
            missing_items += u64::from(lacks(core, &item)?);
        }
        Ok(())
    })?;
    let mut documents = Vec::new();
    for row in side.store().docs()? {
        let id = tern_model::DocId(row.doc);
        let Ok(then) = side.core.look(id) else { continue };
        let state = match core.look(id) {
            Err(_) => "missing",
            Ok(now) if then.heads() == now.heads() => continue,
            Ok(now) if then.heads().0.iter().all(|head| now.has_change(head)) => "older",
            Ok(_) => "more",
        };
        documents.push(BackupDocView {
            id: id.to_string(),
            kind: row.kind,
            title: project::text(&then, "title"),
            state: state.to_owned(),
        });
    }
    Ok(CompareView { backup, items, missing_items, documents })
}

fn adopt(core: &mut Core, side: &Side, backup: BackupView) -> Result<AdoptView, PeerError> {
    if core.workspace() != side.core.workspace() {
        return Err(PeerError::new(ErrorKind::BadInput, "That backup is of another workspace.")
            .safe("Nothing was changed."));
    }
    let (mut taken, mut refused) = (0, 0);
    side.steps(|step| {
        let mut offered = Vec::new();
        for item in step {
            if lacks(core, &item)? {
                offered.push(item.bytes);
            }
        }
        if offered.is_empty() {
            return Ok(());
        }
        for result in core.take(offered)?.0 {
            match result {
                ItemResult::Stored => taken += 1,
                ItemResult::Known => {}
                _ => refused += 1,
            }
        }
        Ok(())
    })?;
    Ok(AdoptView { backup, taken, refused })
}
