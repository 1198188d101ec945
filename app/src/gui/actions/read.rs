//! Key presses as actions.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{ACTIONS, Action, Keys, NONE, SHIFT, Situation, of};
use Keys::{Sequence, Single, Typed};

/// Whether the key of an action is held down with nothing else.
pub fn is_held(ctx: &egui::Context, action: Action) -> bool {
    let keys = of(action).map(|spec| spec.keys).unwrap_or_default();
    ctx.input(|input| {
        let down = |keys: &Keys| matches!(keys, Keys::Held(key) if input.key_down(*key));
        input.modifiers.is_none() && keys.iter().any(down)
    })
}

/// Turns key presses into actions; remembers the first key of a sequence.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    first: Option<(Key, f64)>,
}

/// Seconds within which the second key of a sequence counts.
const SEQUENCE_SECS: f64 = 1.5;

impl Reader {
    /// Takes the keys that belong to actions out of the input.
    pub fn read(&mut self, ctx: &egui::Context, situation: Situation, typing: bool) -> Vec<Action> {
        let mut actions = Vec::new();
        ctx.input_mut(|input| {
            let now = input.time;
            if situation.tree && !typing {
                read_first(input, &mut actions, |keys| match keys {
                    Keys::Tree(held, key) => Some((*held, *key)),
                    _ => None,
                });
            } else if situation.board && situation.task && !typing {
                read_first(input, &mut actions, |keys| match keys {
                    Keys::Card(held, key) => Some((*held, *key)),
                    _ => None,
                });
            }
            for spec in ACTIONS.iter().filter(|spec| spec.when.holds(situation)) {
                for keys in spec.keys {
                    if let Keys::Chord(shortcut) = keys
                        && consume(input, shortcut)
                    {
                        actions.push(spec.action);
                    }
                }
            }
            if !typing {
                self.read_single(input, situation, now, &mut actions);
            }
        });
        actions
    }

    fn read_single(
        &mut self,
        input: &mut egui::InputState,
        situation: Situation,
        now: f64,
        out: &mut Vec<Action>,
    ) {
        let mut events = std::mem::take(&mut input.events);
        events.retain(|event| match event {
            egui::Event::Key { key, pressed: true, modifiers, .. } => {
                !self.press(*key, *modifiers, situation, now, out)
            }
            egui::Event::Text(text) => !typed(text, situation, out),
            _ => true,
        });
        input.events = events;
    }

    fn press(
        &mut self,
        key: Key,
        held: Modifiers,
        situation: Situation,
        now: f64,
        out: &mut Vec<Action>,
    ) -> bool {
        if held.command || held.ctrl || held.alt {
            return false;
        }
        let first = self.first.take().filter(|(_, at)| now - at < SEQUENCE_SECS).map(|(key, _)| key);
        let offered = || ACTIONS.iter().filter(|spec| spec.when.holds(situation));
        let find = |wanted: Keys| offered().find(|spec| spec.keys.contains(&wanted)).map(|spec| spec.action);
        let held = if held.shift { SHIFT } else { NONE };
        if let Some(action) =
            first.and_then(|first| find(Sequence(first, key))).or_else(|| find(Single(held, key)))
        {
            out.push(action);
            return true;
        }
        let begins = |keys: &Keys| matches!(keys, Sequence(begin, _) if *begin == key);
        if held == NONE && offered().any(|spec| spec.keys.iter().any(begins)) {
            self.first = Some((key, now));
            return true;
        }
        false
    }
}

/// Keys of the tree and of cards come first: an arrow with something held means something else elsewhere.
fn read_first(
    input: &mut egui::InputState,
    out: &mut Vec<Action>,
    chord: impl Fn(&Keys) -> Option<(Modifiers, Key)>,
) {
    input.events.retain(|event| {
        let egui::Event::Key { key, pressed: true, modifiers: held, .. } = event else { return true };
        let matches =
            |keys: &Keys| chord(keys).is_some_and(|(wanted, k)| k == *key && held.matches_exact(wanted));
        let found = ACTIONS.iter().find(|spec| spec.keys.iter().any(matches));
        out.extend(found.map(|spec| spec.action));
        found.is_none()
    });
}

/// Takes a chord out of the input. A letter with another modifier held is another chord; signs may need Shift to be typed.
fn consume(input: &mut egui::InputState, shortcut: &KeyboardShortcut) -> bool {
    let wanted = shortcut.modifiers;
    let is_letter = shortcut.logical_key.name().len() == 1
        && shortcut.logical_key.name().as_bytes()[0].is_ascii_alphabetic();
    let fits = |held: Modifiers| {
        let exact = held.shift == wanted.shift && held.alt == wanted.alt;
        held.matches_logically(wanted) && (exact || !is_letter)
    };
    let before = input.events.len();
    input.events.retain(|event| {
        !matches!(event, egui::Event::Key { key, pressed: true, modifiers, .. }
            if *key == shortcut.logical_key && fits(*modifiers))
    });
    input.events.len() < before
}

fn typed(text: &str, situation: Situation, out: &mut Vec<Action>) -> bool {
    let mut characters = text.chars();
    let (Some(c), None) = (characters.next(), characters.next()) else { return false };
    let found = ACTIONS.iter().find(|spec| spec.when.holds(situation) && spec.keys.contains(&Typed(c)));
    out.extend(found.map(|spec| spec.action));
    found.is_some()
}
