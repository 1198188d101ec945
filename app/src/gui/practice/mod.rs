//! What stands over a page: where its meeting is, what it configures, whether it is still true.

use egui::{Rect, Ui};
use tern_peer::{AgreementView, Command, PracticeCommand, PracticeView, UpkeepPage};

use super::bars::{self, Choice};
use super::command::{Held, Queue, Then, UiCommand};
use super::views::Views;

pub mod fields;
pub mod meeting;
pub mod on_call;
pub mod people;
pub mod upkeep;
pub mod watched;

/// A sentence over a page and what can be done about it.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// What is said.
    pub words: String,
    /// Buttons, the main one first.
    pub choices: Vec<(String, UiCommand)>,
}

/// Something that is sent, and said when it is done.
pub fn sends(command: PracticeCommand, said: &str) -> UiCommand {
    UiCommand::Send(Box::new(Command::Practice(command)), Then::CloseAndSay(said.to_owned()))
}

/// The same with a way back.
pub fn undoable(command: PracticeCommand, back: PracticeCommand, said: impl Into<String>) -> UiCommand {
    let back = Held(Command::Practice(back));
    UiCommand::Send(Box::new(Command::Practice(command)), Then::Undoable(said.into(), Box::new(back)))
}

/// What stands over a page; nothing where it says nothing of the kind.
pub fn build(view: &PracticeView, id: &str, views: &Views) -> Option<Head> {
    match view {
        PracticeView::Meeting(view) if view.id == id => {
            let mut head = meeting::build(view);
            let change = UiCommand::Pick(Box::new(meeting::menu(view, views)));
            head.choices.push(("Change it…".to_owned(), change));
            Some(head)
        }
        PracticeView::Agreement(view) if view.id.as_deref() == Some(id) => Some(agreement(view)),
        PracticeView::Upkeep(view) => view.pages.iter().find(|page| page.id == id).and_then(upkeep),
        _ => None,
    }
}

fn agreement(view: &AgreementView) -> Head {
    let mut words = match (view.in_force, view.configures.is_empty()) {
        (true, _) => format!("This page configures Tern. {}", view.configures.join(" ")),
        (false, true) => "This page would configure Tern; its fields say nothing yet.".to_owned(),
        (false, false) => match &view.held_by {
            Some(older) => format!("“{}”, made earlier, holds here; this page does not.", older.title),
            None => "An older working agreement holds here.".to_owned(),
        },
    };
    for other in view.others.iter().filter(|_| view.in_force) {
        words += &format!(" “{}” says something too and does not hold.", other.title);
    }
    for kept in &view.conflicts {
        words += &format!(" {} set {} to {} at the same time.", kept.author, kept.field, kept.value);
    }
    let change = fields::menu(view, None).map(|menu| UiCommand::Pick(Box::new(menu)));
    let choices = change.map(|change| ("Change what is agreed…".to_owned(), change)).into_iter().collect();
    Head { words, choices }
}

fn upkeep(page: &UpkeepPage) -> Option<Head> {
    if !page.overdue {
        return None;
    }
    let owner = match (&page.owner, page.mine) {
        (_, true) => "you answer for it".to_owned(),
        (Some(owner), false) => format!("{} answers for it", owner.name),
        (None, false) => "nobody answers for it".to_owned(),
    };
    let by = page.review_by.as_deref().and_then(|by| by.split('[').next()).unwrap_or_default();
    let still = PracticeCommand::StillTrue { page: page.id.clone() };
    Some(Head {
        words: format!("Is this page still true? It was to be looked at by {by}; {owner}."),
        choices: vec![("Still true".to_owned(), sends(still, "Noted: the page is still true"))],
    })
}

/// What says that the page that is shown is still true; nothing where nobody has to look at it again.
pub fn still_true(views: &Views) -> Option<UiCommand> {
    let Some(PracticeView::Upkeep(view)) = views.open.practice.get() else { return None };
    let page = view.pages.iter().find(|page| page.review_by.is_some())?;
    let still = PracticeCommand::StillTrue { page: page.id.clone() };
    Some(sends(still, "Noted: the page is still true"))
}

/// Draws what stands over a page; returns its height.
pub fn show(ui: &mut Ui, room: Rect, id: &str, views: &Views, out: &mut Queue) -> f32 {
    let Some(head) = views.open.practice.get().and_then(|view| build(view, id, views)) else { return 0.0 };
    let choices = head.choices.iter();
    // Only what takes it further is drawn as the main action; changing fields is not.
    let main = |n: usize, label: &str| n == 0 && !label.ends_with('…');
    let choices: Vec<Choice<'_>> = choices
        .enumerate()
        .map(|(n, (label, command))| (label.as_str(), main(n, label), command.clone()))
        .collect();
    bars::bar(ui, room, &head.words, &choices, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_peer::AgreementLink;

    #[test]
    fn which_of_several_agreements_holds_is_said_on_each() {
        let link = |title: &str| AgreementLink { title: title.into(), ..AgreementLink::default() };
        let configures = vec!["An emergency is one of 2 things.".to_owned()];
        let later = AgreementView {
            held_by: Some(link("How we work")),
            configures: configures.clone(),
            ..AgreementView::default()
        };
        assert!(agreement(&later).words.contains("“How we work”, made earlier, holds here"));
        let holds = AgreementView {
            in_force: true,
            others: vec![link("A draft")],
            configures,
            ..AgreementView::default()
        };
        assert!(agreement(&holds).words.contains("“A draft” says something too and does not hold"));
    }
}
