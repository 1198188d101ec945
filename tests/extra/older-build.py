#!/usr/bin/env python3
"""An older build beside this one, as real processes: two homes of two builds and a node of either, on loopback.

Usage: tests/extra/older-build.py [REVISION]     (default 9e8af0d: store version 2, no packs, no op gate)
It builds the revision in a folder of its own beside the target folder, and this tree where TERN does not name a binary, both
without a window. What must hold is said step by step; ends with 1 at the first thing that does not.
"""
import json, os, pathlib, shutil, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parents[2]
REVISION = sys.argv[1] if len(sys.argv) > 1 else "9e8af0d"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE / "target"))
WORK = pathlib.Path(tempfile.mkdtemp(prefix="tern-older-"))
LIMIT_S = 120
RUNNING = []


def build(source, target):
    subprocess.run(["cargo", "build", "--locked", "-q", "-p", "tern", "--no-default-features"], cwd=source, check=True,
                   env={**os.environ, "CARGO_TARGET_DIR": str(target)})
    return target / "debug" / "tern"


def older():
    source = TARGET / "older" / "source"
    if not source.exists():
        subprocess.run(["git", "clone", "-q", str(HERE), str(source)], check=True)
    subprocess.run(["git", "-C", str(source), "fetch", "-q", "origin"], check=True)
    subprocess.run(["git", "-C", str(source), "checkout", "-q", REVISION], check=True)
    return build(source, TARGET / "older")


class Home:
    def __init__(self, name, binary):
        self.path, self.binary = WORK / name, binary

    def run(self, *args, say="", fails=None):
        """Its JSON, or the error where one is expected: by exit code."""
        done = subprocess.run([self.binary, "--home", self.path, "--json", *args], input=say, text=True,
                              capture_output=True, timeout=LIMIT_S)
        assert done.returncode == (fails or 0), f"{args}: {done.returncode}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout if not fails else done.stderr)

    def pages(self):
        return {page["title"]: self.run("page", "show", page["id"], "--format", "md")["text"]
                for page in self.run("page", "list")["pages"]}

    def tasks(self):
        return sorted((task["title"], task["status"]) for task in self.run("task", "list")["tasks"])

    def sync(self):
        report = self.run("sync")
        assert any(peer["in_sync"] for peer in report["peers"]), report


class Node(Home):
    def start(self, first):
        if first:
            self.run("node", "init", "--listen", "127.0.0.1:0")
        self.process = subprocess.Popen([self.binary, "--home", self.path, "--json", "node", "run"], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        RUNNING.append(self.process)
        self.ticket = json.loads(self.process.stdout.readline())["ticket"]

    def stop(self):
        self.process.terminate()
        self.process.wait(LIMIT_S)


def found(name, binary, node):
    home = Home(name, binary)
    home.run("init", "--name", "Ben Whitfield", "--zone", "Europe/London", "--title", "Lighthouse Ferries")
    home.run("relay", "add", node.ticket)
    return home


def join(name, binary, by):
    ticket = by.run("invite")["ticket"]
    by.sync()
    home = Home(name, binary)
    joined = home.run("join", "-", "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo", say=ticket + "\n")
    assert joined["state"] == "member", joined
    return home


def step(text):
    print("·", text, flush=True)


def both_ways(kind, first, second, of_node):
    """Two builds write and read the same pages and tasks through a node; what one cannot show it keeps and hands on."""
    node = Node(f"{kind}-node", of_node)
    node.start(True)
    ben = found(f"{kind}-ben", first, node)
    page = ben.run("page", "new", "Plan", "--file", "-", say="First words.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")["id"]
    ben.run("task", "new", "Paint the hull !high")
    aiko = join(f"{kind}-aiko", second, ben)
    aiko.run("page", "append", page, say="Words from Tokyo.\n")
    ben.run("page", "append", page, say="Words from London.\n")
    aiko.run("task", "new", "Order rope")
    for home in (aiko, ben, aiko):
        home.sync()
    assert ben.pages() == aiko.pages() and "Tokyo" in ben.pages()["Plan"] and "London" in ben.pages()["Plan"]
    assert ben.tasks() == aiko.tasks() and len(ben.tasks()) == 2, (ben.tasks(), aiko.tasks())
    for home in (ben, aiko):
        assert home.run("check")["bad"] == 0
    step(f"{kind}: pages and tasks are equal both ways, and both checks find nothing")
    return node, ben, aiko


def main():
    new = pathlib.Path(os.environ["TERN"]) if "TERN" in os.environ else build(HERE, TARGET)
    old = older()
    step(f"built {REVISION} and this tree")

    node, ben, aiko = both_ways("newer founds", new, old, old)
    ben.run("compact", "--on", "--min", "2")
    page = ben.run("page", "list")["pages"][0]["id"]
    ben.run("page", "append", page, say="Since folding began.\n")
    before = aiko.pages()
    aiko.run("page", "append", page, say="Written by the older build meanwhile.\n")
    refused = ben.run("sync", fails=6)["error"]
    assert "pdate needed there" in refused["happened"] and "newest Tern" in refused["next"], refused
    step(f"this build at a node of the older one: “{refused['happened']}”")
    node.stop()
    node.binary = new
    node.start(False)
    ben.sync()
    refused = aiko.run("sync", fails=6)["error"]["happened"]
    assert "pdate needed" in refused, refused
    shown = aiko.pages()
    assert "Since folding" not in shown["Plan"] and "meanwhile" in shown["Plan"], shown
    assert shown["Plan"].startswith(before["Plan"].rstrip()) and aiko.run("check")["bad"] == 0
    step(f"the older build at a node of this one: “{refused}”; its own work goes on and it takes no content")

    aiko.binary = new
    aiko.run("check")
    for home in (aiko, ben, aiko, ben):
        home.sync()
    assert ben.pages() == aiko.pages(), (ben.pages(), aiko.pages())
    assert "meanwhile" in ben.pages()["Plan"] and "Since folding" in aiko.pages()["Plan"]
    step("its home opened by this build: what was written meanwhile is with everybody")

    aiko.binary = old
    refused = aiko.run("page", "list", fails=1)["error"]["happened"]
    aiko.binary = new
    assert "reads up to version" in refused and "Nothing was changed" in refused, refused
    assert ben.pages() == aiko.pages() and aiko.run("check")["bad"] == 0
    step(f"the older build on a home of this one: “{refused}” and harms nothing")
    node.stop()

    node, ben, aiko = both_ways("older founds", old, new, new)
    node.stop()
    print("all of it holds")


try:
    main()
finally:
    for process in RUNNING:
        process.kill()
    shutil.rmtree(WORK, ignore_errors=True)
