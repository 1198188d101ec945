//! Beginning: workspace made, joined, ticket.

use tern_peer::{InitReport, JoinReport};

use crate::args::InviteArgs;
use crate::human::count;
use crate::table::one_line;

/// Recovery words a line.
const WORDS_PER_LINE: usize = 6;

pub(crate) fn made(report: &InitReport, title: &str, name: &str) -> String {
    let text =
        format!("“{}” is ready on this laptop, and you are {} in it.\n\n", one_line(title), one_line(name),)
            + &recovery(&report.recovery_words);
    text + "\nNext: `tern page new \"First page\"`, `tern import FOLDER`, or `tern invite` for somebody else.\n"
}

/// The words of the paper, numbered.
fn recovery(words: &str) -> String {
    let mut text = "Recovery words. They bring everything back when this laptop is lost; they are shown this once and kept \
                    nowhere.\nWrite them down on paper:\n\n"
        .to_owned();
    let words: Vec<&str> = words.split_whitespace().collect();
    for (line, chunk) in words.chunks(WORDS_PER_LINE).enumerate() {
        text += " ";
        for (i, word) in chunk.iter().enumerate() {
            text += &format!(" {:>2} {word:<9}", line * WORDS_PER_LINE + i + 1);
        }
        text = text.trim_end().to_owned() + "\n";
    }
    text
}

pub(crate) fn joined(report: &JoinReport) -> String {
    let paper = match report.recovery_words.as_str() {
        "" => String::new(),
        words => format!("\n{}", recovery(words)),
    };
    state(report) + &compare(&report.words) + &paper
}

fn state(report: &JoinReport) -> String {
    if report.state == "member" {
        "You are a member, and what was reachable is on this laptop.\n\
         Next: `tern page list`, `tern task list`; `tern sync` brings the rest whenever a machine is on.\n"
            .to_owned()
    } else {
        "Your request is on its way, and an admin has to let you in.\n\
         Next: `tern sync` again later; you are in when it says so.\n"
            .to_owned()
    }
}

fn compare(words: &str) -> String {
    if words.is_empty() {
        return String::new();
    }
    format!("Whoever invited you sees the same four words (`tern invite --list`): {words}\n")
}

pub(crate) fn ticket(ticket: &str, args: &InviteArgs) -> String {
    let days = args.expires.as_secs_f64() / 86_400.0;
    format!(
        "{ticket}\n\nGive it to {} you trust, by a way you trust: it makes its holder {} {} of this workspace{}.\n\
         It is meant for {days:.1} days. They run: tern join TICKET --name NAME --zone ZONE\n{}",
        count(u64::from(args.uses), "person", "people"),
        if args.role.starts_with('a') { "an" } else { "a" },
        args.role,
        if args.mode == "approve" { ", once an admin has approved them" } else { "" },
        if args.mode == "open" {
            "Until it is used up or ended, the ticket and a copy of the node's disk together open the history.\n"
        } else {
            ""
        },
    )
}
