//! Homes and processes: what every story needs. Children end with their handle; no wait is without a bound.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// No command of a story may take longer; a hanging one fails its test with its name.
const COMMAND_LIMIT: Duration = Duration::from_secs(120);
/// A node or an online laptop must say that it is ready within this time.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// Files of a folder: path within it and content.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// What a finished command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The one JSON object on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.out.trim_end().lines().count(), 1, "not one line: {}", self.out);
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e} in {}", self.out))
    }

    /// The error object on standard error.
    #[track_caller]
    pub fn error(&self) -> Value {
        let value: Value = serde_json::from_str(&self.err).unwrap_or_else(|e| panic!("{e} in {}", self.err));
        value["error"].clone()
    }
}

/// A command that is running.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    what: String,
}

impl Running {
    /// Waits for the end; `None` when it does not come within `limit`.
    pub fn wait(&mut self, limit: Duration) -> Option<Ran> {
        match self.stdout.recv_timeout(limit) {
            Ok(out) => Some(self.collect(out)),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("standard output of {} was lost", self.what),
        }
    }

    /// Ends it at once, as a power cut of the process would.
    pub fn kill(&mut self) -> Ran {
        // It may have ended by itself in this moment.
        let _ = self.child.kill();
        let out = self.stdout.recv_timeout(COMMAND_LIMIT).unwrap_or_default();
        self.collect(out)
    }

    fn collect(&mut self, out: String) -> Ran {
        let status = self.child.wait().expect("the child is waited for once");
        Ran { code: code(status), out, err: self.stderr.recv_timeout(COMMAND_LIMIT).unwrap_or_default() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(-1)
}

fn tern() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tern"));
    for name in ["TERN_HOME", "TERN_NOW", "TERN_LOG", "RUST_BACKTRACE", "RUST_LOG"] {
        command.env_remove(name);
    }
    command
}

/// Starts the binary with `input` on standard input.
pub fn start(args: &[&str], envs: &[(&str, &str)], input: &str) -> Running {
    let mut command = tern();
    command.args(args).envs(envs.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    std::thread::spawn(move || {
        // A command that does not read its input closes the pipe.
        let _ = stdin.write_all(input.as_bytes());
    });
    let stdout = drain(child.stdout.take().expect("piped"));
    let stderr = drain(child.stderr.take().expect("piped"));
    Running { child, stdout, stderr, what: args.join(" ") }
}

/// Runs the binary to its end.
#[track_caller]
pub fn run(args: &[&str], envs: &[(&str, &str)], input: &str) -> Ran {
    let mut running = start(args, envs, input);
    running.wait(COMMAND_LIMIT).unwrap_or_else(|| {
        let ran = running.kill();
        panic!("`tern {}` did not end; it said: {}{}", args.join(" "), ran.out, ran.err)
    })
}

fn drain(mut from: impl Read + Send + 'static) -> Receiver<String> {
    let (done, drained) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        let _ = done.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    drained
}

/// A command that a person talks with: lines out, lines in.
#[derive(Debug)]
pub struct Talk {
    child: Child,
    lines: Receiver<String>,
    stderr: Receiver<String>,
}

impl Talk {
    /// The next line of standard output as JSON.
    #[track_caller]
    pub fn hear(&mut self) -> Value {
        match self.lines.recv_timeout(COMMAND_LIMIT) {
            Ok(line) => serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e} in {line}")),
            Err(_) => {
                let _ = self.child.kill();
                panic!("it fell silent: {}", self.stderr.recv_timeout(READY_LIMIT).unwrap_or_default())
            }
        }
    }

    /// Types a line.
    pub fn say(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().expect("piped");
        stdin.write_all(format!("{line}\n").as_bytes()).expect("it listens");
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A temporary folder with the homes of one story.
#[derive(Debug)]
pub struct Stage {
    dir: TempDir,
}

impl Stage {
    pub fn new() -> Self {
        Stage { dir: tempfile::Builder::new().prefix("tern-e2e-").tempdir().expect("a temporary folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A path as an argument.
    pub fn arg(&self, name: &str) -> String {
        text(&self.path(name))
    }

    /// A home that holds nothing yet.
    pub fn empty_home(&self, name: &str) -> Home {
        Home { path: self.path(name) }
    }

    /// Ben in London, with a workspace of his own.
    pub fn ben(&self) -> Home {
        let home = self.empty_home("ben");
        home.json(&[
            "init",
            "--name",
            "Ben Whitfield",
            "--zone",
            "Europe/London",
            "--title",
            "Lighthouse Ferries",
        ]);
        home
    }

    /// Writes a file into the stage.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the stage")).expect("folders can be made");
        fs::write(&path, content).expect("the file can be written");
        text(&path)
    }
}

/// One device.
#[derive(Debug, Clone)]
pub struct Home {
    path: PathBuf,
}

impl Home {
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn args<'a>(&'a self, json: bool, args: &[&'a str]) -> Vec<&'a str> {
        let mut all = vec!["--home", self.path.to_str().expect("temporary paths are text")];
        if json {
            all.push("--json");
        }
        all.extend(args);
        all
    }

    /// Runs with `--json`, whatever comes of it.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Ran {
        run(&self.args(true, args), &[], "")
    }

    /// As [`Home::run`], with environment variables.
    #[track_caller]
    pub fn run_with(&self, args: &[&str], envs: &[(&str, &str)]) -> Ran {
        run(&self.args(true, args), envs, "")
    }

    /// Runs without `--json`, whatever comes of it.
    #[track_caller]
    pub fn plain(&self, args: &[&str]) -> Ran {
        self.plain_with(args, &[])
    }

    /// As [`Home::plain`], with environment variables.
    #[track_caller]
    pub fn plain_with(&self, args: &[&str], envs: &[(&str, &str)]) -> Ran {
        run(&self.args(false, args), envs, "")
    }

    /// Runs with `--json` and must succeed.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        self.json_with(args, &[], "")
    }

    /// As [`Home::json`], with environment variables and standard input.
    #[track_caller]
    pub fn json_with(&self, args: &[&str], envs: &[(&str, &str)], input: &str) -> Value {
        let ran = run(&self.args(true, args), envs, input);
        assert_eq!(ran.code, 0, "`tern {}` failed: {}", args.join(" "), ran.err);
        ran.json()
    }

    /// Starts with `--json` and does not wait.
    pub fn start(&self, args: &[&str], input: &str) -> Running {
        start(&self.args(true, args), &[], input)
    }

    /// Starts a command to talk with.
    pub fn talk(&self, args: &[&str]) -> Talk {
        let mut command = tern();
        command.args(self.args(true, args));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let stdout = child.stdout.take().expect("piped");
        let stderr = drain(child.stderr.take().expect("piped"));
        let (said, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = said.send(line);
            }
        });
        Talk { child, lines, stderr }
    }

    /// Starts a command that stays, and reads the line that says it is ready.
    #[track_caller]
    pub fn serve(&self, args: &[&str]) -> Server {
        Server::start(&self.args(true, args))
    }

    /// Id of the page with this title.
    #[track_caller]
    pub fn page(&self, title: &str) -> String {
        let list = self.json(&["page", "list"]);
        let row = rows(&list, "pages").iter().find(|p| p["title"] == title);
        let row = row.unwrap_or_else(|| panic!("no page “{title}” in {list}"));
        row["id"].as_str().expect("ids are text").to_owned()
    }

    /// A page as Markdown.
    #[track_caller]
    pub fn markdown(&self, page: &str) -> String {
        let view = self.json(&["page", "show", page, "--format", "md"]);
        view["text"].as_str().expect("text").to_owned()
    }

    /// Replaces words on a page by saving its whole text again.
    #[track_caller]
    pub fn rewrite(&self, page: &str, from: &str, to: &str) -> Value {
        let text = self.markdown(page);
        assert!(text.contains(from), "“{from}” is not in {text}");
        self.json_with(&["page", "edit", page, "--file", "-"], &[], &text.replacen(from, to, 1))
    }

    /// Everything as Markdown files, read back.
    #[track_caller]
    pub fn export(&self, stage: &Stage, name: &str) -> Tree {
        self.json(&["export", &stage.arg(name)]);
        read_tree(&stage.path(name))
    }

    /// Heads of every page and task.
    #[track_caller]
    pub fn heads(&self) -> BTreeMap<String, String> {
        let pages = self.json(&["page", "list", "--trash"]);
        let mut heads = BTreeMap::new();
        for row in rows(&pages, "pages") {
            let id = row["id"].as_str().expect("text");
            let page = self.json(&["page", "show", id]);
            heads.insert(id.to_owned(), page["heads"].as_str().expect("text").to_owned());
        }
        for task in rows(&self.json(&["task", "list"]), "tasks") {
            heads.insert(task["id"].to_string(), task["heads"].to_string());
        }
        heads
    }
}

/// The list under `key`.
#[track_caller]
pub fn rows<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("no list “{key}” in {value}"))
}

/// The text under `key`.
#[track_caller]
pub fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no text “{key}” in {value}")).to_owned()
}

/// A command that stays: the node, or an online laptop.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// What it said when it was ready.
    pub ready: Value,
}

impl Server {
    #[track_caller]
    fn start(args: &[&str]) -> Self {
        let mut command = tern();
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let stdout = child.stdout.take().expect("piped");
        let stderr = drain(child.stderr.take().expect("piped"));
        let (said, line) = channel();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines();
            let _ = said.send(lines.next().and_then(Result::ok).unwrap_or_default());
            // The pipe stays open and empty, so that the command never waits for its reader.
            lines.for_each(drop);
        });
        let line = line.recv_timeout(READY_LIMIT).unwrap_or_default();
        let mut server = Server { child, ready: Value::Null };
        server.ready = serde_json::from_str(&line).unwrap_or_else(|_| {
            let _ = server.child.kill();
            let said = stderr.recv_timeout(READY_LIMIT).unwrap_or_default();
            panic!("`tern {}` did not get ready: {line}{said}", args.join(" "))
        });
        server
    }

    /// Asks it to stop as a service manager would, and waits for its end.
    #[cfg(unix)]
    #[track_caller]
    pub fn stop(mut self) -> i32 {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        assert!(asked.expect("`kill` exists").success());
        code(self.child.wait().expect("it is waited for once"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A node in its home.
#[derive(Debug)]
pub struct Node {
    pub home: Home,
    pub ticket: String,
    server: Option<Server>,
    listen: String,
}

impl Node {
    #[track_caller]
    pub fn start(stage: &Stage) -> Self {
        let home = stage.empty_home("node");
        home.json(&["node", "init", "--listen", "127.0.0.1:0"]);
        let mut node = Node { home, ticket: String::new(), server: None, listen: "127.0.0.1:0".into() };
        node.turn_on();
        node
    }

    #[track_caller]
    pub fn turn_on(&mut self) {
        let server = self.home.serve(&["node", "run", "--listen", &self.listen]);
        self.listen = word(&server.ready, "listen");
        self.ticket = word(&server.ready, "ticket");
        self.server = Some(server);
    }

    /// Where it listens.
    pub fn listen(&self) -> &str {
        &self.listen
    }

    /// The most memory that its process has used, in KB; zero where the system does not tell.
    pub fn peak_kb(&self) -> u64 {
        let id = self.server.as_ref().expect("it runs").child.id();
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
    }

    /// Kills it.
    pub fn turn_off(&mut self) {
        self.server = None;
    }
}

/// Reads every file below `dir`.
pub fn read_tree(dir: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let name = text(path.strip_prefix(dir).expect("below the folder"));
                tree.insert(name, fs::read(&path).expect("the file can be read"));
            }
        }
    }
    tree
}

/// Files whose bytes hold `word`.
pub fn files_with(tree: &Tree, word: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| bytes.windows(word.len()).any(|w| w == word.as_bytes());
    tree.iter().filter(|(_, bytes)| holds(bytes)).map(|(name, _)| name.clone()).collect()
}

/// Copies a folder.
pub fn copy_tree(from: &Path, to: &Path) {
    for (name, bytes) in read_tree(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("folders can be made");
        fs::write(path, bytes).expect("the file can be written");
    }
}

/// Fails with the first name that differs, not with megabytes of content.
#[track_caller]
pub fn assert_same(left: &Tree, right: &Tree) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "names differ");
    for (name, bytes) in left {
        let other = &right[name];
        assert!(
            bytes == other,
            "{name} differs:\n{}\n---\n{}",
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(other)
        );
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("temporary paths are text").to_owned()
}

/// Numbers that look random and are the same in every run (xorshift64*).
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.max(1))
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % n
    }
}

/// A small picture in PNG whose pixels depend on `seed`, from a fixed header and noise as its data. Nobody decodes it.
pub fn picture(seed: u64, bytes: usize) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    out.extend((0..bytes).map(|_| dice.below(256) as u8));
    out
}

/// One file each way between two homes: both hold the same after it.
#[track_caller]
pub fn carry(stage: &Stage, from: &Home, to: &Home, name: &str) {
    let (file, answer) = (stage.arg(name), stage.arg(&format!("{name}-answer")));
    from.json(&["bundle", "export", &file]);
    to.json(&["bundle", "import", &file, "--reply", &answer]);
    from.json(&["bundle", "import", &answer]);
}
