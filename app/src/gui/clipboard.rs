//! The clipboard beyond plain text: HTML in and out. The desktop's own programs may be slow to answer, so a thread of its
//! own talks with them and the window waits for a moment only.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// How long the window waits for the desktop.
const WAIT: Duration = Duration::from_millis(150);
/// Most questions that wait for the desktop.
const JOBS_MAX: usize = 4;

/// Where HTML lies beside copied text.
pub trait Clipboard: Send + Sync {
    /// The HTML that was copied, if there is any and it came in time.
    fn html(&self) -> Option<String>;
    /// Puts text and its HTML there; false when that cannot be done, and text alone is to be put.
    fn put(&self, text: &str, html: &str) -> bool;
}

enum Job {
    Html(SyncSender<Option<String>>),
    Put(String, String, SyncSender<bool>),
}

/// The clipboard of the desktop. Without a display it holds nothing and takes nothing.
#[derive(Default)]
pub struct Desktop(Mutex<Option<SyncSender<Job>>>);

impl std::fmt::Debug for Desktop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desktop")
    }
}

impl Desktop {
    fn ask<T>(&self, job: impl FnOnce(SyncSender<T>) -> Job) -> Option<T> {
        let (answer, answered) = sync_channel(1);
        let mut worker = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let worker = worker.get_or_insert_with(|| {
            let (jobs, waiting) = sync_channel(JOBS_MAX);
            std::thread::spawn(move || serve(&waiting));
            jobs
        });
        worker.try_send(job(answer)).ok()?;
        answered.recv_timeout(WAIT).ok()
    }
}

impl Clipboard for Desktop {
    fn html(&self) -> Option<String> {
        self.ask(Job::Html).flatten()
    }

    fn put(&self, text: &str, html: &str) -> bool {
        self.ask(|answer| Job::Put(text.to_owned(), html.to_owned(), answer)).unwrap_or(false)
    }
}

/// Talks with the desktop until the window is gone.
fn serve(jobs: &Receiver<Job>) {
    let mut board = arboard::Clipboard::new().ok();
    while let Ok(job) = jobs.recv() {
        // An answer that nobody waits for any more is no fault.
        let _ = match job {
            Job::Html(answer) => {
                answer.send(board.as_mut().and_then(|board| board.get().html().ok())).is_ok()
            }
            Job::Put(text, html, answer) => {
                let put = board.as_mut().is_some_and(|board| board.set_html(html, Some(text)).is_ok());
                answer.send(put).is_ok()
            }
        };
    }
}
