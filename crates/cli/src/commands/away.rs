//! `digest`, `decision …`

use tern_peer::{Command, PeerError, Query, Reply, View};

use super::ask;
use crate::args::{DecisionAction, DigestArgs};
use crate::context::Context;
use crate::{failure, human, values};

pub(super) fn digest(context: &Context, args: DigestArgs) -> Result<(), PeerError> {
    let DigestArgs { since, clear } = args;
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Digest { since }, View::Digest);
        let shown = view.items.iter().map(|item| (&item.id, &item.heads));
        let all = shown.chain(view.counted.iter().map(|one| (&one.id, &one.heads)));
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
