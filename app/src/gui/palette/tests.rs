//! The palette over many objects.

use std::sync::Arc;

use tern_peer::{MembersView, PageRow, PagesView, Query, View};

use super::*;
use crate::gui::actions::Situation;
use crate::gui::backend::{Answer, Backend, Wake, Watched};
use crate::gui::canned::Canned;
use crate::gui::prefs::Prefs;
use crate::gui::views::Views;

struct Once(Option<Answer>);

impl Watched for Once {
    fn take(&mut self) -> Option<Answer> {
        self.0.take()
    }
}

fn with_pages(count: usize) -> Views {
    let row = |n: usize| PageRow {
        id: format!("p{n}"),
        title: format!("Minutes of the meeting {n} about tablets"),
        parent: None,
        order: n,
        depth: 0,
        space: "00".into(),
        trashed: false,
    };
    let view = View::Pages(PagesView { pages: (0..count).map(row).collect(), set_aside: Vec::new() });
    let mut views = Views::default();
    views.pages.give(Box::new(Once(Some(Arc::new(Ok(view))))));
    views.members.give(Box::new(Once(Some(Arc::new(Ok(View::Members(MembersView::default())))))));
    let wake: Wake = Arc::new(|| {});
    let backend: Box<dyn Backend> = Box::new(Canned::empty());
    let _ = Query::Members;
    views.poll(backend.as_ref(), &wake);
    views
}

#[test]
fn ten_thousand_pages_are_looked_through_once_for_each_text_and_not_for_each_frame() {
    let views = with_pages(10_000);
    let prefs = Prefs::default();
    let ground = Ground { views: &views, prefs: &prefs, situation: Situation::default(), open: None };
    let mut palette = Palette::default();
    for text in ["", "m", "meet 9", "meet 99"] {
        palette.text = text.to_owned();
        for _frame in 0..50 {
            palette.look_through(ground);
        }
    }
    assert_eq!(palette.looked, 4);
    assert!(palette.found.len() <= 12);
    assert_eq!(
        palette.found.first().map(|found| found.label.as_str()),
        Some("Minutes of the meeting 99 about tablets")
    );
}

#[test]
fn letters_that_match_are_told_apart() {
    let shown = |label: &str, places: &[usize]| {
        runs(label, places)
            .iter()
            .map(|(text, is_match)| if *is_match { format!("<{text}>") } else { text.clone() })
            .collect::<String>()
    };
    assert_eq!(shown("Keep it", &[0, 5, 6]), "<K>eep <it>");
    assert_eq!(shown("Keep it", &[]), "Keep it");
}

#[test]
fn what_was_open_lately_comes_first_while_nothing_is_typed_and_wins_between_equals() {
    let views = with_pages(30);
    let mut prefs = Prefs::default();
    for id in ["p3", "p21", "gone"] {
        prefs.was_open(id);
    }
    let ground = Ground { views: &views, prefs: &prefs, situation: Situation::default(), open: None };
    let found = text(&find(ground, ""));
    assert!(
        found.starts_with(
            "Recent: Minutes of the meeting 21 about tablets | \nRecent: Minutes of the meeting 3 about"
        ),
        "{found}"
    );
    let found = find(ground, "minutes");
    assert_eq!(
        found.first().map(|found| found.label.as_str()),
        Some("Minutes of the meeting 21 about tablets")
    );
}

#[test]
fn a_link_opens_what_it_names_and_says_when_that_is_not_here() {
    let views = with_pages(3);
    let prefs = Prefs::default();
    let ground = Ground { views: &views, prefs: &prefs, situation: Situation::default(), open: None };
    assert_eq!(text(&find(ground, "tern:p2#block")), "Link: Minutes of the meeting 2 about tablets | \n");
    assert_eq!(text(&find(ground, "tern:zz")), "Link: Open the linked page | it is not here yet\n");
}
