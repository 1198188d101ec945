#!/bin/bash
# A person writes a page with real keys in a real window, while somebody else works on it from another home.
#
# Not part of `cargo test`: it needs Xvfb, xdotool, ImageMagick (`import`), nabi (an input method for Hangul) and a Korean font
# (Debian: xvfb xdotool imagemagick nabi fonts-nanum). Everything stays on loopback and in a folder of its own. Usage: tests/extra/write-the-page.sh [FOLDER FOR SCREENSHOTS] [light|dark]; TERN names the binary.
# It ends with 0 when both homes export the same files and every step left its picture.
set -euo pipefail

shots=${1:-$(mktemp -d)}
theme=${2:-light}
tern=${TERN:-$(dirname "$0")/../../target/debug/tern}
display=:$((80 + RANDOM % 20))
work=$(mktemp -d)
pids=()
mkdir -p "$shots"
finish() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"; }
trap finish EXIT

field() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
# Tries a command until it holds, for a minute.
until_true() { for _ in $(seq 120); do "$@" >/dev/null 2>&1 && return 0; sleep 0.5; done; echo "did not come: $*" >&2; return 1; }

# ---- two people and a node that is always there ----
"$tern" node init --home "$work/node" --listen 127.0.0.1:0 --json >/dev/null
"$tern" node run --home "$work/node" >"$work/node.log" 2>&1 & pids+=($!)
running() { "$tern" node status --home "$work/node" --json | grep -q '"running":true'; }
until_true running
node=$("$tern" node status --home "$work/node" --json | field ticket)
"$tern" --home "$work/ben" init --name Ben --zone Europe/London --title Northlight --json >/dev/null
"$tern" --home "$work/ben" relay add "$node" >/dev/null
page=$("$tern" --home "$work/ben" page new "" --json | field id)
"$tern" --home "$work/ben" sync >/dev/null
ticket=$("$tern" --home "$work/ben" invite --json | field ticket)
"$tern" --home "$work/ben" sync >/dev/null
echo "$ticket" | "$tern" --home "$work/mia" join - --name Mia --zone Africa/Lagos --json >/dev/null
"$tern" --home "$work/mia" sync >/dev/null
"$tern" --home "$work/mia" online >"$work/mia.log" 2>&1 & pids+=($!)

# ---- the window ----
Xvfb "$display" -screen 0 1440x900x24 >/dev/null 2>&1 & pids+=($!)
export DISPLAY=$display LIBGL_ALWAYS_SOFTWARE=1
sleep 1
HOME=$work nabi --xim-name=nabi >"$work/nabi.log" 2>&1 & pids+=($!)
sleep 2
LC_ALL=C.UTF-8 XMODIFIERS=@im=nabi "$tern" --home "$work/ben" >"$work/ben.log" 2>&1 & pids+=($!)
shown() { xdotool search --name Tern; }
until_true shown
window=$(shown | head -1)
sleep 2
until_true xdotool windowsize "$window" 1440 900 windowmove "$window" 0 0 windowfocus "$window"
sleep 1
# The window has read everything and stands still: three pictures in a row are the same.
still() {
  local last= same=0 now
  for _ in $(seq 60); do
    now=$(import -window "$window" rgba:- | sha256sum)
    if [ "$now" = "$last" ]; then same=$((same + 1)); else same=0; fi
    [ "$same" -ge 2 ] && return 0
    last=$now; sleep 1
  done
  echo "the window does not come to rest" >&2; return 1
}
still
step=0
look() { sleep 0.8; step=$((step + 1)); import -window root "$shots/$(printf %02d $step)-$1.png"; }
write() { xdotool type --delay 25 -- "$1"; }
key() { for k in "$@"; do xdotool key "$k"; sleep 0.06; done; }

[ "$theme" = dark ] && key ctrl+shift+l
look empty
xdotool mousemove 560 600; still; key F2; sleep 1.5
write "Keep the search index on the device"; key Return
write "Surveyors lose signal for up to six hours. Today every search in Field kit asks the server, so the tool goes blank exactly when someone stands in front of the thing they need to look up. Last week in Lagos **41 of 112 searches failed**, and nobody retried one of them."; key Return
write "We build the index on the tablet, from the records it already holds."; look paragraphs
# Words through an input method: what is being composed is shown and is not in the page before it is chosen.
write " Jiho calls it "; key shift+space; xdotool type --delay 150 gks; look composing
ben_has() { "$tern" --home "$work/ben" page show "$page" | grep -q "$1"; }
until_true ben_has "Jiho calls it"
if ben_has 한; then echo "what is being composed was written" >&2; exit 1; fi
xdotool type --delay 150 rmf; key shift+space; write "."
until_true ben_has "Jiho calls it 한글\."
key Return; write "/call"; look menu; key Return
write "**What we give up.** The first start after an update takes about 40 s on the oldest tablet. The screen says so, and searching titles works meanwhile."; key Return
# Somebody else works on the same page meanwhile.
echo 'Mia, from Lagos: the ferry is back.' | "$tern" --home "$work/mia" page append "$page" >/dev/null
write "## What has to happen"; key Return
write "[] Measure index size on the three oldest tablets"; key ctrl+shift+Return Return
write "Build the index in the background"; key ctrl+Return; sleep 1; look task
key Return; write "Write the fallback notice in all four languages"; key Return Return
write "## Size and cost"; key Return; write "/table"; key Return; sleep 0.3
for cell in Tablet Records Index "T1, 2019" "18,400" "31 MB" "T2, 2022" "18,400" "31 MB"; do write "$cell"; key Tab; done
key BackSpace; look table
key ctrl+End Return; write '```sql'; key Return
write "-- one table a space; rebuilt, never synced"; key Return
write "CREATE VIRTUAL TABLE records_fts USING fts5(title, body);"; look code
convert -size 320x120 gradient:'#F7DDA8'-'#39424D' "$work/light.png"
key ctrl+End Down; write "/pict"; key Return; sleep 0.5; write "$work/light.png"; key Return; sleep 1.5; look picture

# ---- both hold the same ----
mia_has() { "$tern" --home "$work/mia" page show "$page" | grep -q '!\[light.png\]' && "$tern" --home "$work/mia" page show "$page" | grep -q '^```sql'; }
until_true mia_has
same() {
  rm -rf "$work/a" "$work/b"
  "$tern" --home "$work/ben" export "$work/a" && "$tern" --home "$work/mia" export "$work/b" && diff -r "$work/a" "$work/b"
}
until_true same
grep -rq "the ferry is back" "$work/a"
grep -rq "Jiho calls it 한글" "$work/a"
if grep -qi "differ in a page" "$work/ben.log"; then echo "window and engine differed" >&2; exit 1; fi
look both
echo "written; both exports are equal; pictures in $shots"
