//! What tests have people do on their laptops, in one line.

use anyhow::{Result, bail};
use tern_peer::core::Core;
use tern_peer::{Command, CompactView, Query, Reply, View};

use crate::world::World;

impl World {
    /// A new page “Plan” that begins with this text; its id.
    pub fn new_page(&mut self, laptop: usize, text: &str) -> Result<String> {
        let (title, markdown) = ("Plan".to_owned(), Some(text.to_owned()));
        match self.perform(laptop, &Command::PageNew { title, parent: None, space: None, markdown })? {
            Reply::Doc(doc) => Ok(doc.id),
            other => bail!("{other:?}"),
        }
    }

    /// Writes this text below a page.
    pub fn append(&mut self, laptop: usize, page: &str, text: &str) -> Result<()> {
        let command = Command::PageAppend { page: page.to_owned(), markdown: text.to_owned() };
        self.perform(laptop, &command)?;
        Ok(())
    }

    /// What a laptop holds of a page, as text.
    pub fn text(&mut self, laptop: usize, page: &str) -> Result<String> {
        text_of(self.core(laptop)?, page)
    }

    /// A laptop folds what has at least so many loose items.
    pub fn compact(&mut self, laptop: usize, least: u64) -> Result<CompactView> {
        match self.perform(laptop, &Command::Compact { on: false, least: Some(least) })? {
            Reply::Compact(done) => Ok(done),
            other => bail!("{other:?}"),
        }
    }
}

/// What an engine holds of a page, as text.
pub fn text_of(core: &mut Core, page: &str) -> Result<String> {
    let query = Query::PageText { page: page.to_owned(), format: "md".to_owned(), at: None };
    match core.answer(&query)? {
        View::Text { text } => Ok(text),
        other => bail!("{other:?}"),
    }
}
