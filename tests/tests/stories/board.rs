//! Laws of boards and saved views: what people do apart comes together, and one step is taken back whole.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail, ensure};
use proptest::prelude::*;
use tern_peer::{
    Command, Query, Reply, TaskCommand, TaskSteps, TaskView, View, ViewCommand, ViewShape, ViewsView,
};
use tern_tests::World;

const COLUMNS: [&str; 4] = ["todo", "doing", "review", "done"];

fn tasks(world: &mut World, laptop: usize) -> Result<Vec<TaskView>> {
    let (group, sort) = (Some("status".to_owned()), Some("order".to_owned()));
    let View::Tasks(view) = world.ask(laptop, &Query::Tasks { filter: String::new(), group, sort })? else {
        bail!("no tasks")
    };
    Ok(view.tasks)
}

/// The board as text: each card under its column, in order.
fn board(world: &mut World, laptop: usize) -> Result<Vec<(String, String)>> {
    let shown = tasks(world, laptop)?.into_iter();
    Ok(shown.map(|task| (task.group.unwrap_or_default(), task.title)).collect())
}

fn change(world: &mut World, laptop: usize, command: TaskCommand) -> Result<TaskSteps> {
    match world.perform(laptop, &Command::Tasks(command))? {
        Reply::Steps(steps) => Ok(steps),
        other => bail!("no steps: {other:?}"),
    }
}

fn fill(world: &mut World, count: usize) -> Result<()> {
    for n in 0..count {
        let fields = vec![("status".to_owned(), COLUMNS[n % COLUMNS.len()].to_owned())];
        let new = TaskCommand::New { line: format!("Card {n}"), fields };
        world.perform(0, &Command::Tasks(new))?;
    }
    world.quiesce()
}

/// A card of a laptop's board goes into a column, to a place in it.
#[derive(Debug, Clone)]
struct Move {
    laptop: usize,
    card: usize,
    column: usize,
    at: usize,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (0..2_usize, 0..12_usize, 0..4_usize, 0..6_usize).prop_map(|(laptop, card, column, at)| Move {
        laptop,
        card,
        column,
        at,
    });
    prop::collection::vec(one, 1..10)
}

fn perform(world: &mut World, card: &Move) -> Result<()> {
    let all = tasks(world, card.laptop)?;
    let moved = all[card.card % all.len()].id.clone();
    let name = COLUMNS[card.column];
    let there: Vec<&TaskView> = all.iter().filter(|task| task.status == name && task.id != moved).collect();
    let at = card.at.min(there.len());
    let id = |at: usize| there.get(at).map(|task| task.id.clone());
    let place = TaskCommand::Place {
        tasks: vec![moved.clone()],
        fields: vec![("status".to_owned(), name.to_owned())],
        after: at.checked_sub(1).and_then(id),
        before: id(at),
    };
    change(world, card.laptop, place)?;
    let now: Vec<String> =
        tasks(world, card.laptop)?.into_iter().filter(|t| t.status == name).map(|t| t.id).collect();
    ensure!(now.get(at) == Some(&moved), "the card stands where it was put: {card:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Law: cards moved by two people apart give one and the same board everywhere, and no card is lost or doubled.
    #[test]
    fn cards_moved_apart_give_one_board(moves in moves(), seed in 0..1_000_u64) {
        let run = || -> Result<()> {
            let mut world = World::ready(seed, 2)?;
            fill(&mut world, 12)?;
            for card in &moves {
                perform(&mut world, card)?;
            }
            world.quiesce()?;
            let (left, right) = (board(&mut world, 0)?, board(&mut world, 1)?);
            ensure!(left == right, "{left:?}\n{right:?}");
            let cards: BTreeSet<&String> = left.iter().map(|(_, title)| title).collect();
            ensure!(left.len() == 12 && cards.len() == 12, "every card once: {left:?}");
            Ok(())
        };
        prop_assert!(run().is_ok(), "{:?}", run());
    }
}

fn facts(world: &mut World) -> Result<BTreeMap<String, String>> {
    let all = tasks(world, 0)?.into_iter();
    Ok(all
        .map(|task| {
            let TaskView { id, status, priority, assignee_id, labels, estimate, due, project, .. } = task;
            (id, format!("{status} {priority} {assignee_id:?} {labels:?} {estimate:?} {due:?} {project:?}"))
        })
        .collect())
}

#[test]
fn one_step_of_several_tasks_is_taken_back_to_every_old_value() -> Result<()> {
    let mut world = World::ready(411, 1)?;
    for line in ["One @me #auth !high ^2026-12-01 >Web", "Two #copy ^2026-12-02T17:00", "Three"] {
        world.perform(0, &Command::TaskNew { line: line.to_owned() })?;
    }
    let ids: Vec<String> = tasks(&mut world, 0)?.into_iter().map(|task| task.id).collect();
    let before = facts(&mut world)?;
    for (field, value) in [
        ("status", "done"),
        ("priority", "low"),
        ("assignee", "me"),
        ("labels", "auth, new"),
        ("estimate", "5"),
        ("due", "2027-01-04"),
        ("project", "Field kit"),
    ] {
        let fields = vec![(field.to_owned(), value.to_owned())];
        let done = change(&mut world, 0, TaskCommand::SetMany { tasks: ids.clone(), fields })?;
        ensure!(done.changed > 0 && facts(&mut world)? != before, "{field} changed something");
        change(&mut world, 0, TaskCommand::PutBack { steps: done.steps })?;
        let after = facts(&mut world)?;
        ensure!(after == before, "{field}: {before:?}\n{after:?}");
    }
    Ok(())
}

#[test]
fn a_step_is_taken_back_but_for_what_somebody_changed_since() -> Result<()> {
    let mut world = World::ready(412, 2)?;
    fill(&mut world, 3)?;
    let all = tasks(&mut world, 0)?;
    let ids: Vec<String> = all.iter().map(|task| task.id.clone()).collect();
    let set = |status: &str, tasks: Vec<String>| TaskCommand::SetMany {
        tasks,
        fields: vec![("status".to_owned(), status.to_owned())],
    };
    let done = change(&mut world, 0, set("done", ids.clone()))?;
    world.quiesce()?;
    change(&mut world, 1, set("cancelled", vec![ids[0].clone()]))?;
    world.quiesce()?;
    change(&mut world, 0, TaskCommand::PutBack { steps: done.steps })?;
    for task in tasks(&mut world, 0)? {
        let old = all.iter().find(|old| old.id == task.id).map(|old| old.status.as_str());
        let wanted = if task.id == ids[0] { Some("cancelled") } else { old };
        ensure!(Some(task.status.as_str()) == wanted, "{task:?}");
    }
    Ok(())
}

#[test]
fn a_change_of_several_tasks_is_made_whole_or_not_at_all() -> Result<()> {
    let mut world = World::ready(413, 1)?;
    fill(&mut world, 2)?;
    let before = facts(&mut world)?;
    let mut ids: Vec<String> = before.keys().cloned().collect();
    ids.push("nothing".to_owned());
    let fields = vec![("status".to_owned(), "done".to_owned())];
    ensure!(change(&mut world, 0, TaskCommand::SetMany { tasks: ids, fields }).is_err());
    ensure!(facts(&mut world)? == before);
    Ok(())
}

fn views(world: &mut World, laptop: usize) -> Result<ViewsView> {
    let View::Views(view) = world.ask(laptop, &Query::Views)? else { bail!("no views") };
    Ok(view)
}

fn shape(query: &str, layout: &str) -> ViewShape {
    ViewShape { query: query.to_owned(), layout: layout.to_owned(), ..ViewShape::default() }
}

fn view(world: &mut World, laptop: usize, command: ViewCommand) -> Result<String> {
    match world.perform(laptop, &Command::View(command))? {
        Reply::View(view) => Ok(view.id),
        other => bail!("no view: {other:?}"),
    }
}

#[test]
fn saved_views_made_and_changed_apart_come_together() -> Result<()> {
    let mut world = World::ready(414, 2)?;
    let save = |title: &str, shape| ViewCommand::Save { view: None, title: title.to_owned(), shape };
    let shared = view(&mut world, 0, save("Logins", shape("label:auth", "list")))?;
    world.quiesce()?;
    view(&mut world, 0, ViewCommand::Rename { view: shared.clone(), title: "Logging in".to_owned() })?;
    let changed = ViewCommand::Save {
        view: Some(shared.clone()),
        title: String::new(),
        shape: shape("label:auth", "board"),
    };
    view(&mut world, 1, changed)?;
    view(&mut world, 0, save("Mine", shape("assignee:me", "list")))?;
    view(&mut world, 1, save("Late", shape("is:overdue", "list")))?;
    world.quiesce()?;
    let (left, right) = (views(&mut world, 0)?, views(&mut world, 1)?);
    ensure!(left.views.len() == 3 && left.views.len() == right.views.len(), "{left:?}\n{right:?}");
    for (left, right) in left.views.iter().zip(&right.views) {
        ensure!(
            (&left.id, &left.title, &left.shape) == (&right.id, &right.title, &right.shape),
            "{left:?}\n{right:?}"
        );
    }
    let merged = left.views.iter().find(|view| view.id == shared).map(|v| (&*v.title, &*v.shape.layout));
    ensure!(merged == Some(("Logging in", "board")), "both changes hold: {merged:?}");
    view(&mut world, 0, ViewCommand::Trash { view: shared.clone(), on: true })?;
    ensure!(views(&mut world, 0)?.views.len() == 2);
    world.core(0)?.rebuild_projections()?;
    ensure!(views(&mut world, 0)?.views.len() == 2, "a rebuild says the same");
    Ok(())
}
