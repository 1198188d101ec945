//! Setting up, members, profiles and time.

use tern_peer::{AccessCommand, Command, Peer, PeerError, ProfileChange, Query, Reply, ThreadCommand, View};

use super::ask;
use crate::args::{
    InitArgs, InviteArgs, JoinArgs, OverlapArgs, ProfileAction, ProfileSetArgs, StripArgs, WhenArgs,
};
use crate::context::Context;
use crate::{failure, human, values};

pub(super) fn init(context: &Context, args: InitArgs) -> Result<(), PeerError> {
    let profile = values::profile(context, args.profile)?;
    let report = Peer::init(&context.home, &profile, &args.title, &context.env)?;
    context.emit(&report, || human::setup::made(&report, &args.title, &profile.name))
}

pub(super) fn join(context: &Context, args: JoinArgs) -> Result<(), PeerError> {
    let ticket = values::ticket(&args.ticket)?;
    let profile = values::profile(context, args.profile)?;
    let report = Peer::join(&context.home, &ticket, &profile, args.bundle.as_deref(), &context.env)?;
    context.emit(&report, || human::setup::joined(&report))
}

pub(super) fn invite(context: &Context, args: &InviteArgs) -> Result<(), PeerError> {
    if args.list || args.revoke.is_some() {
        return context.with_peer(|peer| {
            if let Some(invite) = args.revoke.clone() {
                peer.call(Command::Access(AccessCommand::InviteRevoke { invite }))?;
            }
            let view = ask!(peer, Query::Invites, View::Invites);
            let clock = human::Clock::of(peer)?;
            context.emit(&view, || human::access::invites(&view, &clock))
        });
    }
    let expires_ms = i64::try_from(args.expires.as_millis()).unwrap_or(i64::MAX);
    let (role, mode, uses) = (args.role.clone(), args.mode.clone(), args.uses);
    let command = Command::Invite { role, mode, uses, expires_ms };
    let reply = context.with_peer(|peer| peer.call(command))?;
    let Reply::Ticket { ticket } = &reply else { return Err(failure::mismatch()) };
    context.emit(&reply, || human::setup::ticket(ticket, args))
}

pub(super) fn log(context: &Context) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Log, View::Log);
        context.emit(&view, || human::people::log(&view))
    })
}

pub(super) fn profile(context: &Context, action: ProfileAction) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = match action {
            ProfileAction::Show { member } => ask!(peer, Query::Profile { member }, View::Profile),
            ProfileAction::Set(args) => {
                let file = args.holidays.clone();
                if let Some(says) = &args.share_seen {
                    peer.call(Command::Thread(ThreadCommand::ShareSeen { on: says == "yes" }))?;
                }
                match peer
                    .call(Command::ProfileSet(change(args)?))
                    .map_err(|e| in_file(e, file.as_deref()))?
                {
                    Reply::Profile(view) => view,
                    _ => ask!(peer, Query::Profile { member: None }, View::Profile),
                }
            }
        };
        context.emit(&view, || human::people::profile(&view))
    })
}

/// Names the file in which something cannot be read.
fn in_file(mut error: PeerError, file: Option<&std::path::Path>) -> PeerError {
    if let Some(file) = file.filter(|_| error.kind == tern_peer::ErrorKind::BadInput) {
        error.happened = format!("{}: {}", file.display(), error.happened);
    }
    error
}

fn change(args: ProfileSetArgs) -> Result<ProfileChange, PeerError> {
    let holidays = match &args.holidays {
        Some(file) => Some(values::text_file(file)?),
        None => args.no_holidays.then(String::new),
    };
    Ok(ProfileChange {
        name: args.name,
        zone: args.zone,
        hours: args.hours,
        checkins: args.checkins,
        off: args.off,
        holidays,
    })
}

pub(super) fn when(context: &Context, args: WhenArgs) -> Result<(), PeerError> {
    let query = Query::When { who: args.who.join(","), available: args.available, urgency: args.urgency };
    context.with_peer(|peer| {
        let view = ask!(peer, query, View::When);
        context.emit(&view, || human::people::when(&view))
    })
}

pub(super) fn strip(context: &Context, args: StripArgs) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Strip { at: args.at }, View::Strip);
        context.emit(&view, || human::time::strip(&view))
    })
}

pub(super) fn overlap(context: &Context, args: OverlapArgs) -> Result<(), PeerError> {
    if args.clocks {
        return clocks(context, args);
    }
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Overlap { who: args.who, weeks: args.weeks }, View::Overlap);
        context.emit(&view, || human::time::overlap(&view))
    })
}

/// The clock changes of `overlap --clocks`.
fn clocks(context: &Context, args: OverlapArgs) -> Result<(), PeerError> {
    let weeks = (!args.who.is_empty()).then_some(args.weeks);
    let query = match weeks {
        None => Query::ClockWatch,
        Some(weeks) => Query::ClockWatchOf { who: args.who, weeks },
    };
    context.with_peer(|peer| {
        let view = ask!(peer, query, View::ClockWatch);
        context.emit(&view, || human::time::clocks(&view, weeks))
    })
}
