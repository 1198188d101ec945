//! What a change of access does, said before it is made. Plain data; `dialogs` draws it.

use tern_peer::{AccessCommand, Command};

use crate::gui::command::{Held, Then, UiCommand};

/// A question that is answered by one button, perhaps after something was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// What is asked.
    pub title: String,
    /// Captions and sentences.
    pub facts: Vec<(&'static str, String)>,
    /// What has to be typed first: what it is, and the text itself.
    pub typed: Option<(&'static str, String)>,
    /// What the button says.
    pub action: String,
    command: Held,
    said: String,
}

impl Confirm {
    fn new(title: String, action: &str, command: AccessCommand, said: String) -> Self {
        let command = Held(Command::Access(command));
        Confirm { title, facts: Vec::new(), typed: None, action: action.to_owned(), command, said }
    }

    fn fact(mut self, caption: &'static str, words: impl Into<String>) -> Self {
        self.facts.push((caption, words.into()));
        self
    }

    /// Whether enough was typed.
    pub fn allows(&self, typed: &str) -> bool {
        self.typed.as_ref().is_none_or(|(_, wanted)| same_words(typed, wanted))
    }

    /// What the button does.
    pub fn command(&self) -> UiCommand {
        UiCommand::Send(Box::new(self.command.0.clone()), Then::CloseAndSay(self.said.clone()))
    }
}

/// Whether two texts are the same to a person who types: case and outer blanks do not count.
pub fn same_words(typed: &str, wanted: &str) -> bool {
    typed.trim().to_lowercase() == wanted.trim().to_lowercase()
}

/// Removing a member.
pub fn remove_member(id: &str, name: &str, devices: usize) -> Confirm {
    let theirs = match devices {
        1 => format!("{name}’s device gets"),
        count => format!("{name}’s {count} devices get"),
    };
    let command = AccessCommand::MemberRemove { member: id.to_owned() };
    Confirm::new(format!("Remove {name}?"), &format!("Remove {name}"), command, format!("{name} is removed"))
        .fact("Happens", format!("{theirs} nothing new, and the key of the workspace changes: what is written from then on stays closed to them."))
        .fact("They keep", format!("What is on {name}’s devices already stays readable there. Nobody can take that back."))
        .fact("Later edits", format!("What {name} writes before their laptops learn of it waits in Review and counts only when somebody admits it."))
        .fact("Way back", "A removed member can be restored with any role.")
}

/// Leaving.
pub fn leave(workspace: &str) -> Confirm {
    let said = format!("You left “{workspace}”");
    let confirm =
        Confirm::new(format!("Leave “{workspace}”?"), "Leave the workspace", AccessCommand::Leave, said)
            .fact("Happens", "Your devices get nothing new, and the key of the workspace changes.")
            .fact("You keep", "What is on this laptop stays readable here.")
            .fact("Way back", "Only somebody who manages members can bring you back.");
    Confirm { typed: Some(("Name of the workspace", workspace.to_owned())), ..confirm }
}

/// Removing a device.
pub fn remove_device(id: &str, shown: &str, whose: &str, is_this: bool) -> Confirm {
    let command = AccessCommand::DeviceRemove { device: id.to_owned() };
    let said = format!("{shown} is removed");
    let mut letters = shown.chars();
    let shown = letters.next().map(|first| first.to_lowercase().chain(letters).collect::<String>());
    let shown = shown.unwrap_or_default();
    let confirm = Confirm::new(format!("Remove {shown} from {whose}?"), "Remove the device", command, said)
        .fact("Happens", "The device gets nothing new, and the key of the workspace changes.")
        .fact("It keeps", "What is on its disk already stays readable to whoever can open it.")
        .fact("Later edits", "What is written on it before it learns of this waits in Review.");
    if is_this {
        return confirm.fact(
            "This laptop",
            "You are removing the laptop that you are using. Another device of yours goes on.",
        );
    }
    confirm
}

/// Ending an invite.
pub fn revoke(id: &str, title: &str, joined: &[String]) -> Confirm {
    let command = AccessCommand::InviteRevoke { invite: id.to_owned() };
    let stays = if joined.is_empty() {
        "Nobody came in by it.".to_owned()
    } else {
        format!("Who came in by it stays a member: {}.", joined.join(", "))
    };
    Confirm::new(
        format!("End the invite “{title}”?"),
        "End the invite",
        command,
        "The invite is ended".to_owned(),
    )
    .fact("Happens", "The ticket opens nothing new; the key of the workspace changes.")
    .fact("Stays", stays)
}

/// Taking edits off the list.
pub fn discard(entry: &str, items: &str, author: &str, title: &str) -> Confirm {
    let command = AccessCommand::ReviewDiscard { entry: entry.to_owned() };
    Confirm::new(
        format!("Discard {items} by {author}?"),
        "Discard",
        command,
        format!("{items} left the list"),
    )
    .fact("Happens", format!("The edits of “{title}” leave your list and go on not counting."))
    .fact(
        "Safe",
        "Nothing is deleted: the sealed edits stay kept. Export them first to have their text at hand.",
    )
}

/// Taking a member out of a private space.
pub fn leave_space(space: (&str, &str), member: (&str, &str)) -> Confirm {
    let ((space, title), (member, name)) = (space, member);
    let command = AccessCommand::SpaceRemove { space: space.to_owned(), member: member.to_owned() };
    let said = format!("{name} is out of “{title}”");
    Confirm::new(format!("Take {name} out of “{title}”?"), &format!("Take {name} out"), command, said)
        .fact(
            "Happens",
            "The key of the space changes: what is written in it from then on stays closed to them.",
        )
        .fact(
            "They keep",
            format!("What {name} has read of it stays on their devices. They stay in the workspace."),
        )
}

/// The question as text, for tests.
#[cfg(test)]
pub fn text(confirm: &Confirm) -> String {
    let mut text = format!("{}\n", confirm.title);
    for (caption, words) in &confirm.facts {
        text.push_str(&format!("{caption}: {words}\n"));
    }
    if let Some((what, wanted)) = &confirm.typed {
        text.push_str(&format!("[{what}: {wanted}]\n"));
    }
    text + &format!("({})\n", confirm.action)
}
