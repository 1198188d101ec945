//! Whether a change simply continues a document: its dependencies are there, its counters are right, and its author
//! wrote nothing else in its place.

use std::collections::BTreeMap;

use tern_model::Doc;
use tern_model::gate::{ChangeHeader, Graph, parse};
use tern_trust::Id16;

/// The graph of a document's changes; read from the document when first needed.
#[derive(Debug, Default)]
pub(crate) struct Follow {
    graph: Option<Graph>,
    /// Last sequence number of each actor.
    last: BTreeMap<Id16, u64>,
}

impl Follow {
    /// Takes a change in when it continues `doc` and what was admitted since.
    pub fn admit(&mut self, doc: &Doc, header: &ChangeHeader) -> bool {
        if self.graph.is_none() && !self.read(doc) {
            return false;
        }
        let next = self.last.get(&header.actor).copied().unwrap_or(0) + 1;
        let Some(graph) = &mut self.graph else { return false };
        if header.seq != next || graph.admit(header).is_err() {
            return false;
        }
        self.last.insert(header.actor, header.seq);
        true
    }

    fn read(&mut self, doc: &Doc) -> bool {
        let mut graph = Graph::new();
        for chunk in doc.all_changes() {
            let Ok(header) = parse(&chunk) else { return false };
            if graph.admit(&header).is_err() {
                return false;
            }
            self.last.insert(header.actor, header.seq);
        }
        self.graph = Some(graph);
        true
    }
}
