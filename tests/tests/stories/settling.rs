//! While two laptops stay connected through a node and both write, every confirmation comes with the exchange itself:
//! no timer has to run.

use anyhow::{Result, ensure};
use tern_peer::{Command, Query, Reply, View};
use tern_tests::World;
use tern_tests::world::NODE;

const MANY: usize = 100_000;

#[test]
fn what_both_write_while_connected_is_confirmed_without_waiting_for_a_timer() -> Result<()> {
    for seed in 0..10 {
        let mut world = World::ready(200 + seed, 2)?;
        let new = Command::PageNew { title: "Plan".to_owned(), parent: None, space: None, markdown: None };
        let Reply::Doc(page) = world.perform(0, &new)? else { anyhow::bail!("no page") };
        world.quiesce()?;
        for laptop in [0, 1] {
            world.dial_known(laptop, NODE)?;
        }
        world.settle()?;
        for round in 0..20 {
            for laptop in [0, 1] {
                let markdown = format!("{laptop} in round {round}");
                world.perform(laptop, &Command::PageAppend { page: page.id.clone(), markdown })?;
                let some = world.rng.below(8);
                world.pump(some);
            }
            if round % 4 == 3 {
                world.pump(MANY);
                all_confirmed(&mut world, seed, round)?;
            }
        }
    }
    Ok(())
}

fn all_confirmed(world: &mut World, seed: u64, round: usize) -> Result<()> {
    for link in &world.links {
        for news in link.news() {
            ensure!(news.in_sync && news.settled, "seed {seed}, round {round}: {news:?}");
        }
    }
    for laptop in [0, 1] {
        let View::Status(status) = world.ask(laptop, &Query::Status)? else { anyhow::bail!("no status") };
        let node = status.peers.iter().any(|p| p.kind == "node" && p.all);
        ensure!(node, "seed {seed}, round {round}: {status:?}");
    }
    Ok(())
}
