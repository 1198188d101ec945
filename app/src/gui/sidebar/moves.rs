//! Where a page goes when it is moved in the tree: pure, so that keys, pointer and undo agree.

use tern_peer::PageRow;

/// A place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The page above, `None` at the top of its space.
    pub parent: Option<String>,
    /// The sibling before it, `None` for the first place.
    pub after: Option<String>,
}

/// A step by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Before the sibling above.
    Up,
    /// After the sibling below.
    Down,
    /// Last inside the sibling above.
    Nest,
    /// After the page it lies in.
    Outdent,
}

/// Which part of a row something is dropped on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its upper edge.
    Before,
    /// Its middle.
    Inside,
    /// Its lower edge.
    After,
}

fn row<'a>(pages: &'a [PageRow], id: &str) -> Option<&'a PageRow> {
    pages.iter().find(|page| page.id == id)
}

/// Pages beside `of`, itself included, in order. At the top of a space only those of that space.
fn siblings<'a>(pages: &'a [PageRow], of: &PageRow) -> Vec<&'a PageRow> {
    let beside =
        |page: &&PageRow| page.parent == of.parent && (page.parent.is_some() || page.space == of.space);
    pages.iter().filter(beside).collect()
}

fn last_inside(pages: &[PageRow], parent: &str, moving: &str) -> Option<String> {
    let inside = |page: &&PageRow| page.parent.as_deref() == Some(parent) && page.id != moving;
    pages.iter().rfind(inside).map(|page| page.id.clone())
}

/// Where a page is.
pub fn here(pages: &[PageRow], id: &str) -> Option<Place> {
    let page = row(pages, id)?;
    let beside = siblings(pages, page);
    let at = beside.iter().position(|other| other.id == id)?;
    let after = at.checked_sub(1).and_then(|at| beside.get(at)).map(|page| page.id.clone());
    Some(Place { parent: page.parent.clone(), after })
}

/// Where a step leads; `None` when there is no way there.
pub fn step(pages: &[PageRow], id: &str, step: Step) -> Option<Place> {
    let page = row(pages, id)?;
    let beside = siblings(pages, page);
    let at = beside.iter().position(|other| other.id == id)?;
    let sibling = |at: usize| beside.get(at).map(|page| page.id.clone());
    let parent = page.parent.clone();
    match step {
        Step::Up => {
            at.checked_sub(1).map(|above| Place { parent, after: above.checked_sub(1).and_then(sibling) })
        }
        Step::Down => sibling(at + 1).map(|below| Place { parent, after: Some(below) }),
        Step::Nest => {
            let above = at.checked_sub(1).and_then(sibling)?;
            let after = last_inside(pages, &above, id);
            Some(Place { parent: Some(above), after })
        }
        Step::Outdent => {
            let above = row(pages, parent.as_deref()?)?;
            Some(Place { parent: above.parent.clone(), after: parent })
        }
    }
}

/// Where a page goes that is dropped on a part of `target`; `None` when it cannot go there: into itself, to another
/// space (that has consequences which are said first), or to where it is.
pub fn drop(pages: &[PageRow], id: &str, target: &str, part: Part, unfolded: bool) -> Option<Place> {
    let (page, onto) = (row(pages, id)?, row(pages, target)?);
    if page.space != onto.space || is_within(pages, target, id) {
        return None;
    }
    let place = match part {
        Part::Inside => Place { parent: Some(onto.id.clone()), after: last_inside(pages, target, id) },
        Part::After if unfolded => Place { parent: Some(onto.id.clone()), after: None },
        Part::After => Place { parent: onto.parent.clone(), after: Some(onto.id.clone()) },
        Part::Before => {
            let beside = siblings(pages, onto);
            let before = beside.iter().take_while(|other| other.id != target).filter(|other| other.id != id);
            Place { parent: onto.parent.clone(), after: before.last().map(|page| page.id.clone()) }
        }
    };
    (here(pages, id).as_ref() != Some(&place)).then_some(place)
}

/// Whether `id` is `above` or lies under it.
fn is_within(pages: &[PageRow], id: &str, above: &str) -> bool {
    let mut at = Some(id);
    // A tree is never deeper than it has pages.
    for _ in 0..=pages.len() {
        match at {
            Some(id) if id == above => return true,
            Some(id) => at = row(pages, id).and_then(|page| page.parent.as_deref()),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Web(Home, Plan(Steps)), Team | Diary` where Diary lies in another space.
    fn pages() -> Vec<PageRow> {
        [
            ("Web", None, 0, "00"),
            ("Home", Some("Web"), 1, "00"),
            ("Plan", Some("Web"), 1, "00"),
            ("Steps", Some("Plan"), 2, "00"),
            ("Team", None, 0, "00"),
            ("Diary", None, 0, "a1"),
        ]
        .into_iter()
        .map(|(id, parent, depth, space)| PageRow {
            id: id.into(),
            title: id.into(),
            parent: parent.map(str::to_owned),
            order: 0,
            depth,
            space: space.into(),
            trashed: false,
        })
        .collect()
    }

    fn words(place: Option<Place>) -> String {
        place.map_or("nowhere".to_owned(), |place| {
            let parent = place.parent.unwrap_or_else(|| "top".to_owned());
            format!("{parent} after {}", place.after.unwrap_or_else(|| "nothing".to_owned()))
        })
    }

    #[test]
    fn steps_lead_to_the_next_place_in_their_direction() {
        for (id, way, place) in [
            ("Plan", Step::Up, "Web after nothing"),
            ("Home", Step::Up, "nowhere"),
            ("Home", Step::Down, "Web after Plan"),
            ("Plan", Step::Down, "nowhere"),
            ("Plan", Step::Nest, "Home after nothing"),
            ("Team", Step::Nest, "Web after Plan"),
            ("Home", Step::Nest, "nowhere"),
            ("Steps", Step::Outdent, "Web after Plan"),
            ("Plan", Step::Outdent, "top after Web"),
            ("Web", Step::Outdent, "nowhere"),
            ("Diary", Step::Up, "nowhere"),
            ("Team", Step::Down, "nowhere"),
        ] {
            assert_eq!(words(step(&pages(), id, way)), place, "{id} {way:?}");
        }
    }

    #[test]
    fn a_drop_says_where_and_never_into_itself_or_another_space() {
        for (id, target, part, unfolded, place) in [
            ("Team", "Plan", Part::Before, false, "Web after Home"),
            ("Team", "Home", Part::Before, false, "Web after nothing"),
            ("Team", "Plan", Part::Inside, false, "Plan after Steps"),
            ("Team", "Plan", Part::After, true, "Plan after nothing"),
            ("Team", "Plan", Part::After, false, "Web after Plan"),
            ("Plan", "Home", Part::After, false, "nowhere"),
            ("Home", "Plan", Part::Before, false, "nowhere"),
            ("Web", "Steps", Part::Inside, false, "nowhere"),
            ("Web", "Web", Part::After, false, "nowhere"),
            ("Team", "Diary", Part::Before, false, "nowhere"),
        ] {
            assert_eq!(words(drop(&pages(), id, target, part, unfolded)), place, "{id} {part:?} {target}");
        }
    }

    #[test]
    fn every_step_can_be_taken_back_to_where_the_page_was() {
        assert_eq!(words(here(&pages(), "Plan")), "Web after Home");
        assert_eq!(words(here(&pages(), "Web")), "top after nothing");
        assert_eq!(words(here(&pages(), "gone")), "nowhere");
    }
}
