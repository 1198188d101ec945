use super::*;
use proptest::prelude::*;
use tern_model::block::{Block, BlockKind};

use crate::gui::page::edit::{self, Change, Mark};
use crate::gui::page::select::{self, Step as Move};
use crate::gui::page::{blocks, typing};

/// The document as the engine holds it: what windows hand over is rebased over what came before it.
struct Engine {
    start: Flat,
    log: Vec<Delta>,
    /// What brings torn words back.
    torn: Delta,
}

impl Engine {
    fn of(texts: &[&str]) -> Engine {
        let blocks: Vec<Block> = texts.iter().map(|text| Block::plain(BlockKind::Paragraph, text)).collect();
        Engine { start: Flat::of(&blocks), log: Vec::new(), torn: Delta::default() }
    }

    fn flat(&self) -> Flat {
        let mut flat = self.start.clone();
        self.log.iter().for_each(|delta| flat.apply(delta).expect("it fits"));
        flat
    }

    fn since(&self, heads: &str) -> Delta {
        let from: usize = heads.parse().expect("a number");
        self.log[from..].iter().fold(Delta::default(), |all, delta| all.compose(delta))
    }

    fn heads(&self) -> String {
        self.log.len().to_string()
    }

    /// Answers one request of a window.
    fn serve(&mut self, session: &mut Session, now: f64) -> bool {
        session.announce(&self.heads());
        let Some(request) = session.next_request(now, true) else { return false };
        match request {
            Request::Load => session.loaded(&self.heads(), self.flat(), now),
            Request::Pull { from } => {
                let delta = self.since(&from);
                session.pulled(&self.heads(), &delta, self.flat().digest(), now);
            }
            Request::Push { base, delta } => {
                let remote = self.since(&base);
                self.log.push(delta.transform(&remote, Side::Pending));
                session.pushed(&self.heads(), &remote, now);
            }
            Request::Torn { .. } => {
                let torn = std::mem::take(&mut self.torn);
                session.mended(&self.heads(), &torn, now);
            }
        }
        true
    }

    fn settle(&mut self, sessions: &mut [Session]) {
        let mut now = 1_000.0;
        for _ in 0..100 {
            now += 10.0;
            let mut any = false;
            for session in sessions.iter_mut() {
                any |= self.serve(session, now);
            }
            if !any {
                return;
            }
        }
        panic!("windows and engine do not come to rest");
    }
}

fn window(engine: &mut Engine) -> Session {
    let mut session = Session::default();
    engine.serve(&mut session, 0.0);
    session
}

fn write(session: &mut Session, text: &str, now: f64) {
    for c in text.chars() {
        typing::type_text(session, &c.to_string(), true, now);
    }
}

fn texts(session: &Session) -> Vec<String> {
    session.flat().blocks().iter().map(Block::text).collect()
}

#[test]
fn one_step_back_takes_a_conversion_away_and_the_next_the_typing() {
    let mut engine = Engine::of(&[""]);
    let mut session = window(&mut engine);
    session.selection = Selection::at(1);
    write(&mut session, "# Plan", 1.0);
    let kind = |session: &Session| session.flat().blocks()[0].kind.clone();
    assert_eq!(kind(&session), BlockKind::Heading { level: 1 });
    assert!(session.step(false, 2.0), "the word after the conversion");
    assert!(session.step(false, 2.0), "the conversion");
    assert_eq!((kind(&session), texts(&session)), (BlockKind::Paragraph, vec!["# ".to_owned()]));
    assert!(session.step(false, 2.0), "the typing");
    assert_eq!(texts(&session), [""]);
    while session.step(true, 2.0) {}
    assert_eq!((kind(&session), texts(&session)), (BlockKind::Heading { level: 1 }, vec!["Plan".to_owned()]));
}

#[test]
fn bold_typed_as_markdown_is_taken_back_to_its_stars() {
    let mut engine = Engine::of(&[""]);
    let mut session = window(&mut engine);
    session.selection = Selection::at(1);
    write(&mut session, "a **bold** word", 1.0);
    assert_eq!(texts(&session), ["a bold word"]);
    let bold = session.flat().parts()[1]
        .line
        .runs()
        .iter()
        .filter(|(_, marks)| marks.strong)
        .map(|(len, _)| len)
        .sum::<usize>();
    assert_eq!(bold, 4, "what is typed behind it is plain");
    session.step(false, 2.0);
    session.step(false, 2.0);
    assert_eq!(texts(&session), ["a **bold**"]);
}

#[test]
fn only_own_work_is_taken_back_also_after_others_worked_around_it() {
    let mut engine = Engine::of(&["shared"]);
    let (mut mine, mut theirs) = (window(&mut engine), window(&mut engine));
    mine.selection = Selection::at(1);
    write(&mut mine, "my ", 1.0);
    theirs.selection = Selection::at(7);
    write(&mut theirs, " text", 1.0);
    let mut both = [mine, theirs];
    engine.settle(&mut both);
    let [mut mine, theirs] = both;
    assert_eq!(texts(&mine), ["my shared text"]);
    assert!(mine.step(false, 3.0));
    assert_eq!(texts(&mine), ["shared text"]);
    let mut both = [mine, theirs];
    engine.settle(&mut both);
    assert_eq!(texts(&both[1]), ["shared text"]);
    assert!(!both[0].step(false, 4.0), "what others did is not one's own to take back");
}

#[test]
fn torn_words_come_back_with_the_caret_when_nobody_types() {
    let mut engine = Engine::of(&["works mea"]);
    let mut session = window(&mut engine);
    session.selection = Selection::at(10);
    write(&mut session, "nwhi", 1.0);
    while engine.serve(&mut session, 2.0) {}
    // Somebody who did not have these words added a block, and the document put it before them.
    let block = Piece::Block(Box::new(Head::plain(BlockKind::Paragraph)));
    let ferry = [block, Piece::Text("the ferry".into(), Marks::default())];
    engine.log.push(Delta::splice(10, 0, ferry));
    session.announce(&engine.heads());
    let Some(Request::Pull { from }) = session.next_request(3.0, false) else { panic!("it asks") };
    session.pulled(&engine.heads(), &engine.since(&from), engine.flat().digest(), 3.0);
    assert_eq!(texts(&session), ["works mea", "the ferrynwhi"]);
    write(&mut session, "le", 3.0);
    assert!(
        !matches!(session.next_request(3.0, true), Some(Request::Torn { .. })),
        "not while somebody types"
    );
    let Some(Flight::Push(sent)) = session.flight.clone() else { panic!("it is handed over") };
    engine.log.push(sent);
    session.pushed(&engine.heads(), &Delta::default(), 4.0);
    let words = Piece::Text("nwhile".into(), Marks::default());
    engine.torn = Delta::new([Step::Keep(10), Step::Insert(words), Step::Keep(10), Step::Delete(6)]);
    let mut both = [session];
    engine.settle(&mut both);
    let [session] = both;
    assert_eq!(texts(&session), ["works meanwhile", "the ferry"]);
    assert_eq!(session.selection.head, 16, "the caret stands behind them");
    assert_eq!(session.mismatches, 0);
}

#[test]
fn five_hundred_steps_are_remembered() {
    let mut engine = Engine::of(&[""]);
    let mut session = window(&mut engine);
    session.selection = Selection::at(1);
    for n in 0..UNDO_MAX + 20 {
        write(&mut session, "x", 10.0 * n as f64);
    }
    let steps = std::iter::from_fn(|| session.step(false, 9e9).then_some(())).count();
    assert_eq!(steps, UNDO_MAX);
    assert_eq!(texts(&session), ["x".repeat(20)]);
}

#[test]
fn what_the_engine_refuses_stays_and_is_sent_again() {
    let mut engine = Engine::of(&["a"]);
    let mut session = window(&mut engine);
    session.selection = Selection::at(2);
    write(&mut session, "b", 1.0);
    assert!(matches!(session.next_request(9.0, false), Some(Request::Push { .. })));
    session.failed(9.0);
    write(&mut session, "c", 9.0);
    assert_eq!(session.next_request(99.0, true), None, "not before it is asked for");
    session.retry();
    engine.serve(&mut session, 99.0);
    assert_eq!(engine.flat().blocks()[0].text(), "abc");
    assert!(session.is_settled());
}

#[test]
fn a_difference_is_found_and_the_page_loaded_again_without_losing_what_waits() {
    let mut engine = Engine::of(&["a"]);
    let mut session = window(&mut engine);
    session.pulled("0", &Delta::default(), 1, 1.0);
    assert_eq!(session.mismatches, 0, "nothing was asked");
    session.selection = Selection::at(2);
    write(&mut session, "b", 1.0);
    engine.serve(&mut session, 2.0);
    assert!(matches!(session.next_request(9.0, false), Some(Request::Pull { .. })), "idle: compared");
    session.pulled("1", &Delta::default(), 1, 9.0);
    assert_eq!(session.mismatches, 1);
    write(&mut session, "c", 9.0);
    engine.settle(std::slice::from_mut(&mut session));
    assert_eq!(texts(&session), ["abc"]);
    assert_eq!(engine.flat().blocks()[0].text(), "abc");
}

#[test]
fn a_page_that_was_left_while_a_question_was_under_way_goes_on_when_it_is_opened_again() {
    let mut engine = Engine::of(&["a"]);
    let mut session = window(&mut engine);
    session.announce("elsewhere");
    assert!(matches!(session.next_request(1.0, false), Some(Request::Pull { .. })));
    session.put_down();
    session.selection = Selection::at(2);
    write(&mut session, "b", 2.0);
    engine.settle(std::slice::from_mut(&mut session));
    assert_eq!(engine.flat().blocks()[0].text(), "ab");
}

#[test]
fn a_caret_never_stands_in_front_of_the_first_block() {
    let mut engine = Engine::of(&["b"]);
    let mut session = window(&mut engine);
    let leading = Delta::splice(0, 0, [Piece::Text("a".into(), Marks::default())]);
    session.change(&leading, Selection::at(1), Kind::Other, 1.0);
    let change =
        edit::erase(session.flat(), &session.selection, Move::Char, false).expect("a character goes");
    session.change(&change.delta, change.after, change.kind, 2.0);
    assert_eq!(
        session.selection,
        Selection::at(1),
        "text in front of all blocks is gone, and so is its place"
    );
}

#[test]
fn a_page_that_is_not_here_is_asked_for_again_and_not_at_every_frame() {
    let mut session = Session::default();
    assert_eq!(session.due(5.0), Some(0.0));
    assert_eq!(session.next_request(5.0, false), Some(Request::Load));
    session.failed(5.0);
    assert_eq!(session.next_request(5.1, false), None);
    assert_eq!(session.due(5.0), Some(AGAIN_SECS));
    assert_eq!(session.next_request(5.0 + AGAIN_SECS, false), Some(Request::Load));
}

/// What a hand does.
#[derive(Debug, Clone)]
enum Act {
    Write(&'static str),
    Go(usize, usize),
    Erase(Move, bool),
    Enter,
    Mark(Mark),
    Indent(bool),
    Shift(bool),
    Convert(u8),
    Paste(&'static str),
    Step(bool),
}

fn act() -> impl Strategy<Value = Act> {
    let word = prop::sample::select(vec!["a", "bc ", "漢字", "# ", "- ", "[] ", "**x** ", "> ", "1. "]);
    let text = prop::sample::select(vec!["one\n\ntwo", "- a\n- b", "| a | b |\n| - | - |\n| c | d |", "---"]);
    let mark = prop::sample::select(vec![Mark::Strong, Mark::Em, Mark::Code]);
    prop_oneof![
        6 => word.prop_map(Act::Write),
        4 => (0..60usize, 0..8usize).prop_map(|(at, len)| Act::Go(at, len)),
        2 => (prop::sample::select(vec![Move::Char, Move::Word]), any::<bool>()).prop_map(|(unit, forward)| Act::Erase(unit, forward)),
        2 => Just(Act::Enter),
        1 => mark.prop_map(Act::Mark),
        1 => any::<bool>().prop_map(Act::Indent),
        1 => any::<bool>().prop_map(Act::Shift),
        1 => (0..4u8).prop_map(Act::Convert),
        1 => text.prop_map(Act::Paste),
        1 => any::<bool>().prop_map(Act::Step),
    ]
}

fn perform(session: &mut Session, act: &Act, now: f64) {
    let flat = session.flat();
    let selection = session.selection.clone();
    let (first, last) = blocks::touched(flat, &selection);
    let change: Option<Change> = match act {
        Act::Write(text) => return write(session, text, now),
        Act::Enter => return typing::enter(session, now),
        Act::Step(redo) => {
            session.step(*redo, now);
            return;
        }
        Act::Go(at, len) => {
            session.selection = Selection::range(*at, at + len).within(flat);
            return;
        }
        Act::Erase(unit, forward) => edit::erase(flat, &selection, *unit, *forward),
        Act::Mark(mark) => edit::toggle_mark(flat, &selection, *mark),
        Act::Indent(true) => blocks::indent(flat, first, last, &selection),
        Act::Indent(false) => blocks::outdent_selected(flat, first, last, &selection),
        Act::Shift(down) => blocks::shift(flat, first, last, *down, &selection),
        Act::Convert(0) => blocks::remove_range(flat, first, last),
        Act::Convert(n) => {
            blocks::convert(flat, first, last, &Head::plain(BlockKind::Heading { level: *n }), &selection)
        }
        Act::Paste(text) => crate::gui::page::clip::paste(flat, &selection, text),
    };
    if let Some(change) = change {
        session.change(&change.delta, change.after, change.kind, now);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Two people type at random into one page, answers come when they come: at rest both windows and the engine hold the
    /// same, no window ever had to load the page again, and the caret stands in the page.
    #[test]
    fn windows_and_engine_never_differ(steps in prop::collection::vec((0..2usize, act(), 0..4u8), 0..60)) {
        let mut engine = Engine::of(&["one two", "three", ""]);
        let mut windows = [window(&mut engine), window(&mut engine)];
        for (n, (who, act, serve)) in steps.iter().enumerate() {
            let now = n as f64;
            perform(&mut windows[*who], act, now);
            if *serve < 2 {
                engine.serve(&mut windows[usize::from(*serve)], now);
            }
            let session = &windows[*who];
            let (from, to) = session.selection.ordered();
            prop_assert!(from >= select::first_place(session.flat()).min(session.flat().len()) && to <= session.flat().len());
        }
        engine.settle(&mut windows);
        for window in &windows {
            prop_assert_eq!(window.mismatches, 0);
            prop_assert_eq!(window.flat().digest(), engine.flat().digest());
        }
    }

    /// One person types a sentence while another works in the same paragraph: every character is there, in its order.
    #[test]
    fn a_caret_does_not_jump_while_somebody_else_types(other in prop::collection::vec((0..20usize, 0..3u8), 0..30)) {
        let sentence = "The quick brown fox jumps over the lazy dog";
        let mut engine = Engine::of(&["................"]);
        let mut windows = [window(&mut engine), window(&mut engine)];
        windows[0].selection = Selection::at(9);
        for (n, c) in sentence.chars().enumerate() {
            let now = n as f64;
            typing::type_text(&mut windows[0], &c.to_string(), true, now);
            if let Some((at, serve)) = other.get(n) {
                let dot = windows[1].flat().parts()[1].line.text().chars().position(|c| c == '.').unwrap_or(0);
                windows[1].selection = Selection::at(1 + dot + at % 3);
                typing::type_text(&mut windows[1], "-", true, now);
                if *serve < 2 {
                    engine.serve(&mut windows[usize::from(*serve)], now);
                }
            }
        }
        engine.settle(&mut windows);
        let kept: String = texts(&windows[0])[0].chars().filter(|c| *c != '-' && *c != '.').collect();
        prop_assert_eq!(kept, sentence);
        prop_assert_eq!(texts(&windows[0]), texts(&windows[1]));
        prop_assert_eq!(texts(&windows[0])[0].matches('.').count(), 16);
    }
}
