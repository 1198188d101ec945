//! `digest`, `decision …`, `thread record`, `handoff`, `weekly`, `inbox --notify`

use tern_peer::{Command, PeerError, Query, RecordWhat, Reply, View};

use super::ask;
use crate::args::{
    DecisionAction, DigestArgs, FocusAction, HandoffAction, HandoffArgs, RecordArgs, WeeklyArgs,
};
use crate::context::Context;
use crate::{failure, human, values};

pub(super) fn digest(context: &Context, args: DigestArgs) -> Result<(), PeerError> {
    let DigestArgs { since, clear } = args;
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Digest { since }, View::Digest);
        let shown = view.items.iter().map(|item| (&item.id, &item.heads));
        let also = view.items.iter().flat_map(|item| &item.also).chain(&view.counted);
        let all = shown.chain(also.map(|one| (&one.id, &one.heads)));
        let seen: Vec<(String, String)> = all
            .filter(|(_, heads)| !heads.is_empty())
            .map(|(id, heads)| (id.clone(), heads.clone()))
            .collect();
        if clear && !seen.is_empty() {
            peer.call(Command::SeenAll { seen })?;
        }
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::away::digest(&view, clear, &clock))
    })
}

pub(super) fn decision(context: &Context, action: DecisionAction) -> Result<(), PeerError> {
    match action {
        DecisionAction::List { state, project } => context.with_peer(|peer| {
            let view = ask!(peer, Query::Decisions { state, project }, View::Decisions);
            let clock = human::Clock::of(peer)?;
            context.emit(&view, || human::away::decisions(&view, &clock))
        }),
        DecisionAction::Set { page, fields } => context.with_peer(|peer| {
            let fields = fields.iter().map(|field| values::field_value(field)).collect::<Result<_, _>>()?;
            let Reply::Decision(view) = peer.call(Command::DecisionSet { page, fields })? else {
                return Err(failure::mismatch());
            };
            let clock = human::Clock::of(peer)?;
            context.emit(&view, || human::away::decision(&view, &clock))
        }),
    }
}

pub(super) fn record(context: &Context, args: RecordArgs) -> Result<(), PeerError> {
    let RecordArgs { thread, message, kind, title, space, preview, yes } = args;
    let what = RecordWhat { thread, message, kind, title, space };
    context.with_peer(|peer| {
        let view = if preview {
            ask!(peer, Query::RecordPreview(what), View::Recorded)
        } else {
            let Reply::Recorded(view) = peer.call(Command::Record { what, yes })? else {
                return Err(failure::mismatch());
            };
            *view
        };
        context.emit(&view, || human::away::record(&view))
    })
}

pub(super) fn handoff(context: &Context, args: HandoffArgs) -> Result<(), PeerError> {
    let HandoffArgs { answer, to, dry_run } = args;
    let command = match answer {
        Some(HandoffAction::Accept { page }) => Command::HandoffAnswer { page, accept: true, reason: None },
        Some(HandoffAction::Return { page, reason }) => {
            Command::HandoffAnswer { page, accept: false, reason: Some(reason) }
        }
        None if dry_run => {
            return context.with_peer(|peer| {
                let view = ask!(peer, Query::HandoffPreview { to }, View::Handoff);
                context.emit(&view, || human::away::handoff(&view))
            });
        }
        None => Command::Handoff { to },
    };
    context.with_peer(|peer| {
        let Reply::Handoff(view) = peer.call(command)? else { return Err(failure::mismatch()) };
        context.emit(&view, || human::away::handoff(&view))
    })
}

pub(super) fn focus(context: &Context, action: Option<FocusAction>) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let until = match action {
            Some(FocusAction::Until { when }) => Some(Some(when)),
            Some(FocusAction::Off) => Some(None),
            None => None,
        };
        if let Some(until) = until {
            peer.call(Command::Focus { until })?;
        }
        let view = ask!(peer, Query::Profile { member: None }, View::Profile);
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::away::focus(&view, &clock))
    })
}

pub(super) fn weekly(context: &Context, args: &WeeklyArgs) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = if args.post {
            let Reply::Weekly(view) = peer.call(Command::WeeklyPost)? else {
                return Err(failure::mismatch());
            };
            *view
        } else {
            ask!(peer, Query::Weekly, View::Weekly)
        };
        context.emit(&view, || human::away::weekly(&view))
    })
}

pub(super) fn notify(context: &Context) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Notify, View::Notify);
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::away::notify(&view, &clock))
    })
}
