//! What every command needs: the home, its surroundings, and the way to print an answer.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tern_peer::{Env, ErrorKind, Peer, PeerError, Progress, Query, View};

use crate::{failure, values};

/// Progress is shown for work that takes longer than this.
const PROGRESS_AFTER: Duration = Duration::from_secs(1);
/// Progress is drawn at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Surroundings of one command.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) home: PathBuf,
    pub(crate) env: Env,
    pub(crate) json: bool,
    workspace: Option<String>,
}

impl Context {
    pub(crate) fn new(
        home_option: Option<PathBuf>,
        workspace: Option<String>,
        json: bool,
    ) -> Result<Self, PeerError> {
        Ok(Context { home: home(home_option)?, env: env_from_surroundings()?, json, workspace })
    }

    /// Opens the workspace, does `work` with it and closes it when everything is durable.
    pub(crate) fn with_peer<T>(
        &self,
        work: impl FnOnce(&Peer) -> Result<T, PeerError>,
    ) -> Result<T, PeerError> {
        self.with_peer_in(&self.env, work)
    }

    /// As [`Context::with_peer`] in other surroundings.
    pub(crate) fn with_peer_in<T>(
        &self,
        env: &Env,
        work: impl FnOnce(&Peer) -> Result<T, PeerError>,
    ) -> Result<T, PeerError> {
        if !Peer::exists(&self.home) {
            return Err(no_workspace(&self.home));
        }
        let env = &self.unlocked(env)?;
        let peer = Peer::open(&self.home, env)?;
        let result = self.right_workspace(&peer).and_then(|()| work(&peer));
        peer.shutdown();
        result
    }

    /// Surroundings with the passphrase, asked for when the home is locked and none was given.
    pub(crate) fn unlocked(&self, env: &Env) -> Result<Env, PeerError> {
        let mut env = env.clone();
        if env.passphrase.is_none() && Peer::is_locked(&self.home) {
            env.passphrase = Some(values::ask_passphrase()?);
        }
        Ok(env)
    }

    /// As the command's own surroundings, with the passphrase of a locked home.
    pub(crate) fn unlocking_env(&self) -> Result<Env, PeerError> {
        self.unlocked(&self.env)
    }

    /// What `--workspace` named.
    pub(crate) fn wanted_workspace(&self) -> Option<&str> {
        self.workspace.as_deref()
    }

    fn right_workspace(&self, peer: &Peer) -> Result<(), PeerError> {
        let Some(wanted) = &self.workspace else { return Ok(()) };
        let View::About(about) = peer.query(Query::About)? else { return Err(failure::mismatch()) };
        let by_id = wanted.len() >= 4 && about.workspace.starts_with(&wanted.to_ascii_lowercase());
        if by_id || about.title.to_lowercase() == wanted.to_lowercase() {
            return Ok(());
        }
        let happened = format!("This home holds the workspace “{}”, not “{wanted}”.", about.title);
        Err(PeerError::new(ErrorKind::NotFound, happened)
            .safe("Nothing was changed.")
            .next("Leave --workspace out, or name the home of that workspace with --home."))
    }

    /// Prints an answer: one JSON object, or the text for people.
    pub(crate) fn emit<T: Serialize>(
        &self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> Result<(), PeerError> {
        if self.json {
            print(&(to_json(value)? + "\n"));
        } else {
            print(&text());
        }
        Ok(())
    }

    /// Prints a remark to standard error, for people only.
    pub(crate) fn note(&self, text: &str) {
        if !self.json {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Draws progress on standard error when that is a terminal and the work is long; else does nothing.
    pub(crate) fn progress(&self) -> Bar {
        Bar::new(!self.json && io::stderr().is_terminal())
    }
}

/// One JSON object on one line.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, PeerError> {
    serde_json::to_string(value).map_err(|e| {
        PeerError::new(ErrorKind::Failed, format!("The answer cannot be written as JSON: {e}."))
            .safe("What the command did is done.")
            .next("Please report this as a fault of Tern.")
    })
}

/// Writes to standard output; a reader that has gone away (`tern log | head`) is no failure.
pub(crate) fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The home: the option, else `TERN_HOME`, else the platform's data folder.
pub(crate) fn home(option: Option<PathBuf>) -> Result<PathBuf, PeerError> {
    let from_env = || std::env::var_os("TERN_HOME").filter(|v| !v.is_empty()).map(PathBuf::from);
    let home = option.or_else(from_env).unwrap_or_else(tern_peer::default_home);
    if home.as_os_str().is_empty() {
        return Err(failure::bad_usage(
            "The home is an empty path.",
            "Name a folder with --home or TERN_HOME.",
        ));
    }
    Ok(home)
}

/// Surroundings from environment variables.
pub(crate) fn env_from_surroundings() -> Result<Env, PeerError> {
    let now_ms = match std::env::var("TERN_NOW") {
        Ok(text) if !text.is_empty() => Some(values::instant_ms(&text).ok_or_else(|| {
            failure::bad_usage(
                format!("TERN_NOW is “{text}”, which is not an RFC 3339 time."),
                "Write it like 2026-11-24T09:00:00Z, or unset it.",
            )
        })?),
        _ => None,
    };
    Ok(Env { now_ms, passphrase: values::passphrase_file()?, ..Env::default() })
}

fn no_workspace(home: &std::path::Path) -> PeerError {
    PeerError::new(ErrorKind::NotFound, format!("There is no workspace in {}.", home.display()))
        .safe("Nothing was made or changed.")
        .next("Make one with `tern init`, join one with `tern join TICKET`, or name its folder with --home.")
}

/// A progress line that wipes itself away.
#[derive(Debug)]
pub(crate) struct Bar {
    drawn: Arc<AtomicBool>,
    active: bool,
}

impl Bar {
    fn new(active: bool) -> Self {
        Bar { drawn: Arc::new(AtomicBool::new(false)), active }
    }

    /// The reporter to hand to a long command.
    pub(crate) fn reporter(&self) -> Progress {
        if !self.active {
            return Arc::new(|_, _, _| {});
        }
        let drawn = Arc::clone(&self.drawn);
        let next = Mutex::new(Instant::now() + PROGRESS_AFTER);
        Arc::new(move |doing, done, of| {
            let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
            if Instant::now() < *next {
                return;
            }
            *next = Instant::now() + PROGRESS_EVERY;
            drawn.store(true, Ordering::Relaxed);
            let far = if of == 0 { format!("{done}") } else { format!("{done} of {of}") };
            let _ = write!(io::stderr(), "\r\x1b[2K{doing}: {far}");
        })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.drawn.load(Ordering::Relaxed) {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}
