//! A second look at the workspace, from any thread, while the engine goes on: a connection of its own that reads one moment,
//! what memory knows of log and keys, and a clock that stands still. It writes nothing.

use std::path::PathBuf;

use tern_store::{AtRestKey, OpenOptions, Store};

use crate::api::PeerError;
use crate::host::Host;

use super::{Core, Mem, work};

/// What it takes to look; nothing is read before [`Reader::open`].
pub(crate) struct Reader {
    path: PathBuf,
    mem: Mem,
    host: Box<dyn Host>,
}

impl Core {
    /// A look at the workspace from now on. Log and keys are copied for it, documents are not.
    pub(crate) fn reader(&self) -> Reader {
        Reader { path: self.store.path().to_owned(), mem: self.mem.for_reader(), host: self.host.still() }
    }
}

impl Reader {
    /// Opens the workspace as it was last committed.
    ///
    /// # Errors
    /// When the store cannot be opened or read.
    pub(crate) fn open(self) -> Result<Core, PeerError> {
        let Reader { path, mut mem, host } = self;
        let at_rest = Some(AtRestKey::new(*mem.keys.at_rest_key()));
        let options = OpenOptions { read_only: true, at_rest, ..OpenOptions::default() };
        let store = Store::open_existing(&path, &options)?;
        store.hold()?;
        // What came in between may bring the keys of what is read.
        work::catch_up(&store, &mut mem)?;
        Ok(Core { store, mem, host })
    }
}
