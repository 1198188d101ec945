//! What of a group waits for oneself in the inbox: questions that are due, and own pages to look at. Each stands there once,
//! until it is answered, skipped or looked at, or the next time of the question replaces it.

use crate::api::*;

use super::super::Core;

impl Core {
    /// All of it, the oldest first.
    pub(crate) fn asks(&self) -> Result<Vec<AskView>, PeerError> {
        let zone = self.my_zone();
        let mut found = Vec::new();
        for question in self.questions_view(None)?.questions.into_iter().filter(|question| question.due) {
            found.push(AskView {
                kind: "question".to_owned(),
                id: question.thread,
                text: format!("{} asks, {}", question.by.name, question.when),
                title: question.question,
                since: question.asked_local.unwrap_or_default(),
            });
        }
        for page in self.upkeep_view(None)?.pages.into_iter().filter(|page| page.overdue && page.mine) {
            let since = page.at.as_deref().and_then(|at| zone.moment(at).ok());
            found.push(AskView {
                kind: "review".to_owned(),
                id: page.id,
                title: page.title,
                text: "Is it still true?".to_owned(),
                since: since.map(|at| zone.show(at)).unwrap_or_default(),
            });
        }
        Ok(found)
    }
}
