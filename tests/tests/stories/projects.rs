//! Stories of projects, relations, recurrence and cycles over documents that merge, on two laptops.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use tern_model::hours::DAY_MS;
use tern_peer::{
    Command, CycleCommand, CycleView, ProjectCommand, ProjectView, Query, Reply, TaskCommand, TaskSteps,
    TaskView, TasksView, UpdateDraftView, View, WorkView,
};
use tern_tests::World;

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn project(world: &mut World, laptop: usize, command: ProjectCommand) -> Result<ProjectView> {
    match world.perform(laptop, &Command::Project(command))? {
        Reply::Project(view) => Ok(*view),
        other => bail!("no project: {other:?}"),
    }
}

fn new_task(world: &mut World, laptop: usize, line: &str) -> Result<TaskView> {
    match world.perform(laptop, &Command::TaskNew { line: line.to_owned() })? {
        Reply::Task(task) => Ok(*task),
        other => bail!("no task: {other:?}"),
    }
}

fn set(world: &mut World, laptop: usize, task: &str, name: &str, value: &str) -> Result<TaskView> {
    let command = Command::TaskSet { task: task.to_owned(), fields: vec![pair(name, value)] };
    match world.perform(laptop, &command)? {
        Reply::Task(task) => Ok(*task),
        other => bail!("no task: {other:?}"),
    }
}

fn task(world: &mut World, laptop: usize, task: &str) -> Result<TaskView> {
    let View::Task(view) = world.ask(laptop, &Query::Task { task: task.to_owned() })? else {
        bail!("no task")
    };
    Ok(*view)
}

fn list(world: &mut World, laptop: usize, filter: &str, group: Option<&str>) -> Result<TasksView> {
    let query = Query::Tasks { filter: filter.to_owned(), group: group.map(str::to_owned), sort: None };
    let View::Tasks(view) = world.ask(laptop, &query)? else { bail!("no tasks") };
    Ok(view)
}

fn titles(world: &mut World, filter: &str) -> Result<Vec<String>> {
    Ok(list(world, 0, filter, None)?.tasks.into_iter().map(|task| task.title).collect())
}

fn web(world: &mut World) -> Result<ProjectView> {
    let fields = vec![
        pair("key", "WEB"),
        pair("lead", "me"),
        pair("states", "Ready:todo, Building:doing, In QA:review, Shipped:done"),
        pair("field", "Size:select:S,M,L"),
        pair("field", "Guide:person"),
    ];
    project(world, 0, ProjectCommand::New { title: "Web".to_owned(), fields })
}

#[test]
fn named_states_are_columns_of_one_project_and_classes_everywhere_else() -> Result<()> {
    let mut world = World::ready(511, 1)?;
    web(&mut world)?;
    new_task(&mut world, 0, "One >Web")?;
    new_task(&mut world, 0, "Two >Web")?;
    let one = set(&mut world, 0, "One", "status", "in qa")?;
    ensure!((one.status.as_str(), one.more.state.as_deref()) == ("review", Some("In QA")), "{one:?}");
    let board = list(&mut world, 0, "project:web", Some("status"))?;
    let groups: Vec<_> = board.tasks.iter().filter_map(|task| task.group.clone()).collect();
    ensure!(groups == ["Ready", "In QA"], "{groups:?}");
    let states: Vec<&str> = board.states.iter().map(|state| state.name.as_str()).collect();
    ensure!(states == ["Ready", "Building", "In QA", "Shipped"], "{states:?}");
    let all = list(&mut world, 0, "", Some("status"))?;
    let groups: Vec<_> = all.tasks.iter().filter_map(|task| task.group.clone()).collect();
    ensure!(groups == ["Todo", "Review"] && all.states.is_empty(), "{groups:?}");
    // A state whose class is not the status no longer counts.
    let one = set(&mut world, 0, "One", "status", "done")?;
    ensure!(one.more.state.as_deref() == Some("Shipped"), "{one:?}");
    ensure!(titles(&mut world, "state:shipped")? == ["One"]);
    let wrong =
        world.perform(0, &Command::TaskSet { task: "One".into(), fields: vec![pair("status", "Flying")] });
    let next = wrong.err().map(|error| error.next).unwrap_or_default();
    ensure!(next.contains("In QA"), "what there is to choose is said: {next}");
    Ok(())
}

#[test]
fn states_and_fields_added_apart_are_all_kept() -> Result<()> {
    let mut world = World::ready(512, 2)?;
    web(&mut world)?;
    world.quiesce()?;
    let add = |field: &str, value: &str| ProjectCommand::Set {
        project: "WEB".into(),
        fields: vec![pair(field, value)],
    };
    project(&mut world, 0, add("state", "On hold:backlog"))?;
    project(&mut world, 0, add("field", "Customer:text"))?;
    project(&mut world, 1, add("state", "Dropped:cancelled"))?;
    world.quiesce()?;
    for laptop in 0..2 {
        let View::Project(view) = world.ask(laptop, &Query::Project { project: "Web".into() })? else {
            bail!("none")
        };
        let names: Vec<&str> = view.states.iter().map(|state| state.name.as_str()).collect();
        ensure!(names == ["On hold", "Ready", "Building", "In QA", "Shipped", "Dropped"], "{names:?}");
        ensure!(view.fields.iter().any(|field| field.name == "Customer"), "{:?}", view.fields);
    }
    Ok(())
}

fn rename(world: &mut World, laptop: usize, state: &str, name: &str) -> Result<ProjectView> {
    let (state, name) = (state.to_owned(), name.to_owned());
    project(world, laptop, ProjectCommand::RenameState { project: "Web".into(), state, name })
}

#[test]
fn a_state_renamed_apart_stays_one_state_and_tasks_keep_it() -> Result<()> {
    let mut world = World::ready(519, 2)?;
    web(&mut world)?;
    for line in ["One >Web", "Two >Web", "Three >Web"] {
        new_task(&mut world, 0, line)?;
    }
    set(&mut world, 0, "One", "status", "In QA")?;
    world.quiesce()?;
    rename(&mut world, 0, "In QA", "Checking")?;
    let two = set(&mut world, 0, "Two", "status", "Checking")?;
    ensure!(two.more.state.as_deref() == Some("Checking"), "{two:?}");
    world.pass(60_000);
    rename(&mut world, 1, "In QA", "Trying")?;
    rename(&mut world, 1, "Building", "Checking")?;
    set(&mut world, 1, "Three", "status", "Trying")?;
    world.quiesce()?;
    let mut seen = Vec::new();
    for laptop in 0..2 {
        let View::Project(view) = world.ask(laptop, &Query::Project { project: "Web".into() })? else {
            bail!("none")
        };
        let names: Vec<String> = view.states.iter().map(|state| state.name.clone()).collect();
        ensure!(names.len() == 4, "no state went or came: {names:?}");
        let now = names.iter().find(|name| ["Checking", "Trying"].contains(&name.as_str()));
        let now = now.cloned().unwrap_or_default();
        let in_it = list(&mut world, laptop, "project:web is:open", Some("status"))?;
        let titles: Vec<(String, String)> =
            in_it.tasks.into_iter().map(|task| (task.title, task.more.state.unwrap_or_default())).collect();
        let review: BTreeSet<&String> = titles.iter().map(|(_, state)| state).collect();
        ensure!(review.len() == 1, "all three are in one state: {titles:?}");
        ensure!(
            view.conflicts.iter().any(|kept| kept.field == "name of the state In QA"),
            "{:?}",
            view.conflicts
        );
        seen.push((names, now, titles));
    }
    ensure!(seen[0] == seen[1], "{seen:?}");
    // Choosing one name ends it; the old name still finds the state, and cannot be another one's.
    rename(&mut world, 0, "In QA", "Checked")?;
    let View::Project(view) = world.ask(0, &Query::Project { project: "Web".into() })? else { bail!("none") };
    ensure!(view.conflicts.is_empty(), "{:?}", view.conflicts);
    ensure!(titles(&mut world, "state:Checked")?.len() == 3, "tasks follow");
    ensure!(rename(&mut world, 0, "Ready", "In QA").is_err(), "two states would have been made as one name");
    ensure!(rename(&mut world, 0, "Nowhere", "X").is_err());
    tern_tests::checks::clean(&mut world, 0, false)
}

#[test]
fn a_page_that_belongs_to_a_project_stands_on_its_page_until_it_leaves() -> Result<()> {
    let mut world = World::ready(520, 2)?;
    web(&mut world)?;
    let page = Command::PageNew { title: "Guide".into(), parent: None, space: None, markdown: None };
    world.perform(0, &page)?;
    world.quiesce()?;
    let belongs = |to: &str| {
        let fields = vec![pair("project", to)];
        Command::Practice(tern_peer::PracticeCommand::PageSet { page: "Guide".into(), fields })
    };
    world.perform(1, &belongs("web"))?;
    world.quiesce()?;
    let pages = |world: &mut World| -> Result<Vec<(String, String)>> {
        let View::Project(view) = world.ask(0, &Query::Project { project: "Web".into() })? else {
            bail!("none")
        };
        Ok(view.pages.into_iter().map(|page| (page.kind, page.title)).collect())
    };
    ensure!(pages(&mut world)? == [("page".to_owned(), "Guide".to_owned())]);
    let View::Head(head) = world.ask(0, &Query::Head { page: "Guide".into() })? else { bail!("no head") };
    ensure!(head.project.is_some_and(|on| on.title == "Web"));
    tern_tests::checks::clean(&mut world, 0, false)?;
    ensure!(world.perform(0, &belongs("Nowhere")).is_err());
    world.perform(0, &belongs(""))?;
    ensure!(pages(&mut world)?.is_empty());
    Ok(())
}

#[test]
fn own_fields_are_checked_and_asked_for() -> Result<()> {
    let mut world = World::ready(513, 1)?;
    web(&mut world)?;
    new_task(&mut world, 0, "One >Web")?;
    new_task(&mut world, 0, "Two size:m >Web")?;
    new_task(&mut world, 0, "Three")?;
    let one = set(&mut world, 0, "One", "size", "m")?;
    ensure!(one.more.fields.get("Size").map(String::as_str) == Some("M"), "{one:?}");
    let one = set(&mut world, 0, "One", "Guide", "me")?;
    let name = one.more.fields.get("Guide").cloned().unwrap_or_default();
    ensure!(!name.is_empty() && titles(&mut world, &format!("guide:\"{name}\""))? == ["One"], "{name}");
    // Words with a colon are still found in titles.
    ensure!(titles(&mut world, "size:M")? == ["One", "Two size:m"]);
    ensure!(titles(&mut world, "size:L")?.is_empty());
    ensure!(set(&mut world, 0, "One", "size", "XXL").is_err(), "no such word");
    ensure!(set(&mut world, 0, "Three", "size", "M").is_err(), "its project defines nothing");
    Ok(())
}

#[test]
fn a_circle_is_refused_here_and_broken_alike_where_it_arises_by_meeting() -> Result<()> {
    let mut world = World::ready(514, 2)?;
    for line in ["Left @me", "Right"] {
        new_task(&mut world, 0, line)?;
    }
    world.quiesce()?;
    set(&mut world, 0, "Left", "blocks", "Right")?;
    let refused = set(&mut world, 0, "Right", "blocks", "Left")
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    ensure!(refused.contains("would wait for itself"), "{refused}");
    world.pass(60_000);
    set(&mut world, 1, "Right", "blocks", "Left")?;
    set(&mut world, 1, "Left", "parent", "Right")?;
    world.quiesce()?;
    for laptop in 0..2 {
        let right = task(&mut world, laptop, "Right")?;
        ensure!(right.more.blocked && right.more.waits_for.len() == 1, "the earlier one counts: {right:?}");
        let waits = &right.more.waits_for[0];
        ensure!(waits.local.is_some() && waits.next_checkin_local.is_some(), "{waits:?}");
        let left = task(&mut world, laptop, "Left")?;
        ensure!(!left.more.blocked && left.more.set_aside.len() == 1, "the later one is shown: {left:?}");
        ensure!(left.more.parent.as_ref().is_some_and(|parent| parent.title == "Right"));
    }
    ensure!(
        titles(&mut world, "is:blocked")? == ["Right"] && titles(&mut world, "parent:right")? == ["Left"]
    );
    set(&mut world, 0, "Left", "status", "done")?;
    ensure!(titles(&mut world, "is:blocked")?.is_empty(), "what is done blocks nothing");
    Ok(())
}

#[test]
fn a_recurring_task_that_two_complete_apart_comes_once_more() -> Result<()> {
    let mut world = World::ready(515, 2)?;
    new_task(&mut world, 0, "Water the plants ^2026-11-30")?;
    let made = set(&mut world, 0, "Water the plants", "recur", "every Monday 09:00 Europe/London")?;
    let recurs = made.more.recurs.clone().unwrap_or_default();
    ensure!(recurs.words == "every Monday 09:00 Europe/London" && recurs.next.len() == 3, "{recurs:?}");
    world.quiesce()?;
    set(&mut world, 0, "Water the plants", "status", "done")?;
    set(&mut world, 1, "Water the plants", "status", "done")?;
    world.quiesce()?;
    for laptop in 0..2 {
        let all = list(&mut world, laptop, "", None)?.tasks;
        ensure!(all.len() == 1 && all[0].status == "todo", "{all:?}");
        let due = all[0].due.clone().unwrap_or_default();
        ensure!(due.value == "2026-12-07T09:00:00+00:00[Europe/London]", "{due:?}");
        ensure!(all[0].more.recurs.as_ref().is_some_and(|recurs| recurs.done == 1), "{:?}", all[0].more);
    }
    set(&mut world, 0, "Water the plants", "recur", "")?;
    let done = set(&mut world, 0, "Water the plants", "status", "done")?;
    ensure!(done.status == "done");
    Ok(())
}

fn steps(world: &mut World, laptop: usize, command: TaskCommand) -> Result<TaskSteps> {
    match world.perform(laptop, &Command::Tasks(command))? {
        Reply::Steps(steps) => Ok(steps),
        other => bail!("no steps: {other:?}"),
    }
}

fn due(world: &mut World, laptop: usize) -> Result<String> {
    Ok(task(world, laptop, "Water the plants")?.due.unwrap_or_default().value)
}

#[test]
fn missed_times_are_passed_over_in_one_step_and_back() -> Result<()> {
    let mut world = World::ready(521, 2)?;
    new_task(&mut world, 0, "Water the plants ^2026-11-30")?;
    set(&mut world, 0, "Water the plants", "recur", "every Monday 09:00 Europe/London")?;
    let skip = |this: bool| TaskCommand::Skip { task: "Water the plants".into(), this };
    let early = world.perform(0, &Command::Tasks(skip(false))).err().map(|error| error.happened);
    ensure!(early.as_deref().is_some_and(|said| said.contains("Mon 30 Nov 2026")), "{early:?}");
    world.quiesce()?;
    // Wednesday 16 December, noon: 30 November, 7 and 14 December are past.
    world.pass(23 * DAY_MS);
    let recurs = task(&mut world, 0, "Water the plants")?.more.recurs.unwrap_or_default();
    ensure!((recurs.missed, recurs.skipped, recurs.done) == (3, 0, 0), "{recurs:?}");
    let back = steps(&mut world, 0, skip(false))?;
    ensure!(due(&mut world, 0)? == "2026-12-21T09:00:00+00:00[Europe/London]");
    let again = steps(&mut world, 0, TaskCommand::PutBack { steps: back.steps })?;
    ensure!(again.changed == 1 && due(&mut world, 0)?.starts_with("2026-11-30"), "{again:?}");
    // Apart, one passes over what was missed and the other one has done the last of it: it is done, and both go on.
    steps(&mut world, 0, skip(false))?;
    let newest = TaskCommand::Done { task: "Water the plants".into(), skip_missed: true };
    steps(&mut world, 1, newest)?;
    world.quiesce()?;
    for laptop in 0..2 {
        let one = task(&mut world, laptop, "Water the plants")?;
        let recurs = one.more.recurs.clone().unwrap_or_default();
        ensure!(due(&mut world, laptop)?.starts_with("2026-12-21") && one.status == "todo", "{one:?}");
        ensure!((recurs.missed, recurs.done) == (0, 1), "{recurs:?}");
        let done: Vec<_> = recurs.done_times.iter().map(|d| (d.time.as_str(), d.by.as_str())).collect();
        ensure!(done == [("2026-12-14T09:00:00+00:00[Europe/London]", "Bao")], "{done:?}");
        // What is done of it is no task of its own, and the task is open.
        ensure!(list(&mut world, laptop, "is:closed", None)?.tasks.is_empty());
        tern_tests::checks::clean(&mut world, laptop, false)?;
    }
    steps(&mut world, 0, skip(true))?;
    ensure!(due(&mut world, 0)?.starts_with("2026-12-28"), "one that is yet to come is passed over by name");
    new_task(&mut world, 0, "Paint once")?;
    let once = TaskCommand::Skip { task: "Paint once".into(), this: false };
    ensure!(world.perform(0, &Command::Tasks(once)).is_err(), "it does not come again");
    Ok(())
}

#[test]
fn a_due_value_set_by_hand_holds_for_one_time_and_leaves_the_rule() -> Result<()> {
    let mut world = World::ready(522, 2)?;
    new_task(&mut world, 0, "Water the plants ^2026-11-30")?;
    let made = set(&mut world, 0, "Water the plants", "recur", "every Monday 09:00 Europe/London")?;
    let rule = made.more.recurs.unwrap_or_default().rule;
    world.quiesce()?;
    set(&mut world, 0, "Water the plants", "due", "2026-12-02")?;
    let moved = task(&mut world, 0, "Water the plants")?;
    ensure!(due(&mut world, 0)? == "2026-12-02", "{moved:?}");
    let recurs = moved.more.recurs.unwrap_or_default();
    ensure!(recurs.rule == rule, "{recurs:?}");
    ensure!(recurs.moved_from.as_deref() == Some("2026-11-30T09:00:00+00:00[Europe/London]"), "{recurs:?}");
    // Moved apart as well: one of both days holds everywhere, and the other one is offered as its due value.
    world.pass(60_000);
    set(&mut world, 1, "Water the plants", "due", "2026-12-03")?;
    world.quiesce()?;
    let first = due(&mut world, 0)?;
    for laptop in 0..2 {
        ensure!(due(&mut world, laptop)? == first);
        let also = task(&mut world, laptop, "Water the plants")?.conflicts;
        ensure!(also.len() == 1 && also[0].field == "due", "{also:?}");
        tern_tests::checks::clean(&mut world, laptop, false)?;
    }
    set(&mut world, 0, "Water the plants", "due", "")?;
    ensure!(due(&mut world, 0)?.starts_with("2026-11-30T09:00"), "as the rule has it");
    set(&mut world, 0, "Water the plants", "due", "2026-12-02")?;
    set(&mut world, 0, "Water the plants", "status", "done")?;
    ensure!(due(&mut world, 0)?.starts_with("2026-12-07T09:00"), "the next time is the rule's");
    let done = task(&mut world, 0, "Water the plants")?.more.recurs.unwrap_or_default().done_times;
    ensure!(done.len() == 1 && done[0].time.starts_with("2026-11-30"), "{done:?}");
    Ok(())
}

#[test]
fn an_update_begins_with_what_changed_and_the_lead_is_reminded_in_their_hours() -> Result<()> {
    let mut world = World::ready(516, 1)?;
    web(&mut world)?;
    for line in ["Old >Web", "Late >Web ^+1d"] {
        new_task(&mut world, 0, line)?;
    }
    let tell = |health: &str| ProjectCommand::Update {
        project: "Web".into(),
        health: health.into(),
        text: "So it goes.".into(),
    };
    project(&mut world, 0, tell("on-track"))?;
    ensure!(work(&mut world)?.items.iter().all(|item| item.kind != "update"), "not yet");
    world.pass(2 * DAY_MS);
    new_task(&mut world, 0, "Fresh >Web")?;
    set(&mut world, 0, "Old", "status", "done")?;
    let View::UpdateDraft(UpdateDraftView { done, added, slipped, text, .. }) =
        world.ask(0, &Query::UpdateDraft { project: "Web".into() })?
    else {
        bail!("no draft")
    };
    ensure!(
        (done, added, slipped) == (vec!["Old".into()], vec!["Fresh".into()], vec!["Late".into()]),
        "{text}"
    );
    world.pass(7 * DAY_MS);
    let awaited = work(&mut world)?.items.into_iter().find(|item| item.kind == "update");
    ensure!(
        awaited.is_some_and(|item| item.project.is_some_and(|on| on.title == "Web")),
        "the lead is reminded"
    );
    let told = project(&mut world, 0, tell("At risk"))?;
    let healths: Vec<&str> = told.updates.iter().map(|update| update.health.as_str()).collect();
    ensure!(healths == ["at-risk", "on-track"], "newest first: {healths:?}");
    ensure!(work(&mut world)?.items.iter().all(|item| item.kind != "update"), "told is told");
    Ok(())
}

fn work(world: &mut World) -> Result<WorkView> {
    let View::Work(work) = world.ask(0, &Query::Work)? else { bail!("no work") };
    Ok(*work)
}

#[test]
fn a_cycle_keeps_the_way_over_the_hill_and_lists_what_is_left_over() -> Result<()> {
    let mut world = World::ready(517, 2)?;
    let new =
        CycleCommand::New { title: "Autumn".into(), fields: vec![pair("weeks", "2"), pair("cooldown", "1")] };
    world.perform(0, &Command::Cycle(new))?;
    for line in ["Index", "Notice"] {
        new_task(&mut world, 0, line)?;
        set(&mut world, 0, line, "cycle", "Autumn")?;
    }
    set(&mut world, 0, "Index", "appetite", "8")?;
    world.quiesce()?;
    set(&mut world, 0, "Index", "hill", "20")?;
    world.pass(60_000);
    set(&mut world, 1, "Index", "hill", "40")?;
    world.quiesce()?;
    set(&mut world, 0, "Notice", "status", "done")?;
    world.pass(16 * DAY_MS);
    world.quiesce()?;
    let mut seen = Vec::new();
    for laptop in 0..2 {
        let View::Cycle(cycle) = world.ask(laptop, &Query::Cycle { cycle: "autumn".into() })? else {
            bail!("none")
        };
        let CycleView { phase, scopes, unfinished, .. } = *cycle;
        ensure!(phase == "cooldown", "{phase}");
        let index = scopes.iter().find(|scope| scope.task.title == "Index");
        let marks: Vec<i64> =
            index.iter().flat_map(|scope| &scope.history).map(|mark| mark.position).collect();
        ensure!(marks == [20, 40], "both stay: {marks:?}");
        let left: Vec<String> = unfinished.into_iter().map(|task| task.title).collect();
        ensure!(left == ["Index"], "{left:?}");
        seen.push(index.and_then(|scope| scope.hill));
    }
    ensure!(seen[0].is_some() && seen[0] == seen[1], "{seen:?}");
    ensure!(titles(&mut world, "cycle:autumn is:open")? == ["Index"], "nothing is moved");
    Ok(())
}

#[test]
fn rows_made_anew_say_the_same() -> Result<()> {
    let mut world = World::ready(518, 1)?;
    web(&mut world)?;
    for line in ["One >Web", "Two >Web"] {
        new_task(&mut world, 0, line)?;
    }
    set(&mut world, 0, "One", "size", "L")?;
    set(&mut world, 0, "One", "blocks", "Two")?;
    set(&mut world, 0, "Two", "recur", "every weekday")?;
    world.perform(0, &Command::Cycle(CycleCommand::New { title: "Autumn".into(), fields: Vec::new() }))?;
    set(&mut world, 0, "Two", "cycle", "Autumn")?;
    tern_tests::checks::clean(&mut world, 0, false)
}
