//! One window a home: a second start asks the first window to come to the front, and ends. The two meet at a socket in
//! the home that only its owner may use. Where there is no such socket each start opens a window of its own; the store
//! allows that.

use std::path::Path;

/// Called when another start asks for the window.
pub type Raise = Box<dyn Fn() + Send>;

/// How this start goes on.
#[derive(Debug)]
pub enum Start {
    /// It opens the window; later starts come to it, if they can.
    First(Option<Door>),
    /// A window is open and comes to the front.
    HandedOver,
}

#[cfg(unix)]
mod unix {
    use std::io::{Read, Write};
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    use super::{Raise, Start};

    const NAME: &str = "window.sock";
    const ASK: &[u8; 5] = b"show\n";
    const ANSWER: &[u8; 3] = b"ok\n";
    /// A window that is busy answers late; one that hangs must not keep the next start waiting.
    const PATIENCE: Duration = Duration::from_secs(3);

    /// Where later starts knock; the socket goes with it.
    #[derive(Debug)]
    pub struct Door {
        path: PathBuf,
        listener: Option<UnixListener>,
    }

    /// Finds out whether a window is open over this home.
    pub fn start(home: &Path) -> Start {
        let path = home.join(NAME);
        if knock(&path).is_ok() {
            return Start::HandedOver;
        }
        // Nobody answers: what is left of a window that ended without clearing up.
        let _ = std::fs::remove_file(&path);
        let door = UnixListener::bind(&path).and_then(|listener| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
            Ok(Door { path, listener: Some(listener) })
        });
        Start::First(door.ok())
    }

    fn knock(path: &Path) -> std::io::Result<()> {
        let mut stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(ASK)?;
        let mut answer = [0; ANSWER.len()];
        stream.read_exact(&mut answer)
    }

    impl Door {
        /// Answers whoever knocks, on a thread of its own.
        pub fn answer(&mut self, raise: Raise) {
            let Some(listener) = self.listener.take() else { return };
            std::thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    if heard(stream).is_ok() {
                        raise();
                    }
                }
            });
        }
    }

    fn heard(mut stream: UnixStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut asked = [0; ASK.len()];
        stream.read_exact(&mut asked)?;
        if asked != *ASK {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        stream.write_all(ANSWER)
    }

    impl Drop for Door {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::path::Path;

    use super::{Raise, Start};

    /// Nothing: here every start opens a window.
    #[derive(Debug)]
    pub struct Door;

    pub fn start(_home: &Path) -> Start {
        Start::First(None)
    }

    impl Door {
        /// Nobody knocks.
        pub fn answer(&mut self, _raise: Raise) {}
    }
}

#[cfg(not(unix))]
pub use elsewhere::Door;
#[cfg(unix)]
pub use unix::Door;

/// Finds out whether a window is open over this home, and asks it to come to the front.
pub fn start(home: &Path) -> Start {
    #[cfg(unix)]
    return unix::start(home);
    #[cfg(not(unix))]
    return elsewhere::start(home);
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::mpsc::sync_channel;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_second_start_brings_the_first_window_to_the_front_and_a_third_opens_one_when_that_has_ended() {
        let home = tempfile::tempdir().expect("a folder");
        let Start::First(Some(mut door)) = start(home.path()) else { panic!("the first start has the door") };
        let socket = home.path().join("window.sock");
        let mode = std::fs::metadata(&socket).expect("the socket").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "only its owner may use it");
        let (raised, heard) = sync_channel(1);
        door.answer(Box::new(move || {
            let _ = raised.try_send(());
        }));
        assert!(matches!(start(home.path()), Start::HandedOver));
        heard.recv_timeout(Duration::from_secs(10)).expect("the window was asked for");
        drop(door);
        assert!(matches!(start(home.path()), Start::First(Some(_))));
    }

    #[test]
    fn a_socket_that_nobody_answers_is_replaced_and_a_home_that_is_not_there_opens_a_window() {
        let home = tempfile::tempdir().expect("a folder");
        let socket = home.path().join("window.sock");
        drop(std::os::unix::net::UnixListener::bind(&socket).expect("bound"));
        assert!(socket.exists(), "left behind");
        assert!(matches!(start(home.path()), Start::First(Some(_))));
        assert!(matches!(start(&home.path().join("nothing")), Start::First(None)));
    }
}
