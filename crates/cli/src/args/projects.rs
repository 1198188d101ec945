//! Options of commands about projects and cycles.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `project …`
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectAction {
    /// Make a project
    New {
        /// Its name
        title: String,
        /// key, lead, states, field and others, as in `project set`
        #[arg(value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Projects
    List,
    /// A project with its states, fields, tasks by status, updates, threads and decisions
    Show {
        /// Name, key or id
        project: String,
    },
    /// Change fields: title key lead states (`Todo:todo,In QA:review`) state -state field (`Size:select:S,M,L`) -field
    Set {
        /// Name, key or id
        project: String,
        /// field=value; an empty value clears the field
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Call a state otherwise; its tasks stay in it
    RenameState {
        /// Name, key or id
        project: String,
        /// The state as it is called now
        state: String,
        /// Its name from here on
        name: String,
    },
    /// Tell how it goes; without --health, show what changed since the last update
    Update(ProjectUpdateArgs),
    /// Put a project into the trash; its tasks stay
    Trash {
        /// Name, key or id
        project: String,
    },
    /// Take a project out of the trash
    Restore {
        /// Name, key or id
        project: String,
    },
}

/// `project update`
#[derive(Debug, Args)]
pub(crate) struct ProjectUpdateArgs {
    /// Name, key or id
    pub(crate) project: String,
    /// How it goes
    #[arg(long, value_parser = ["on-track", "at-risk", "off-track"])]
    pub(crate) health: Option<String>,
    /// What to tell, Markdown
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub(crate) text: Option<String>,
    /// The same as a file (`-` reads standard input)
    #[arg(long, value_name = "F.md")]
    pub(crate) file: Option<PathBuf>,
    /// Add what was done, was added and slipped since the last update
    #[arg(long)]
    pub(crate) changes: bool,
}

/// `cycle …`
#[derive(Debug, Subcommand)]
pub(crate) enum CycleAction {
    /// Make a cycle: six weeks of work and two of cooling down, unless told otherwise
    New {
        /// Its name
        title: String,
        /// The first day; today when absent
        #[arg(long, value_name = "DATE")]
        start: Option<String>,
        /// Weeks of work
        #[arg(long, value_name = "N")]
        weeks: Option<u32>,
        /// Weeks of cooling down
        #[arg(long, value_name = "N")]
        cooldown: Option<u32>,
    },
    /// Cycles
    List,
    /// A cycle with its scopes, their hills, and what is left over
    Show {
        /// Name or id
        cycle: String,
    },
    /// Change fields: title start weeks cooldown
    Set {
        /// Name or id
        cycle: String,
        /// field=value
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Take a task into a cycle as a scope
    Add {
        /// Name or id
        cycle: String,
        /// Short id, id or unique prefix
        task: String,
        /// Working days that it may take
        #[arg(long, value_name = "DAYS")]
        appetite: Option<u32>,
    },
    /// Take a task out of its cycle
    Drop {
        /// Short id, id or unique prefix
        task: String,
    },
    /// Set where a scope stands: 0 nothing known, 50 all found out, 100 done
    Hill {
        /// Short id, id or unique prefix
        task: String,
        /// 0 to 100
        position: u8,
    },
    /// Put a cycle into the trash; its tasks stay
    Trash {
        /// Name or id
        cycle: String,
    },
    /// Take a cycle out of the trash
    Restore {
        /// Name or id
        cycle: String,
    },
}
