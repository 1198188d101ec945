//! `sync`: peers that are known are met side by side, and one that was met is enough.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::api::SyncPeer;
use crate::handle::Progress;
use crate::net::News;
use crate::net::service::{Service, Target};

/// How long a peer may still take to answer once another one was met: all were dialled at the same time.
const STRAGGLER: Duration = Duration::from_secs(1);

/// Why a peer that was met does not have everything.
pub(crate) const FULL: &str = "It is full: what you wrote stays here and goes on as soon as it has room.";

/// Meets everybody who can be met: each for at most `timeout`, and nobody who does not answer long after somebody else did.
pub(crate) async fn hold_all(
    service: &Service,
    targets: Vec<Target>,
    timeout: Duration,
    progress: &Progress,
) -> Vec<SyncPeer> {
    let total = targets.len() as u64;
    progress("meeting peers", 0, total);
    let mut meetings = JoinSet::new();
    let (met, _) = watch::channel(false);
    for target in targets {
        let meeting = Meeting { service: service.clone(), met: met.clone(), progress: progress.clone() };
        meetings.spawn(meeting.hold(target, timeout));
    }
    let mut peers = Vec::new();
    while let Some(peer) = meetings.join_next().await {
        peers.extend(peer.ok());
        progress("meeting peers", peers.len() as u64, total);
    }
    peers
}

/// One of several meetings that run side by side.
struct Meeting {
    service: Service,
    /// Whether any of them ended in sync.
    met: watch::Sender<bool>,
    progress: Progress,
}

impl Meeting {
    /// Exchanges everything with one peer, for at most `timeout`.
    async fn hold(self, target: Target, timeout: Duration) -> SyncPeer {
        let (news, problem) = match tokio::time::timeout(timeout, self.exchange(&target)).await {
            Ok(result) => result,
            Err(_) => {
                let news =
                    self.service.news_of(&target.device).map(|n| n.borrow().clone()).unwrap_or_default();
                let problem =
                    if news.in_sync { "Attachments are still on their way." } else { "It took too long." };
                (news, problem.to_owned())
            }
        };
        if news.in_sync {
            self.met.send_replace(true);
        }
        SyncPeer {
            id: crate::core::hex(&target.device),
            name: target.name,
            items_sent: news.progress.items_sent,
            items_received: news.progress.items_received,
            bytes_sent: news.progress.bytes_sent,
            bytes_received: news.progress.bytes_received,
            round_trips: u64::from(news.progress.rounds),
            in_sync: news.in_sync,
            problem,
        }
    }

    /// Dials and waits until both have what the other has; what the peer said, or why nothing came of it.
    async fn exchange(&self, target: &Target) -> (News, String) {
        let dialled = tokio::select! {
            dialled = self.service.dial(target) => dialled,
            () = self.others_are_done() => Err("It did not answer.".to_owned()),
        };
        let mut news = match dialled {
            Ok(news) => news,
            Err(problem) => return (News::default(), problem),
        };
        let mut received = 0;
        let done = news.wait_for(|n| {
            let before = std::mem::replace(&mut received, n.progress.items_received);
            if received > before {
                (self.progress)("receiving changes", received, 0);
            }
            ended(n) || (n.settled && n.fetching == 0 && n.unconfirmed == 0)
        });
        match done.await {
            Ok(state) => {
                let why = state.update_needed.or((state.full && !state.in_sync).then_some(FULL));
                (state.clone(), state.closed.clone().or(why.map(str::to_owned)).unwrap_or_default())
            }
            Err(_) => (News::default(), "The connection ended.".to_owned()),
        }
    }

    /// Somebody was met, and whoever has not answered since is not there.
    async fn others_are_done(&self) {
        let mut met = self.met.subscribe();
        let _ = met.wait_for(|met| *met).await;
        tokio::time::sleep(STRAGGLER).await;
    }
}

/// Whether nothing more comes of a meeting.
fn ended(news: &News) -> bool {
    news.closed.is_some() || news.update_needed.is_some()
}
