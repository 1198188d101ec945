//! Workspaces to begin runs from: made once, kept as the bytes of their stores, then copied.

use std::sync::OnceLock;

use anyhow::{Result, anyhow};
use tern_peer::Command;
use tern_peer::core::Core;
use tern_trust::Id;

use crate::disk::Disk;
use crate::host::{Clock, Rng, SimHost};
use crate::world::{Laptop, Node, World, node_hub};

/// A workspace as the bytes of its stores.
struct Template {
    laptops: Vec<(Vec<u8>, [u8; 32])>,
    node: (Vec<u8>, [u8; 32], [u8; 32]),
    workspace: Id,
}

impl World {
    /// A workspace of `laptops` laptops that all know each other, and a node; made once, then copied.
    pub fn ready(seed: u64, laptops: usize) -> Result<World> {
        static MADE: OnceLock<Result<Template, String>> = OnceLock::new();
        let made = MADE.get_or_init(|| Template::make(3, &[]).map_err(|e| format!("{e:#}")));
        made.as_ref().map_err(|e| anyhow!("the workspace could not be made: {e}"))?.copy(seed, laptops)
    }

    /// As [`World::ready`] with four laptops, of which the second belongs to an Admin.
    pub fn company(seed: u64) -> Result<World> {
        static MADE: OnceLock<Result<Template, String>> = OnceLock::new();
        let made = MADE.get_or_init(|| Template::make(4, &[(1, "admin")]).map_err(|e| format!("{e:#}")));
        made.as_ref().map_err(|e| anyhow!("the company could not be made: {e}"))?.copy(seed, 4)
    }
}

impl Template {
    fn make(count: usize, roles: &[(usize, &str)]) -> Result<Template> {
        let mut world = World::found(1)?;
        for _ in 1..count {
            world.join("writer")?;
        }
        for (laptop, role) in roles {
            let member = world.member_hex(*laptop)?;
            world.perform(0, &Command::MemberRole { member, role: (*role).to_owned() })?;
        }
        world.quiesce()?;
        let World { disk, laptops: open, node, workspace, .. } = world;
        let mut laptops = Vec::new();
        for Laptop { path, seed, hub, .. } in open {
            drop(hub);
            laptops.push((std::fs::read(&path)?, seed));
        }
        let Node { path, seed, secret, hub, .. } = node;
        drop(hub);
        let node = (std::fs::read(&path)?, seed, secret);
        drop(disk);
        Ok(Template { laptops, node, workspace })
    }

    fn copy(&self, seed: u64, count: usize) -> Result<World> {
        let mut rng = Rng::new(seed);
        let clock = Clock::default();
        clock.pass(3_600_000);
        let mut disk = Disk::new()?;
        let mut laptops = Vec::new();
        for (index, (bytes, key)) in self.laptops.iter().take(count).enumerate() {
            let path = disk.fresh("laptop");
            std::fs::write(&path, bytes)?;
            let own = clock.beside(0);
            let core = Core::open(&path, key, SimHost::boxed(&own, rng.draw()))?;
            laptops.push(Laptop::new(index, *key, path, own, core));
        }
        let (bytes, seed, secret) = &self.node;
        let path = disk.fresh("node");
        std::fs::write(&path, bytes)?;
        let own = clock.beside(0);
        let hub = node_hub(&path, seed, *secret, self.workspace, &own)?;
        let node = Node::new(*seed, *secret, path, own, hub);
        Ok(World::of(rng, clock, disk, laptops, node, self.workspace))
    }
}
