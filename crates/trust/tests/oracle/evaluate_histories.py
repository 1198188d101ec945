"""Writes tests/oracle/evaluate_histories.txt.gz: random membership histories with the verdicts of a reference model.

    python3 evaluate_histories.py MODEL.py COUNT OUT.txt.gz

MODEL.py is an independent model of the evaluation rules (class L: add, intr, evaluate, state; function run(seed)).
It shares no code with the crate. Every history is judged twice: by the model as it stands, and by the model with the
three places put right in which it differs from docs/trust.md:

  * a member without the Admin role may remove himself (leave);
  * a record that used the Admin role falls with a senior, unaware lowering of its author whatever the rank of the
    device that wrote it, and a record that used none (removing one's own device, leaving) does not;
  * only an admissible introduction says whose device it is (matters when a removed member keeps adding devices).

A history in which both agree is marked "m", one in which they differ "t"; the verdicts written are those of docs/trust.md,
which for "m" are the unmodified model's own.

One history: "H mark records", a line for each record in topological order, then the verdicts.
A record: number, author, kind and fields, heads. Numbers are the model's ids in ascending order, so they break ties alike.
Verdicts: "A" allowed, "E" effective (numbers not named are not), "D" device:member that hold, "M" member:role.
"""
import gzip
import importlib.util
import os
import sys


def load(path, name, edits=()):
    source = open(path).read()
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    spec = importlib.util.spec_from_loader(name, loader=None)
    module = importlib.util.module_from_spec(spec)
    exec(compile(source, path, "exec"), module.__dict__)
    return module


EDITS = [
    (
        "if k in('genesis','join','devadd') and f['dev']==d: return f['mem']",
        "if k in('genesis','join','devadd') and f['dev']==d and s.info[x]: return f['mem']",
    ),
    ("and not adm: return None", "and not adm and not(k=='remove' and t==m): return None"),
    (
        "if rk[0]==1 and k in('invite','approve','remove','role','restore','devrem'): need.append(('a',m))",
        "if m!='o' and (k in('invite','approve','role','restore') or (k=='remove' and f['mem']!=m)"
        " or (k=='devrem' and s.devmem(f['dev'],s.anc[i])!=m)): need.append(('a',m))",
    ),
]


def topological(log):
    return sorted(log.r, key=log.key)


def verdicts(log):
    everything = frozenset(log.r)
    state = log.state(everything)
    allowed = frozenset(i for i in log.r if log.info[i])
    members = sorted((m, role) for m, (role, _) in state["mem"].items())
    return allowed, frozenset(state["E"]), tuple(sorted(state["dev"].items())), tuple(members)


def rejudged(log, model):
    other = model.L()
    for i in topological(log):
        other.r[i], other.anc[i], other.dep[i] = log.r[i], log.anc[i], log.dep[i]
        other.info[i] = other.intr(i)
    return verdicts(other)


def line(log, number, i):
    kind, author, fields, heads = log.r[i]
    field = {
        "genesis": lambda: f"G {fields['mem']}",
        "invite": lambda: "I",
        "join": lambda: f"J {number[fields['inv']]} {fields['mem']}",
        "approve": lambda: f"P {number[fields['join']]}",
        "remove": lambda: f"X {fields['mem']}",
        "role": lambda: f"R {fields['mem']} {fields['role']}",
        "restore": lambda: f"B {fields['mem']}",
        "devadd": lambda: f"+ {fields['mem']} {fields['dev']}",
        "devrem": lambda: f"- {fields['dev']}",
        "note": lambda: "N",
    }[kind]()
    return f"{number[i]} {author} {field} | {' '.join(str(number[h]) for h in sorted(heads, key=number.get))}"


def history(log, model):
    plain, text = verdicts(log), rejudged(log, model)
    number = {i: n for n, i in enumerate(sorted(log.r))}
    mark = "m" if plain == text else "t"
    allowed, effective, devices, members = text
    lines = [f"H {mark} {len(log.r)}"] + [line(log, number, i) for i in topological(log)]
    lines.append("A " + " ".join(str(n) for n in sorted(number[i] for i in allowed)))
    lines.append("E " + " ".join(str(n) for n in sorted(number[i] for i in effective)))
    lines.append("D " + " ".join(f"{d}:{m}" for d, m in devices))
    lines.append("M " + " ".join(f"{m}:{role}" for m, role in members))
    return mark, len(log.r), "\n".join(lines) + "\n"


def main():
    path, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    model, text = load(path, "model"), load(path, "text", EDITS)
    base, made = model.L, []

    class Recorded(base):
        def __init__(self):
            super().__init__()
            made.append(self)

    model.L = Recorded
    marks, records, chunks = {"m": 0, "t": 0}, 0, []
    for seed in range(count):
        made.clear()
        model.run(seed)
        mark, size, lines = history(made[0], text)
        marks[mark] += 1
        records += size
        chunks.append(lines)
    with open(out, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write("".join(chunks).encode())
    print("histories", count, "marks", marks, "records", records)


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the model draws from lists made of sets
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    main()
