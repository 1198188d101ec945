//! The keyring of the operating system: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//! Tern keeps one secret a home in it and never lists or touches what others keep there.

use zeroize::Zeroizing;

/// Keeps small secrets under names. Errors are texts for people.
pub(crate) trait Keyring {
    /// Keeps `secret` under `name`, in the place of what was there.
    fn put(&self, name: &str, secret: &[u8]) -> Result<(), String>;
    /// What is kept under `name`.
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String>;
    /// Forgets what is kept under `name`; no error when there is nothing.
    fn remove(&self, name: &str) -> Result<(), String>;
}

/// The keyring of the user who runs this process.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct System;

#[cfg(feature = "keyring")]
mod system {
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::Duration;

    use keyring::{Entry, Error};
    use zeroize::Zeroizing;

    use super::{Keyring, System};

    /// What a keyring shows as the program that keeps a secret.
    const SERVICE: &str = "Tern";
    /// A keyring may ask its user for a password before it answers.
    const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

    /// Runs on a thread of its own: the bus must not block a runtime, nor a silent keyring the command for ever.
    fn ask<T: Send + 'static>(
        name: &str,
        run: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<Option<T>, String> {
        let name = name.to_owned();
        let (answer, answered) = channel();
        let asking = std::thread::Builder::new().name("tern-keyring".to_owned()).spawn(move || {
            let _ = answer.send(Entry::new(SERVICE, &name).and_then(|entry| run(&entry)));
        });
        asking.map_err(|e| e.to_string())?;
        match answered.recv_timeout(ANSWER_TIMEOUT) {
            Ok(Ok(done)) => Ok(Some(done)),
            Ok(Err(Error::NoEntry)) => Ok(None),
            Ok(Err(error)) => Err(error.to_string()),
            Err(RecvTimeoutError::Timeout) => Err("it did not answer within a minute".to_owned()),
            Err(RecvTimeoutError::Disconnected) => Err("it failed".to_owned()),
        }
    }

    impl Keyring for System {
        fn put(&self, name: &str, secret: &[u8]) -> Result<(), String> {
            let secret = Zeroizing::new(secret.to_vec());
            ask(name, move |entry| entry.set_secret(&secret))?.ok_or_else(|| "it took nothing".to_owned())
        }

        fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
            ask(name, |entry| entry.get_secret().map(Zeroizing::new))
        }

        fn remove(&self, name: &str) -> Result<(), String> {
            ask(name, Entry::delete_credential).map(|_| ())
        }
    }
}

#[cfg(not(feature = "keyring"))]
impl Keyring for System {
    fn put(&self, _: &str, _: &[u8]) -> Result<(), String> {
        Err(NOT_BUILT.to_owned())
    }

    fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        Err(NOT_BUILT.to_owned())
    }

    fn remove(&self, _: &str) -> Result<(), String> {
        Err(NOT_BUILT.to_owned())
    }
}

#[cfg(not(feature = "keyring"))]
const NOT_BUILT: &str = "this build of Tern has no access to it";

/// A keyring of one test, so that no test ever touches the user's.
#[cfg(test)]
pub(crate) struct Pocket {
    kept: std::cell::RefCell<std::collections::BTreeMap<String, Vec<u8>>>,
    answers: bool,
    keeps: bool,
}

#[cfg(test)]
impl Pocket {
    fn new(answers: bool, keeps: bool) -> Pocket {
        Pocket { kept: std::cell::RefCell::default(), answers, keeps }
    }

    /// One that works.
    pub(crate) fn open() -> Pocket {
        Pocket::new(true, true)
    }

    /// One that does not answer.
    pub(crate) fn closed() -> Pocket {
        Pocket::new(false, true)
    }

    /// One that takes everything and keeps nothing.
    pub(crate) fn forgetful() -> Pocket {
        Pocket::new(true, false)
    }

    /// Number of secrets in it.
    pub(crate) fn len(&self) -> usize {
        self.kept.borrow().len()
    }

    fn answer(&self) -> Result<(), String> {
        if self.answers { Ok(()) } else { Err("nobody is there".to_owned()) }
    }
}

#[cfg(test)]
impl Keyring for Pocket {
    fn put(&self, name: &str, secret: &[u8]) -> Result<(), String> {
        self.answer()?;
        if self.keeps {
            self.kept.borrow_mut().insert(name.to_owned(), secret.to_vec());
        }
        Ok(())
    }

    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        self.answer()?;
        Ok(self.kept.borrow().get(name).cloned().map(Zeroizing::new))
    }

    fn remove(&self, name: &str) -> Result<(), String> {
        self.answer()?;
        self.kept.borrow_mut().remove(name);
        Ok(())
    }
}
