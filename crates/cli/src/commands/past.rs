//! `page since`, `page seen`, `page merges`, `page links`

use tern_peer::{Command, PeerError, Query, View};

use super::ask;
use crate::context::Context;
use crate::human;

pub(super) fn since(context: &Context, page: String) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::SinceRead { page }, View::SinceRead);
        context.emit(&view, || human::past::since(&view))
    })
}

pub(super) fn seen(context: &Context, page: String, at: Option<String>) -> Result<(), PeerError> {
    let reply = context.with_peer(|peer| peer.call(Command::MarkRead { page, heads: at }))?;
    context.emit(&reply, || "Noted. `tern page since P` shows what changes from here on.\n".into())
}

pub(super) fn merges(context: &Context, page: String, reviewed: bool) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Merges { page: page.clone() }, View::Merges);
        if reviewed {
            peer.call(Command::MergeReviewed { page, heads: Some(view.heads.clone()) })?;
        }
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::past::merges(&view, reviewed, &clock))
    })
}

pub(super) fn links(context: &Context, page: String) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Backlinks { page }, View::Backlinks);
        context.emit(&view, || human::past::links(&view))
    })
}
