//! The machines of the tour: laptops that are open for one piece of work at a time, and the node that stays on.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use tern_peer::{
    Command, DocReply, Env, Node, Peer, PeerError, Profile, Progress, Query, Reply, SyncReport, TaskView,
    View,
};

use super::teller::broken;
use crate::failure;

/// The node must listen within this time.
const NODE_START: Duration = Duration::from_secs(30);
/// A meeting of a laptop with the node must end within this time.
const MEETING: Duration = Duration::from_secs(30);

/// One person's laptop.
#[derive(Debug)]
pub(super) struct Laptop {
    pub(super) home: PathBuf,
    pub(super) profile: Profile,
}

impl Laptop {
    pub(super) fn new(dir: &Path, folder: &str, name: &str, zone: &str, hours: &str) -> Self {
        let profile = Profile {
            name: name.into(),
            zone: zone.into(),
            hours: Some(hours.into()),
            checkins: Some("09:00,13:00,16:00".into()),
            off: Vec::new(),
        };
        Laptop { home: dir.join(folder), profile }
    }

    /// Opens the lid, does `work`, closes the lid.
    pub(super) fn open<T>(&self, work: impl FnOnce(&Desk) -> Result<T, PeerError>) -> Result<T, PeerError> {
        let desk = Desk(Peer::open(&self.home, &Env::default())?);
        let result = work(&desk);
        desk.0.shutdown();
        result
    }

    /// Opens the lid, meets the node, closes the lid.
    pub(super) fn meet_node(&self) -> Result<SyncReport, PeerError> {
        self.open(Desk::meet_node)
    }
}

/// An open laptop.
#[derive(Debug)]
pub(super) struct Desk(pub(super) Peer);

impl Desk {
    pub(super) fn meet_node(&self) -> Result<SyncReport, PeerError> {
        let unseen: Progress = Arc::new(|_, _, _| {});
        let report = self.0.sync_once(MEETING, None, &unseen)?;
        match report.peers.iter().find(|p| p.in_sync) {
            Some(_) => Ok(report),
            None => Err(broken("The laptop and the node did not come to hold the same.")),
        }
    }

    pub(super) fn call(&self, command: Command) -> Result<Reply, PeerError> {
        self.0.call(command)
    }

    /// Id of the page with this title.
    pub(super) fn page(&self, title: &str) -> Result<String, PeerError> {
        let View::Pages(tree) = self.0.query(Query::Pages { trash: false })? else {
            return Err(failure::mismatch());
        };
        let row = tree.pages.into_iter().find(|p| p.title == title);
        row.map(|p| p.id).ok_or_else(|| broken(format!("There is no page “{title}”.")))
    }

    pub(super) fn markdown(&self, page: &str) -> Result<String, PeerError> {
        let query = Query::PageText { page: page.into(), format: "md".into(), at: None };
        match self.0.query(query)? {
            View::Text { text } => Ok(text),
            _ => Err(failure::mismatch()),
        }
    }

    /// Replaces words on a page as its owner would with an editor: by saving the whole text again.
    pub(super) fn rewrite(&self, title: &str, from: &str, to: &str) -> Result<(), PeerError> {
        let page = self.page(title)?;
        let text = self.markdown(&page)?;
        let changed = text.replacen(from, to, 1);
        if changed == text {
            return Err(broken(format!("“{title}” does not say “{from}”.")));
        }
        self.call(Command::PageEdit { page, markdown: changed, base: None }).map(|_| ())
    }

    pub(super) fn move_under(&self, title: &str, parent: &str) -> Result<DocReply, PeerError> {
        let (page, parent) = (self.page(title)?, self.page(parent)?);
        match self.call(Command::PageMove { page, parent: Some(parent), after: None })? {
            Reply::Doc(doc) => Ok(doc),
            _ => Err(failure::mismatch()),
        }
    }

    pub(super) fn only_task(&self) -> Result<TaskView, PeerError> {
        let query = Query::Tasks { filter: String::new(), group: None, sort: None };
        let View::Tasks(view) = self.0.query(query)? else { return Err(failure::mismatch()) };
        match <[TaskView; 1]>::try_from(view.tasks) {
            Ok([task]) => Ok(task),
            Err(tasks) => Err(broken(format!("There are {} tasks instead of one.", tasks.len()))),
        }
    }
}

/// The node, running on a thread until it is dropped.
#[derive(Debug)]
pub(super) struct RunningNode {
    pub(super) home: PathBuf,
    pub(super) ticket: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), PeerError>>>,
}

impl RunningNode {
    pub(super) fn start(home: PathBuf) -> Result<Self, PeerError> {
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Node::init(&home, Some(loopback))?;
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (ready, is_ready) = mpsc::channel();
        let of_thread = home.clone();
        let thread = std::thread::spawn(move || {
            let announce = Box::new(move |_| {
                // Nobody waits any more when the tour has given up.
                let _ = ready.send(());
            });
            Node::run(&of_thread, Some(loopback), &Env::default(), announce, stopped)
        });
        let mut node = RunningNode { home, ticket: String::new(), stop: Some(stop), thread: Some(thread) };
        if is_ready.recv_timeout(NODE_START).is_err() {
            return Err(node.end().err().unwrap_or_else(|| broken("The node did not start.")));
        }
        node.ticket = Node::status(&node.home)?.ticket;
        Ok(node)
    }

    /// Sealed items that the node keeps.
    pub(super) fn items(&self) -> Result<u64, PeerError> {
        Ok(Node::status(&self.home)?.workspaces.iter().map(|w| w.items).sum())
    }

    /// Turns it off.
    pub(super) fn end(&mut self) -> Result<(), PeerError> {
        if let Some(stop) = self.stop.take() {
            // A node that has failed listens to nothing; its own error is below.
            let _ = stop.send(());
        }
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(broken("The node panicked.")),
            None => Ok(()),
        }
    }
}

impl Drop for RunningNode {
    fn drop(&mut self) {
        // A failure here comes after a failure of the tour, which is the one that is told.
        let _ = self.end();
    }
}
