//! `page …`

use std::io::IsTerminal as _;

use serde::Serialize;
use tern_peer::{Command, DocReply, PageRow, Peer, PeerError, Query, Reply, View};

use super::{ask, past, practice};
use crate::args::{PageAction, PageNewArgs, PageShowArgs};
use crate::context::Context;
use crate::{failure, human, values};

/// A changed page with its place in the tree.
#[derive(Debug, Serialize)]
struct Placed {
    #[serde(flatten)]
    doc: DocReply,
    pages: Vec<PageRow>,
}

pub(super) fn run(context: &Context, action: PageAction) -> Result<(), PeerError> {
    match action {
        PageAction::New(args) => new(context, args),
        PageAction::Show(args) => show(context, args),
        PageAction::Edit { page, file, base } => {
            let markdown = values::text_file(&file)?;
            changed(context, Command::PageEdit { page, markdown, base }, "Saved here.")
        }
        PageAction::Append { page } => {
            let markdown = values::stdin_text()?;
            placed(context, Command::PageAppend { page, markdown }, "Added")
        }
        PageAction::Rename { page, title } => {
            placed(context, Command::PageRename { page, title }, "Renamed to")
        }
        PageAction::Move { page, parent, after } => {
            placed(context, Command::PageMove { page, parent, after }, "Moved")
        }
        PageAction::Template { page } => {
            placed(context, Command::TemplateSave { page }, "Kept as a template:")
        }
        PageAction::Templates => context.with_peer(|peer| {
            let view = ask!(peer, Query::Templates, View::Templates);
            context.emit(&view, || human::pages::templates(&view))
        }),
        PageAction::Trash { page } => placed(context, Command::Trash { doc: page }, "In the trash:"),
        PageAction::Restore { page } => placed(context, Command::Restore { doc: page }, "Out of the trash:"),
        PageAction::List { trash } => list(context, trash),
        PageAction::History { page } => history(context, page),
        PageAction::Diff { page, from, to } => diff(context, page, from, to),
        PageAction::Revert { page, to, block: None } => changed(
            context,
            Command::PageRevert { page, to },
            "The page is as it was then, as a further change.",
        ),
        PageAction::Revert { page, to, block: Some(block) } => changed(
            context,
            Command::PageRestoreBlock { page, at: to, block },
            "The block is as it was then, as a further change.",
        ),
        PageAction::TakeBack { page, at } => changed(
            context,
            Command::PageTakeBack { page, at },
            "What that change did is taken back, as a further change.",
        ),
        PageAction::Set { page, fields } => practice::page_set(context, page, &fields),
        PageAction::StillTrue { page } => practice::still_true(context, page),
        PageAction::Reviews => practice::reviews(context),
        PageAction::Since { page } => past::since(context, page),
        PageAction::Seen { page, at } => past::seen(context, page, at),
        PageAction::Merges { page, reviewed } => past::merges(context, page, reviewed),
        PageAction::Links { page } => past::links(context, page),
    }
}

fn doc(peer: &Peer, command: Command) -> Result<DocReply, PeerError> {
    match peer.call(command)? {
        Reply::Doc(doc) => Ok(doc),
        _ => Err(failure::mismatch()),
    }
}

fn new(context: &Context, args: PageNewArgs) -> Result<(), PeerError> {
    let markdown = args.file.as_deref().map(values::text_file).transpose()?;
    context.with_peer(|peer| {
        let made = {
            let (title, parent, space) = (args.title.clone(), args.parent, args.space);
            let command = match args.template {
                Some(template) => Command::PageFromTemplate { template, title: Some(title), parent, space },
                None => Command::PageNew { title, parent, space, markdown },
            };
            doc(peer, command)?
        };
        context.emit(&made, || {
            format!("Made “{}”, saved here.\n{}\n", crate::table::one_line(&args.title), made.id)
        })
    })
}

fn show(context: &Context, args: PageShowArgs) -> Result<(), PeerError> {
    let PageShowArgs { page, format, at } = args;
    let format = format.unwrap_or_else(|| if context.json { "json" } else { "md" }.to_owned());
    context.with_peer(|peer| {
        if format == "json" {
            let view = ask!(peer, Query::Page { page, at }, View::Page);
            crate::context::print(&(crate::context::to_json(&view)? + "\n"));
            return Ok(());
        }
        let view = peer.query(Query::PageText { page: page.clone(), format, at: at.clone() })?;
        let View::Text { text } = &view else { return Err(failure::mismatch()) };
        if !context.json {
            let facts = ask!(peer, Query::Page { page, at }, View::Page);
            let clock = human::Clock::of(peer)?;
            human::pages::remarks(&facts, &clock).iter().for_each(|line| context.note(line));
        }
        // A file gets what was written; a terminal gets nothing that could command it.
        let to_a_person = std::io::stdout().is_terminal();
        let shown = || if to_a_person { crate::table::safe_lines(text) } else { text.clone() };
        context.emit(&view, || with_final_newline(shown()))
    })
}

fn with_final_newline(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn changed(context: &Context, command: Command, done: &str) -> Result<(), PeerError> {
    let reply = context.with_peer(|peer| doc(peer, command))?;
    context.emit(&reply, || {
        if reply.changed {
            format!("{done}\n")
        } else {
            "Nothing to change: the page is like that already.\n".into()
        }
    })
}

fn placed(context: &Context, command: Command, done: &str) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let doc = doc(peer, command)?;
        let tree = ask!(peer, Query::Pages { trash: true }, View::Pages);
        let pages: Vec<PageRow> = tree.pages.iter().filter(|p| p.id == doc.id).cloned().collect();
        let placed = Placed { doc, pages };
        context.emit(&placed, || human::pages::placed(done, &placed.doc, &tree))
    })
}

fn list(context: &Context, trash: bool) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Pages { trash }, View::Pages);
        context.emit(&view, || human::pages::tree(&view))
    })
}

fn history(context: &Context, page: String) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::History { page }, View::History);
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::pages::history(&view, &clock))
    })
}

fn diff(context: &Context, page: String, from: String, to: Option<String>) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Diff { page, from, to }, View::Diff);
        context.emit(&view, || human::pages::diff(&view))
    })
}
