//! The node.

use std::net::SocketAddr;

use tern_peer::{HostedView, NodeBackupView, NodeView, QuotasView};

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
    text += "\n";
    text + &workspaces(&view.workspaces)
}

fn workspaces(all: &[HostedView]) -> String {
    let mut table = Table::new(&["WORKSPACE", "HOLDS", "USED", "OF", ""]);
    for w in all {
        let most = match w.quota_items {
            Some(items) => format!("{}, {}", size(w.quota_bytes), count(items, "item", "items")),
            None => size(w.quota_bytes),
        };
        let state = if w.full { "full: content is refused, members keep it" } else { "" };
        let holds = count(w.items, "sealed item", "sealed items");
        table.row(&[short(&w.id), holds, size(w.used_bytes), most, state.to_owned()]);
    }
    table.render()
}

pub(crate) fn quotas(view: &QuotasView) -> String {
    let items = view.default.items.map(|n| format!(" and {}", count(n, "item", "items"))).unwrap_or_default();
    let text =
        format!("A workspace may take {}{items} where nothing else is said.\n", size(view.default.bytes));
    if view.workspaces.is_empty() {
        return text + "No workspace is hosted yet.\n";
    }
    text + "\n" + &workspaces(&view.workspaces)
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
