//! `thread …`, `inbox …`, `owed`

use tern_peer::{
    AckSays, Command, InboxCommand, InboxDoes, PeerError, Query, Reply, Say, SnoozeUntil, ThreadCommand, View,
};

use super::ask;
use crate::args::{InboxAction, SayArgs, ThreadAckArgs, ThreadAction, ThreadDraftArgs, ThreadNewArgs};
use crate::context::Context;
use crate::{failure, human, values};

pub(super) fn thread(context: &Context, action: ThreadAction) -> Result<(), PeerError> {
    match action {
        ThreadAction::New(ThreadNewArgs { title, on, space, say, body }) => {
            let say = message(say, spoken(body)?);
            told(context, ThreadCommand::New { title, on, space, say })
        }
        ThreadAction::Reply { thread, say, body } => {
            let say = message(say, spoken(body)?);
            told(context, ThreadCommand::Reply { thread, say })
        }
        ThreadAction::Ack(args) => told(context, ack(args)),
        ThreadAction::Close { thread, outcome } => {
            told(context, ThreadCommand::Close { thread, outcome: Some(outcome) })
        }
        ThreadAction::Reopen { thread } => told(context, ThreadCommand::Close { thread, outcome: None }),
        ThreadAction::Edit { thread, message, body, deliver_at } => {
            let body = body.map(spoken).transpose()?;
            told(context, ThreadCommand::Edit { thread, message, body, deliver_at })
        }
        ThreadAction::Cancel { thread, message } => told(context, ThreadCommand::Cancel { thread, message }),
        ThreadAction::Show { thread, read } => show(context, thread, read),
        ThreadAction::List { on, closed } => context.with_peer(|peer| {
            let view = ask!(peer, Query::Threads { on, closed }, View::Threads);
            let clock = human::Clock::of(peer)?;
            context.emit(&view, || human::threads::list(&view, &clock))
        }),
        ThreadAction::Record(args) => super::away::record(context, args),
        ThreadAction::Draft(args) => draft(context, args),
    }
}

fn spoken(text: String) -> Result<String, PeerError> {
    if text == "-" { values::stdin_text() } else { Ok(text) }
}

fn message(args: SayArgs, body: String) -> Say {
    let SayArgs { to, intent, urgency, reason, criterion, deliver_at } = args;
    Say { body, intent, urgency, reason, criterion, to, deliver_at }
}

fn ack(args: ThreadAckArgs) -> ThreadCommand {
    let ThreadAckArgs { thread, message, seen, until, not_me } = args;
    let says = match not_me {
        Some(member) => AckSays::NotMe(member),
        None if seen => AckSays::Seen,
        None => AckSays::WillAnswer(until),
    };
    ThreadCommand::Ack { thread, message, says }
}

fn told(context: &Context, command: ThreadCommand) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let Reply::Thread(view) = peer.call(Command::Thread(command))? else {
            return Err(failure::mismatch());
        };
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::threads::changed(&view, &clock))
    })
}

fn show(context: &Context, thread: String, read: bool) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Thread { thread }, View::Thread);
        if read {
            let (page, heads) = (view.id.clone(), Some(view.heads.clone()));
            peer.call(Command::MarkRead { page, heads })?;
        }
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::threads::show(&view, &clock))
    })
}

fn draft(context: &Context, args: ThreadDraftArgs) -> Result<(), PeerError> {
    let ThreadDraftArgs { thread, title, say, body, forget } = args;
    let says = match body {
        Some(body) => Some(message(say, spoken(body)?)),
        None if title.is_some() => Some(message(say, String::new())),
        None => None,
    };
    context.with_peer(|peer| {
        let view = if forget || says.is_some() {
            let title = title.unwrap_or_default();
            match peer.call(Command::Thread(ThreadCommand::Draft { thread, title, say: says }))? {
                Reply::Drafts(view) => view,
                _ => return Err(failure::mismatch()),
            }
        } else {
            ask!(peer, Query::Drafts, View::Drafts)
        };
        context.emit(&view, || human::threads::drafts(&view))
    })
}

pub(super) fn inbox(context: &Context, action: Option<InboxAction>) -> Result<(), PeerError> {
    let command = action.map(|action| match action {
        InboxAction::Done { thread } => InboxCommand { thread, does: InboxDoes::Done },
        InboxAction::Unread { thread } => InboxCommand { thread, does: InboxDoes::Unread },
        InboxAction::Mute { thread, off } => InboxCommand { thread, does: InboxDoes::Mute(!off) },
        InboxAction::Snooze { thread, until, reply } => {
            let until = match until {
                Some(moment) => SnoozeUntil::Moment(moment),
                None if reply => SnoozeUntil::Reply,
                None => SnoozeUntil::Morning,
            };
            InboxCommand { thread, does: InboxDoes::Snooze(until) }
        }
    });
    context.with_peer(|peer| {
        if let Some(command) = command {
            peer.call(Command::Inbox(command))?;
        }
        let view = ask!(peer, Query::Inbox, View::Inbox);
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::threads::inbox(&view, &clock))
    })
}

pub(super) fn owed(context: &Context) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Owed, View::Owed);
        context.emit(&view, || human::threads::owed(&view))
    })
}
