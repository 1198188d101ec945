//! `comment …`

use tern_peer::{Command, CommentOn, DocReply, PeerError, Query, Reply, View};

use super::ask;
use crate::args::{CommentAction, CommentAddArgs};
use crate::context::Context;
use crate::{failure, human, values};

pub(super) fn run(context: &Context, action: CommentAction) -> Result<(), PeerError> {
    match action {
        CommentAction::Add(args) => add(context, args),
        CommentAction::List { page } => list(context, page),
        CommentAction::Reply { thread, text } => {
            let text = spoken(text)?;
            told(context, Command::CommentReply { thread, text }, "Said, saved here.")
        }
        CommentAction::Resolve { thread, open } => {
            let done = if open { "Open again, saved here." } else { "Resolved, saved here." };
            told(context, Command::CommentResolve { thread, on: !open }, done)
        }
    }
}

fn spoken(text: String) -> Result<String, PeerError> {
    if text == "-" { values::stdin_text() } else { Ok(text) }
}

fn add(context: &Context, args: CommentAddArgs) -> Result<(), PeerError> {
    let CommentAddArgs { page, text, on, block, from, to, base } = args;
    let on = match (on, block, from, to) {
        (Some(words), ..) => CommentOn::Words(words),
        (_, Some(block), ..) => CommentOn::Block(block),
        (_, _, Some(from), Some(to)) => CommentOn::Range { from, to, base },
        _ => CommentOn::Page,
    };
    let text = spoken(text)?;
    let made = context.with_peer(|peer| doc(peer.call(Command::CommentNew { page, on, text })?))?;
    context.emit(&made, || format!("Commented, saved here.\n{}\n", made.id))
}

fn doc(reply: Reply) -> Result<DocReply, PeerError> {
    match reply {
        Reply::Doc(doc) => Ok(doc),
        _ => Err(failure::mismatch()),
    }
}

fn told(context: &Context, command: Command, done: &str) -> Result<(), PeerError> {
    let reply = context.with_peer(|peer| doc(peer.call(command)?))?;
    context.emit(&reply, || {
        if reply.changed { format!("{done}\n") } else { "It is like that already.\n".into() }
    })
}

fn list(context: &Context, page: String) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Comments { page }, View::Comments);
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::past::comments(&view, &clock))
    })
}
