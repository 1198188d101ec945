//! Ninety days without a network: meanwhile the others write, somebody is put out and comes back, keys change, long
//! histories are folded and the node drops what they hold.

use tern_peer::{AccessCommand, Command};
use tern_tests::world::NODE;
use tern_tests::{World, checks};

const ADA: usize = 0;
const BAO: usize = 1;
const CLEO: usize = 2;
const DAY_MS: i64 = 86_400_000;
const DAYS: i64 = 90;

/// Bao is put out and brought back: the key changes, and a second time for those who come back.
fn put_out_and_back(world: &mut World) {
    let member = world.member_hex(BAO).expect("a member");
    let out = Command::Access(AccessCommand::MemberRemove { member: member.clone() });
    world.perform(ADA, &out).expect("Ada removes Bao");
    let back = Command::Access(AccessCommand::MemberRestore { member, role: "writer".to_owned() });
    world.perform(ADA, &back).expect("Ada restores Bao");
}

#[test]
fn whoever_was_away_for_ninety_days_needs_one_meeting_with_the_node_and_nothing_is_lost() {
    let mut world = World::ready(90, 3).expect("a workspace");
    world.perform(ADA, &Command::Compact { on: true, least: None }).expect("packs count");
    let plan = world.new_page(CLEO, "Plan begins.").expect("a page");
    world.quiesce().expect("they meet");

    let (mut folded, mut dropped, mut tidied, mut own) = (0, 0, 0, Vec::new());
    for day in 0..DAYS {
        world.clock.pass(DAY_MS);
        world.append(ADA, &plan, &format!("Ada on day {day}.\n")).expect("an edit");
        if day % 3 == 0 {
            world.append(BAO, &plan, &format!("Bao on day {day}.\n")).expect("an edit");
        }
        if day % 9 == 0 {
            world.append(CLEO, &plan, &format!("Cleo on day {day}.\n")).expect("an edit");
            own.push(world.new_page(CLEO, &format!("Cleo alone, {day}")).expect("a page"));
        }
        if day == 30 {
            put_out_and_back(&mut world);
        }
        for laptop in [ADA, BAO] {
            world.meet(laptop, NODE).expect("a meeting");
        }
        if day % 10 == 5 {
            for laptop in [ADA, BAO] {
                let done = world.compact(laptop, 8).expect("folding");
                folded += done.packed + done.attested;
                dropped += done.dropped;
            }
            tidied += world.node.hub.tenants_mut().map(tern_tests::node::SimNode::tidy).sum::<u64>();
        }
    }
    assert!(folded > 0 && dropped > 0, "histories were folded meanwhile: {folded}, {dropped} items dropped");
    assert!(tidied > 0, "the node dropped nothing");
    for laptop in [ADA, BAO] {
        world.core(laptop).expect("a core").tend().expect("keys are given");
        world.meet(laptop, NODE).expect("a meeting");
    }

    world.meet(CLEO, NODE).expect("she comes back");
    let back = world.text(CLEO, &plan).expect("a page");
    for (who, every) in [("Ada", 1), ("Bao", 3)] {
        for day in (0..DAYS).step_by(every) {
            assert!(back.contains(&format!("{who} on day {day}.")), "{who}'s day {day} is lost:\n{back}");
        }
    }
    // What she wrote under the key of then counts, for everybody.
    for laptop in [ADA, BAO] {
        world.meet(laptop, NODE).expect("a meeting");
        let seen = world.text(laptop, &plan).expect("a page");
        assert_eq!(seen, back, "one text");
        assert!((0..DAYS).step_by(9).all(|day| seen.contains(&format!("Cleo on day {day}."))), "{seen}");
        for page in &own {
            assert!(world.text(laptop, page).expect("a page").contains("Cleo alone"));
        }
    }
    world.quiesce().expect("equal stores");
    checks::same_picture(&mut world).expect("all see the same");
    for laptop in [ADA, BAO, CLEO] {
        checks::clean(&mut world, laptop, false).expect("nothing is set aside, every check is clean");
    }
    checks::node_is_blind(&world).expect("the node reads nothing");
}
