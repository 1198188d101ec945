//! Who may do what: devices, members, review, spaces, recovery, keys.

use std::io::BufRead;
use std::sync::mpsc;
use std::time::Duration;

use serde::Serialize;
use tern_peer::{AccessCommand, Command, ErrorKind, LinkState, Network, Peer, PeerError, Query, Reply, View};

use super::ask;
use crate::args::{
    DeviceAction, LinkArgs, LockAction, MemberAction, NoticesArgs, RecoverArgs, ReviewAction, SpaceAction,
};
use crate::context::{Context, print, to_json};
use crate::{failure, human, values};

/// How often the offer of a link is looked at.
const LOOK: Duration = Duration::from_millis(200);

fn call(peer: &Peer, command: AccessCommand) -> Result<Reply, PeerError> {
    peer.call(Command::Access(command))
}

pub(super) fn device(context: &Context, action: DeviceAction) -> Result<(), PeerError> {
    match action {
        DeviceAction::List { member } => context.with_peer(|peer| devices(context, peer, member)),
        DeviceAction::Remove { device } => context.with_peer(|peer| {
            call(peer, AccessCommand::DeviceRemove { device })?;
            devices(context, peer, None)
        }),
        DeviceAction::Link(args) => link(context, &args),
        DeviceAction::Accept { ticket, quiet } => accept(context, &ticket, quiet),
    }
}

fn devices(context: &Context, peer: &Peer, member: Option<String>) -> Result<(), PeerError> {
    let view = ask!(peer, Query::Devices { member }, View::Devices);
    let clock = human::Clock::of(peer)?;
    context.emit(&view, || human::people::devices(&view, &clock))
}

/// A line of `device link`.
#[derive(Debug, Serialize)]
struct LinkLine<'a> {
    state: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    ticket: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    words: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    device: &'a str,
}

/// One JSON object a line, or the text for people: this command speaks more than once.
fn say(context: &Context, line: &LinkLine<'_>, text: &str) -> Result<(), PeerError> {
    if context.json {
        print(&(to_json(line)? + "\n"))
    } else {
        print(text)
    }
    Ok(())
}

fn link(context: &Context, args: &LinkArgs) -> Result<(), PeerError> {
    let mut env = context.env.clone();
    if !args.quiet {
        env.network = Network::Lan;
    }
    context.with_peer_in(&env, |peer| {
        // When another process of this home is online, it makes the offer.
        let _ = peer.go_online(args.listen);
        let ticket = peer.link_start()?;
        let line = LinkLine { state: "waiting", ticket: &ticket, words: "", device: "" };
        say(context, &line, &human::access::link_ticket(&ticket))?;
        let asking = wait_for_device(peer)?;
        let line = LinkLine { state: "asking", ticket: "", words: &asking.words, device: &asking.device };
        say(context, &line, &human::access::link_question(&asking))?;
        let accept = confirmed(&asking)?;
        peer.link_answer(accept)?;
        let state = if accept { "done" } else { "refused" };
        let line = LinkLine { state, ticket: "", words: "", device: &asking.device };
        say(context, &line, human::access::link_end(accept))?;
        if accept {
            linger(peer, &asking.device);
        }
        Ok(())
    })
}

fn wait_for_device(peer: &Peer) -> Result<LinkState, PeerError> {
    let (_keep, tick) = mpsc::channel::<()>();
    loop {
        let state = peer.link_state();
        match state.state.as_str() {
            "asking" => return Ok(state),
            "waiting" => {}
            _ => {
                return Err(PeerError::new(
                    ErrorKind::Failed,
                    "The offer has ended: ten minutes are over, or somebody tried it with wrong tickets.",
                )
                .safe("Nothing was changed.")
                .next("Begin again with `tern device link`."));
            }
        }
        let _ = tick.recv_timeout(LOOK);
    }
}

/// The person types the first of the four words.
fn confirmed(asking: &LinkState) -> Result<bool, PeerError> {
    let mut typed = String::new();
    let read = std::io::stdin().lock().read_line(&mut typed);
    read.map_err(|e| failure::system("Reading standard input", &e))?;
    let first = asking.words.split(' ').next().unwrap_or_default();
    Ok(!first.is_empty() && typed.trim().eq_ignore_ascii_case(first))
}

/// Stays until the new device has fetched the workspace, or is gone again.
fn linger(peer: &Peer, device: &str) {
    let mut watch = peer.watch(Query::Status, std::sync::Arc::new(|| {}));
    for _ in 0..60 {
        let seen = watch.wait(Duration::from_secs(1));
        let Some(Ok(View::Status(status))) = seen.as_deref() else { continue };
        if status.peers.iter().any(|p| p.id == device && p.all) {
            return;
        }
    }
}

fn accept(context: &Context, ticket: &str, quiet: bool) -> Result<(), PeerError> {
    let ticket = values::ticket(ticket)?;
    let mut env = context.env.clone();
    if !quiet {
        env.network = Network::Lan;
    }
    let said = |words: String| {
        eprintln!("Four words: {words}\nCompare them with those on the other device, then confirm there.");
    };
    let report = Peer::accept_link(&context.home, &ticket, &env, said)?;
    context.emit(&report, || human::setup::joined(&report))
}

pub(super) fn member(context: &Context, action: MemberAction) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        match action {
            MemberAction::List => {}
            MemberAction::Role { member, role } => {
                peer.call(Command::MemberRole { member, role })?;
            }
            MemberAction::Remove { member } => {
                call(peer, AccessCommand::MemberRemove { member })?;
            }
            MemberAction::Approve { request, role } => {
                call(peer, AccessCommand::Approve { request, role })?;
            }
            MemberAction::Restore { member, role } => {
                call(peer, AccessCommand::MemberRestore { member, role })?;
            }
            MemberAction::Leave { yes: _ } => {
                call(peer, AccessCommand::Leave)?;
            }
        }
        let view = ask!(peer, Query::Members, View::Members);
        let invites = ask!(peer, Query::Invites, View::Invites);
        context.emit(&view, || human::people::members(&view) + &human::access::requests(&invites))
    })
}

pub(super) fn review(context: &Context, action: ReviewAction) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let command = match action {
            ReviewAction::List => {
                let view = ask!(peer, Query::Review, View::Review);
                let clock = human::Clock::of(peer)?;
                return context.emit(&view, || human::access::review(&view, &clock));
            }
            ReviewAction::Admit { entry } => {
                (AccessCommand::ReviewAdmit { entry }, "counts now, for everybody")
            }
            ReviewAction::Discard { entry } => {
                (AccessCommand::ReviewDiscard { entry }, "put away on this laptop")
            }
            ReviewAction::Export { entry, file } => {
                (AccessCommand::ReviewExport { entry, file }, "in the file")
            }
        };
        let (command, done) = command;
        let reply = call(peer, command)?;
        let Reply::Reviewed { items } = &reply else { return Err(failure::mismatch()) };
        context.emit(&reply, || format!("{}: {done}.\n", human::count(*items, "edit", "edits")))
    })
}

pub(super) fn space(context: &Context, action: SpaceAction) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        match action {
            SpaceAction::List => {}
            SpaceAction::New { title, private, with } => {
                let reply = call(peer, AccessCommand::SpaceNew { title, private, with })?;
                let Reply::Space { id } = &reply else { return Err(failure::mismatch()) };
                return context.emit(&reply, || format!("{id}\n"));
            }
            SpaceAction::Add { space, member, role } => {
                call(peer, AccessCommand::SpaceAdd { space, member, role })?;
            }
            SpaceAction::Remove { space, member } => {
                call(peer, AccessCommand::SpaceRemove { space, member })?;
            }
            SpaceAction::Move { page, space, dry_run } => {
                let query = Query::MovePreview { page: page.clone(), space: space.clone() };
                let view = ask!(peer, query, View::MovePreview);
                if !dry_run {
                    call(peer, AccessCommand::PageToSpace { page, space })?;
                }
                return context.emit(&view, || format!("{}\n", view.text));
            }
        }
        let view = ask!(peer, Query::Spaces, View::Spaces);
        context.emit(&view, || human::upkeep::spaces(&view))
    })
}

/// What a drill says.
#[derive(Debug, Serialize)]
struct Drill {
    state: &'static str,
    text: String,
}

pub(super) fn recover(context: &Context, args: &RecoverArgs) -> Result<(), PeerError> {
    let words = zeroize::Zeroizing::new(values::stdin_text()?);
    let Some(ticket) = &args.ticket else {
        let text = context.with_peer(|peer| peer.drill(&words))?;
        let drill = Drill { state: "works", text };
        return context.emit(&drill, || format!("{}\n", drill.text));
    };
    let ticket = values::ticket(ticket)?;
    let bar = context.progress();
    let report = Peer::recover(
        &context.home,
        &ticket,
        &words,
        &tern_peer::Recovering {
            workspace: context.wanted_workspace().map(str::to_owned),
            keep_devices: args.keep_devices,
            take_back: args.take_back,
        },
        &context.env,
        &bar.reporter(),
    )?;
    drop(bar);
    if let Some(name) = args.name.clone() {
        let change = tern_peer::ProfileChange { name: Some(name), ..Default::default() };
        Peer::open(&context.home, &context.env).and_then(|peer| {
            let done = peer.call(Command::ProfileSet(change));
            peer.shutdown();
            done
        })?;
    }
    context.emit(&report, || human::access::recovered(&report, args))
}

pub(super) fn notices(context: &Context, args: NoticesArgs) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        if let Some(notice) = args.seen {
            call(peer, AccessCommand::NoticeSeen { notice })?;
        }
        let view = ask!(peer, Query::Notices, View::Notices);
        context.emit(&view, || human::access::notices(&view))
    })
}

pub(super) fn lock(context: &Context, action: &LockAction) -> Result<(), PeerError> {
    let state = match action {
        LockAction::On => {
            let passphrase = context.env.passphrase.clone().map_or_else(values::ask_new_passphrase, Ok)?;
            Peer::lock(&context.home, &passphrase, &context.env)?
        }
        LockAction::Off => Peer::unlock(&context.home, &context.unlocking_env()?)?,
    };
    context.emit(&state, || human::upkeep::keys(&state))
}
