//! Whether a change simply continues a document: its dependencies are there, its counters are right, and its author
//! wrote nothing else in its place.

use std::collections::BTreeMap;

use tern_model::Doc;
use tern_model::gate::{ChangeHeader, Graph, Operations, parse};
use tern_trust::Id16;

/// The graph of a document's changes; read from the document when first needed.
#[derive(Debug, Default)]
pub(crate) struct Follow {
    graph: Option<Graph>,
    /// Last sequence number of each actor.
    last: BTreeMap<Id16, u64>,
    /// What the changes made, where the op gate holds.
    operations: Option<Operations>,
}

impl Follow {
    /// Takes a change in when it continues `doc` and what was admitted since.
    /// `operations`: whether the workspace asks for the op gate.
    pub fn admit(&mut self, doc: &Doc, header: &ChangeHeader, chunk: &[u8], operations: bool) -> bool {
        let unread = self.graph.is_none() || self.operations.is_some() != operations;
        if unread && !self.read(doc, operations) {
            return false;
        }
        let next = self.last.get(&header.actor).copied().unwrap_or(0) + 1;
        let Some(graph) = &mut self.graph else { return false };
        if header.seq != next || graph.admit(header).is_err() {
            return false;
        }
        if self.operations.as_mut().is_some_and(|made| made.admit(header, chunk).is_err()) {
            // The graph knows it now; the whole way judges it, and what is read next is read anew.
            *self = Follow::default();
            return false;
        }
        self.last.insert(header.actor, header.seq);
        true
    }

    fn read(&mut self, doc: &Doc, operations: bool) -> bool {
        let mut graph = Graph::new();
        let mut made = operations.then(Operations::new);
        self.last.clear();
        for chunk in doc.all_changes() {
            let Ok(header) = parse(&chunk) else { return false };
            let passes = made.as_mut().is_none_or(|made| made.admit(&header, &chunk).is_ok());
            if graph.admit(&header).is_err() || !passes {
                return false;
            }
            self.last.insert(header.actor, header.seq);
        }
        self.graph = Some(graph);
        self.operations = made;
        true
    }
}
