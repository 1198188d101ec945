//! Meeting other machines, the delivery ladder, sync by file.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use serde::Serialize;
use tern_peer::{Command, ErrorKind, Network, Peer, PeerError, Query, Reply, SyncReport, View};

use super::ask;
use crate::args::{BundleAction, OnlineArgs, RelayAction, StatusArgs, SyncArgs};
use crate::context::{Context, print, to_json};
use crate::{failure, human, stop, values};

/// Longest time between two looks at a watched answer while waiting to be stopped.
const WATCH_EVERY: Duration = Duration::from_secs(1);

pub(super) fn sync(context: &Context, args: &SyncArgs) -> Result<(), PeerError> {
    let with = args.with.as_deref().map(values::ticket).transpose()?;
    let bar = context.progress();
    let report = context.with_peer(|peer| peer.sync_once(args.timeout, with.as_deref(), &bar.reporter()))?;
    drop(bar);
    if report.peers.is_empty() {
        return Err(nobody_known());
    }
    context.emit(&report, || human::network::synced(&report))?;
    if report.peers.iter().any(|p| p.in_sync) { Ok(()) } else { Err(nobody_met(&report)) }
}

fn nobody_known() -> PeerError {
    PeerError::new(ErrorKind::Unreachable, "This workspace knows no other machine.")
        .safe("Everything is saved on this laptop.")
        .next("Invite somebody with `tern invite`, or use a node with `tern relay add TICKET`.")
}

fn nobody_met(report: &SyncReport) -> PeerError {
    let problems: Vec<String> = report
        .peers
        .iter()
        .map(|p| if p.problem.is_empty() { p.name.clone() } else { format!("{} ({})", p.name, p.problem) })
        .collect();
    PeerError::new(ErrorKind::Unreachable, format!("In sync with nobody: {}.", problems.join(", ")))
        .safe("Everything is saved on this laptop.")
        .next("Try again when one of them is on, or carry a file with `tern bundle export`.")
}

/// Said once when `online` is up.
#[derive(Debug, Serialize)]
struct Online<'a> {
    state: &'a str,
    workspace: String,
    device: String,
}

pub(super) fn online(context: &Context, args: &OnlineArgs) -> Result<(), PeerError> {
    let mut env = context.env.clone();
    if !args.quiet {
        env.network = Network::Lan;
    }
    let (stop, stopped) = mpsc::channel();
    stop::on_request(move || {
        // The receiver is gone only when the command is ending anyway.
        let _ = stop.send(());
    })?;
    context.with_peer_in(&env, |peer| {
        peer.go_online(args.listen)?;
        let about = ask!(peer, Query::About, View::About);
        let line = Online { state: "online", workspace: about.workspace, device: about.device };
        context.emit(&line, || format!("“{}” is online. Ctrl-C stops it.\n", about.title))?;
        follow(context, peer, &stopped, !context.json)
    })?;
    context.note("Offline. Everything is saved here.");
    Ok(())
}

pub(super) fn status(context: &Context, args: &StatusArgs) -> Result<(), PeerError> {
    if !args.watch {
        return context.with_peer(|peer| {
            let view = ask!(peer, Query::Status, View::Status);
            let clock = human::Clock::of(peer)?;
            context.emit(&view, || human::network::status(&view, &clock))?;
            if !context.json {
                let review = ask!(peer, Query::Review, View::Review);
                crate::context::print(&human::access::waiting(&review));
            }
            Ok(())
        });
    }
    let (stop, stopped) = mpsc::channel();
    stop::on_request(move || {
        let _ = stop.send(());
    })?;
    context.with_peer(|peer| follow(context, peer, &stopped, true))
}

/// Prints the delivery state whenever it changes, until told to stop.
fn follow(context: &Context, peer: &Peer, stopped: &mpsc::Receiver<()>, show: bool) -> Result<(), PeerError> {
    let (wake, woken) = mpsc::sync_channel(1);
    let mut watch = peer.watch(
        Query::Status,
        Arc::new(move || {
            // A wake-up that is already waiting is enough.
            let _ = wake.try_send(());
        }),
    );
    let mut last = String::new();
    loop {
        if let Some(answer) = watch.take()
            && show
        {
            let View::Status(view) = answer.as_ref().clone()? else { return Err(failure::mismatch()) };
            let line = if context.json { to_json(&view)? } else { view.line.clone() };
            if line != last {
                print(&format!("{line}\n"));
                last = line;
            }
        }
        let _ = woken.recv_timeout(WATCH_EVERY);
        if stopped.try_recv().is_ok() {
            return Ok(());
        }
    }
}

pub(super) fn bundle(context: &Context, action: BundleAction) -> Result<(), PeerError> {
    match action {
        BundleAction::Export { file, member, all: _ } => {
            let command = Command::BundleExport { file: file.clone(), for_member: member };
            let reply = bundle_call(context, command)?;
            let Reply::Bundle { items, attachments_left_out: left_out, .. } = reply else {
                return Err(failure::mismatch());
            };
            context.emit(&reply, || {
                human::network::with_left_out(human::network::bundle_written(&file, items), left_out)
            })
        }
        BundleAction::Import { file, reply: answer } => {
            if !file.is_file() {
                return Err(failure::unreadable(&file, &std::io::ErrorKind::NotFound.into()));
            }
            let command = Command::BundleImport { file: file.clone(), reply: answer.clone() };
            let reply = bundle_call(context, command)?;
            let Reply::Bundle { items, new, reply_items, attachments_left_out: left_out } = reply else {
                return Err(failure::mismatch());
            };
            let answer = answer.map(|path| (path, reply_items));
            context.emit(&reply, || {
                human::network::with_left_out(
                    human::network::bundle_taken(&file, items, new, answer.as_ref()),
                    left_out,
                )
            })
        }
    }
}

fn bundle_call(context: &Context, command: Command) -> Result<Reply, PeerError> {
    let bar = context.progress();
    context.with_peer(|peer| peer.call_with(command, bar.reporter()))
}

pub(super) fn relay(context: &Context, action: RelayAction) -> Result<(), PeerError> {
    let command = match action {
        RelayAction::Add { ticket } => Some(Command::RelayAdd { ticket: values::ticket(&ticket)? }),
        RelayAction::Remove { device } => Some(Command::RelayRemove { device }),
        RelayAction::List => None,
    };
    context.with_peer(|peer| {
        if let Some(command) = command {
            peer.call(command)?;
        }
        let view = ask!(peer, Query::Relays, View::Relays);
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::network::relays(&view, &clock))
    })
}
