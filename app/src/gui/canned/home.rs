//! A home that is made, joined, locked and opened without a disk.

use std::path::PathBuf;
use std::sync::Arc;

use tern_peer::{InitReport, JoinReport, PeerError, Profile, Progress};

use super::sample::{page, person, sample_world};
use super::{Canned, NOW_MS, World, access, lock, recovery_words};
use crate::gui::backend::{Backend, Home, Recovery};
use crate::gui::clipboard::Clipboard;
use crate::gui::secret::Secret;

impl Home for Canned {
    fn exists(&self) -> bool {
        lock(&self.0).exists
    }

    fn make(&self, profile: &Profile, title: &str) -> Result<InitReport, PeerError> {
        let mut world = lock(&self.0);
        world.people = vec![person("me", &profile.name, &profile.zone, "15:10", true)];
        world.pages = vec![page("home", title, None, Vec::new())];
        world.exists = true;
        Ok(InitReport {
            workspace: "w".into(),
            member: "me".into(),
            device: "d".into(),
            recovery_words: recovery_words(),
        })
    }

    fn join(&self, profile: &Profile, ticket: &str) -> Result<JoinReport, PeerError> {
        if !ticket.starts_with("tern1") {
            return Err(PeerError::new(tern_peer::ErrorKind::BadInput, "This is no ticket of Tern.")
                .safe("Nothing was made on this laptop.")
                .next("Copy the whole ticket; it begins with tern1."));
        }
        *lock(&self.0) = World { exists: true, ..sample_world() };
        let _ = profile;
        Ok(JoinReport {
            workspace: "w".into(),
            member: "me".into(),
            device: "d".into(),
            words: if ticket.contains("link") { String::new() } else { "copper lantern quiet river".into() },
            state: "member".into(),
            recovery_words: if ticket.contains("link") { String::new() } else { recovery_words() },
        })
    }

    fn accept_link(
        &self,
        ticket: &str,
        words: Box<dyn FnOnce(String) + Send>,
    ) -> Result<JoinReport, PeerError> {
        words("amber falcon gentle harbour".into());
        if lock(&self.0).slow {
            return Err(PeerError::new(tern_peer::ErrorKind::NotAllowed, "The other device refused."));
        }
        self.join(&Profile::default(), &ticket.replace("ternlink1", "tern1link"))
    }

    fn come_back(&self, recovery: &Recovery, progress: &Progress) -> Result<JoinReport, PeerError> {
        progress("meeting peers", 0, 1);
        access::drill(recovery.words.text())?;
        if recovery.ticket.text() != "ternnode1awake" {
            let asleep =
                PeerError::new(tern_peer::ErrorKind::Unreachable, "The node did not answer in time.");
            return Err(asleep.safe("Nothing was left behind here.").next("Check that the node is running."));
        }
        self.join(&Profile::default(), "tern1link")
    }

    fn is_locked(&self) -> bool {
        lock(&self.0).passphrase.is_some()
    }

    fn lock(&self, now: Option<&Secret>, passphrase: &Secret) -> Result<(), PeerError> {
        self.open(now)?;
        lock(&self.0).relock(Some(passphrase.text()));
        Ok(())
    }

    fn unlock(&self, passphrase: &Secret) -> Result<(), PeerError> {
        self.open(Some(passphrase))?;
        lock(&self.0).relock(None);
        Ok(())
    }

    fn open(&self, passphrase: Option<&Secret>) -> Result<Box<dyn Backend + Send>, PeerError> {
        if passphrase.map(Secret::text) != lock(&self.0).passphrase.as_deref() {
            let wrong =
                PeerError::new(tern_peer::ErrorKind::NotAllowed, "This passphrase does not open the key.");
            return Err(wrong.safe("Nothing was changed."));
        }
        Ok(Box::new(self.clone()))
    }

    fn settings_file(&self) -> Option<PathBuf> {
        lock(&self.0).settings.clone()
    }

    fn now_ms(&self) -> Option<i64> {
        Some(NOW_MS)
    }

    fn documents(&self) -> PathBuf {
        PathBuf::from("/home/ben")
    }

    fn zone(&self) -> String {
        "Europe/London".into()
    }

    fn clipboard(&self) -> Arc<dyn Clipboard> {
        Arc::new(self.clone())
    }
}
