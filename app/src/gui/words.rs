//! The recovery words after a workspace was made: shown once, then two of them are asked for.

use egui::{Align2, CornerRadius, Rect, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::access::confirm::same_words;
use super::look::look;
use super::notice;
use super::secret::Secret;
use super::tokens::{self, radius};
use super::widgets::{self, Button, Field};

/// The words, and how far the person is with them.
#[derive(Debug)]
pub struct Words {
    words: Vec<Secret>,
    written: bool,
    asking: bool,
    focused: bool,
    answers: [Secret; 2],
}

impl Words {
    /// The words of a report.
    pub fn new(words: &Secret) -> Self {
        let words = words.text().split_whitespace().map(|word| Secret::new(word.to_owned())).collect();
        Words { words, written: false, asking: false, focused: false, answers: Default::default() }
    }

    /// Which two are asked for, from 0: they follow from the words, so nobody can learn the answer by heart beforehand.
    fn asked(&self) -> [usize; 2] {
        let count = self.words.len().max(2);
        let sum: usize = self.words.iter().flat_map(|word| word.text().bytes()).map(usize::from).sum();
        let first = sum % count;
        let second = (first + 1 + (sum / count) % (count - 1)) % count;
        [first.min(second), first.max(second)]
    }

    /// Why one cannot go on yet.
    fn missing(&self) -> Option<String> {
        let [first, second] = self.asked();
        for (at, answer) in [(first, &self.answers[0]), (second, &self.answers[1])] {
            let right = self.words.get(at).is_some_and(|word| same_words(answer.text(), word.text()));
            if answer.text().trim().is_empty() {
                return Some(format!("Type word {} first", at + 1));
            }
            if !right {
                return Some(format!("Word {} is not that one", at + 1));
            }
        }
        None
    }
}

/// Draws the words. Returns whether the person is done with them.
pub fn show(ui: &mut Ui, state: &mut Words) -> bool {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    ui.painter().rect_filled(room, 0, p.chrome);
    let mut done = false;
    let size = vec2(720.0, if state.asking { 400.0 } else { 560.0 });
    notice::centred(ui, room, size, "Recovery words", |ui| {
        let inside = ui.max_rect().shrink2(vec2(44.0, 32.0));
        widgets::region(ui, inside, "words", "Recovery words", |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                if state.asking {
                    done = ask(ui, state);
                } else {
                    sheet(ui, state);
                }
            });
        });
    });
    done
}

fn sheet(ui: &mut Ui, state: &mut Words) {
    let p = look(ui.ctx());
    widgets::text(ui, "Write these 24 words down", tokens::TITLE, p.ink);
    ui.add_space(6.0);
    let why = "They bring everything back from a node when this laptop is lost. They are shown once and kept \
               nowhere: on paper they are safe, in a picture they are not.";
    widgets::text(ui, why, tokens::CALLOUT, p.ink2);
    ui.add_space(20.0);
    word_grid(ui, &state.words);
    ui.add_space(20.0);
    if widgets::check(ui, state.written, "I have written them down") {
        state.written = !state.written;
    }
    ui.add_space(12.0);
    let why = (!state.written).then_some("Write the words down first");
    if Button::main("Go on").disabled(why).show(ui).clicked() {
        state.asking = true;
        state.focused = false;
    }
}

fn ask(ui: &mut Ui, state: &mut Words) -> bool {
    let p = look(ui.ctx());
    widgets::text(ui, "Two words, from the paper", tokens::TITLE, p.ink);
    ui.add_space(6.0);
    let why = "Read them from what you wrote. So you know that the paper is right before you need it.";
    widgets::text(ui, why, tokens::CALLOUT, p.ink2);
    ui.add_space(20.0);
    for (nth, at) in state.asked().into_iter().enumerate() {
        let name = format!("Word {}", at + 1);
        let response = widgets::form_row(ui, &name, 110.0, |ui| {
            ui.set_max_width(280.0);
            let field = Field { mono: true, ..Field::new(&name, "") };
            field.show(ui, state.answers[nth].text_mut())
        });
        if nth == 0 && !std::mem::replace(&mut state.focused, true) {
            response.request_focus();
        }
        ui.add_space(10.0);
    }
    let missing = state.missing();
    let started = state.answers.iter().all(|answer| !answer.text().trim().is_empty());
    widgets::text(ui, missing.as_deref().filter(|_| started).unwrap_or(" "), tokens::SMALL, p.cut);
    ui.add_space(10.0);
    let mut done = false;
    ui.horizontal(|ui| {
        done = Button::main("Open the workspace").disabled(missing.as_deref()).show(ui).clicked();
        if Button::plain("Show the words again").show(ui).clicked() {
            state.asking = false;
        }
    });
    done
}

fn word_grid(ui: &mut Ui, words: &[Secret]) {
    let p = look(ui.ctx());
    const COLUMNS: usize = 4;
    let rows = words.len().div_ceil(COLUMNS);
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), rows as f32 * 34.0 + 16.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(radius::CARD), p.code);
    let inside = rect.shrink(8.0);
    let column = inside.width() / COLUMNS as f32;
    for (index, word) in words.iter().enumerate() {
        let place = vec2((index / rows) as f32 * column, (index % rows) as f32 * 34.0);
        let at = Rect::from_min_size(inside.min + place, vec2(column, 34.0));
        let number = at.with_max_x(at.left() + 30.0);
        widgets::line(ui, number, Align2::RIGHT_CENTER, &(index + 1).to_string(), tokens::TINY, p.ink3);
        let mono = tokens::Type { size: 14.0, ..tokens::CODE };
        widgets::line(ui, at.with_min_x(at.left() + 40.0), Align2::LEFT_CENTER, word.text(), mono, p.ink);
    }
    let spoken = words.iter().map(Secret::text).collect::<Vec<_>>().join(" ");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Words {
        let words: Vec<String> = (1..=24).map(|n| format!("word{n}")).collect();
        Words::new(&Secret::new(words.join(" ")))
    }

    #[test]
    fn two_different_words_are_asked_for_whatever_the_words_are() {
        for salt in 0..200 {
            let words: Vec<String> = (0..24).map(|n| "abcdefgh"[..1 + (n * salt) % 7].to_owned()).collect();
            let [first, second] = Words::new(&Secret::new(words.join(" "))).asked();
            assert!(first < second && second < 24, "{salt}: {first} {second}");
        }
    }

    #[test]
    fn only_the_right_words_lead_on() {
        let mut state = sample();
        let [first, second] = state.asked();
        assert_eq!(state.missing(), Some(format!("Type word {} first", first + 1)));
        state.answers = [Secret::new(format!(" WORD{} ", first + 1)), Secret::new("word".into())];
        assert_eq!(state.missing(), Some(format!("Word {} is not that one", second + 1)));
        state.answers[1] = Secret::new(format!("word{}", second + 1));
        assert_eq!(state.missing(), None);
    }
}
