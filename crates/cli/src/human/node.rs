//! The node.

use std::net::SocketAddr;

use tern_peer::{NodeBackupView, NodeView};

use crate::human::people::short;
use crate::human::{count, size};
use crate::table::Table;

pub(crate) fn made(view: &NodeView) -> String {
    format!(
        "The node is made. It will keep and pass on what it cannot read.\n\
         Next: `tern node run` here, and on a laptop `tern relay add` with this ticket:\n\n{}\n",
        view.ticket
    )
}

pub(crate) fn running(view: &NodeView, address: SocketAddr) -> String {
    format!("The node listens on {address}. Ctrl-C stops it.\nTicket: {}\n", view.ticket)
}

pub(crate) fn status(view: &NodeView) -> String {
    let state = if view.running { "runs" } else { "does not run (`tern node run` starts it)" };
    let mut text = format!("The node {state}.\nAddress: {}\nTicket: {}\n", view.listen, view.ticket);
    if view.workspaces.is_empty() {
        return text + "It hosts no workspace yet. On a laptop: `tern relay add TICKET`, then `tern sync`.\n";
    }
    let mut table = Table::new(&["WORKSPACE", "HOLDS", "SIZE"]);
    for w in &view.workspaces {
        table.row(&[short(&w.id), count(w.items, "sealed item", "sealed items"), size(w.bytes)]);
    }
    text += "\n";
    text + &table.render()
}

pub(crate) fn backed_up(view: &NodeBackupView) -> String {
    let workspaces = count(view.workspaces as u64, "workspace", "workspaces");
    format!(
        "{} holds the node with {workspaces}. Whoever has it can be this node: keep it private.\n",
        view.file
    )
}

pub(crate) fn restored(view: &NodeBackupView) -> String {
    let workspaces = count(view.workspaces as u64, "workspace", "workspaces");
    format!(
        "The node is back with {workspaces}. Do not run it on two machines. `tern node run` starts it; members bring what came since.\n"
    )
}
