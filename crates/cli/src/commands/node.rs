//! `node …`: the blind node.

use std::net::SocketAddr;

use serde::Serialize;
use tern_peer::{Node, NodeView, PeerError, QuotaChange, QuotasView};

use crate::args::{NodeAction, QuotaArgs};
use crate::context::{Context, print, to_json};
use crate::{human, stop};

/// Said once when the node listens.
#[derive(Debug, Serialize)]
struct Ready {
    state: &'static str,
    listen: String,
    ticket: String,
    device: String,
}

pub(super) fn run(context: &Context, action: &NodeAction) -> Result<(), PeerError> {
    match action {
        NodeAction::Init { listen } => {
            let view = Node::init(&context.home, *listen)?;
            context.emit(&view, || human::node::made(&view))
        }
        NodeAction::Status => {
            let view = Node::status(&context.home)?;
            context.emit(&view, || human::node::status(&view))
        }
        NodeAction::Quota(args) => {
            let view = quota(context, args)?;
            context.emit(&view, || human::node::quotas(&view))
        }
        NodeAction::Backup { file } => {
            let view = Node::backup(&context.home, file)?;
            context.emit(&view, || human::node::backed_up(&view))
        }
        NodeAction::Restore { file } => {
            let view = Node::restore(&context.home, file)?;
            context.emit(&view, || human::node::restored(&view))
        }
        NodeAction::Run { listen } => serve(context, *listen),
    }
}

fn quota(context: &Context, args: &QuotaArgs) -> Result<QuotasView, PeerError> {
    let change = match (args.clear, args.bytes, args.items) {
        (true, _, _) => QuotaChange::Clear,
        (false, None, None) => return Node::quotas(&context.home),
        (false, bytes, items) => QuotaChange::Set { bytes, items },
    };
    Node::set_quota(&context.home, args.workspace.as_deref(), change)
}

fn serve(context: &Context, listen: Option<SocketAddr>) -> Result<(), PeerError> {
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let mut stop = Some(stop);
    stop::on_request(move || {
        if let Some(stop) = stop.take() {
            // The node has ended by itself when nobody listens any more.
            let _ = stop.send(());
        }
    })?;
    let (home, json) = (context.home.clone(), context.json);
    let ready = Box::new(move |address: SocketAddr| match Node::status(&home) {
        Ok(view) => print(&ready_text(&view, address, json)),
        Err(e) => tracing::error!("the ticket cannot be read: {e}"),
    });
    Node::run(&context.home, listen, &context.env, ready, stopped)?;
    context.note("The node has stopped; what it keeps is safe on its disk.");
    Ok(())
}

fn ready_text(view: &NodeView, address: SocketAddr, json: bool) -> String {
    let ready = Ready {
        state: "running",
        listen: address.to_string(),
        ticket: view.ticket.clone(),
        device: view.device.clone(),
    };
    match to_json(&ready) {
        Ok(line) if json => line + "\n",
        _ => human::node::running(view, address),
    }
}
