#!/bin/bash
# The power goes while Tern writes: every edit that was acknowledged before is there afterwards.
#
# Usage, as root: tests/extra/power-cut.sh [CUTS]      (default: 200)
# The home lies on ext4 in a file behind a loop device. A cut is EXT4_IOC_SHUTDOWN with the journal not flushed: what the
# system had not written to the disk is gone, and every later write fails. After it the file system is mounted again, as
# after a start, and the home is looked through. TERN names the binary, SEED (7) the instants of the cuts. Needs e2fsprogs and
# python3; mounts and files are cleared away at the end, whatever happens.
set -euo pipefail

cuts=${1:-200}
tern=${TERN:-$(dirname "$0")/../../target/debug/tern}
work=$(mktemp -d)
disk=$work/disk.img mnt=$work/mnt
mkdir "$mnt"
[ "$(id -u)" = 0 ] || { echo "this needs root: mounting, and the ioctl" >&2; exit 2; }
finish() {
  [ -z "${writer:-}" ] || kill -9 "$writer" 2>/dev/null || true
  wait 2>/dev/null || true
  for _ in $(seq 20); do mountpoint -q "$mnt" || break; umount "$mnt" 2>/dev/null || sleep 0.2; done
  rm -rf "$work"
}
trap finish EXIT

cat >"$work/cut.py" <<'P'
import fcntl, os, struct, sys
# _IOR('X', 125, u32); flag 2: the journal is not flushed.
at = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(at, (2 << 30) | (4 << 16) | (ord('X') << 8) | 125, struct.pack('I', 2))
P
truncate -s 512M "$disk"
mkfs.ext4 -q "$disk"
on() { mount -o loop "$disk" "$mnt"; }
on
home=$mnt/home
"$tern" --home "$home" init --name Ben --zone Europe/London --title Cuts --json >/dev/null
page=$("$tern" --home "$home" page new Log --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["id"])')

acknowledged=$work/acknowledged
: >"$acknowledged"
# Writes until a write fails; a mark is acknowledged when the answer came in full. The list lies on another disk.
edits() {
  local n=0 mark
  while :; do
    n=$((n + 1)); mark="edit-$1-$n."
    if [ $((n % 2)) = 0 ]; then
      "$tern" --home "$home" task new "$mark" --json >"$work/said" 2>/dev/null || return 0
    else
      echo "$mark" | "$tern" --home "$home" page append "$page" --json >"$work/said" 2>/dev/null || return 0
    fi
    if tail -c 2 "$work/said" | grep -q '}'; then echo "$mark" >>"$acknowledged"; fi
  done
}
RANDOM=${SEED:-7}
lost=0 unsynced=0
for cut in $(seq "$cuts"); do
  edits "$cut" & writer=$!
  sleep "0.$(printf %03d $((RANDOM % 700)))"
  # A file that nobody synced goes with the power: the cut cuts.
  echo "not synced" >"$mnt/unsynced-$cut"
  # What is on the list now was acknowledged before the cut. An answer that comes later says nothing: with real power nobody
  # would have lived to read it.
  before=$(wc -l <"$acknowledged")
  python3 "$work/cut.py" "$mnt"
  wait "$writer" || true
  writer=
  head -n "$before" "$acknowledged" >"$work/before"
  mv "$work/before" "$acknowledged"
  for _ in $(seq 50); do umount "$mnt" 2>/dev/null && break; sleep 0.1; done
  on
  [ -s "$mnt/unsynced-$cut" ] || unsynced=$((unsynced + 1))
  rm -f "$mnt/unsynced-$cut"
  "$tern" --home "$home" page show "$page" --format md >"$work/there"
  "$tern" --home "$home" task list --json | tr ',' '\n' >>"$work/there"
  while read -r mark; do
    grep -qF "$mark" "$work/there" || { echo "cut $cut: $mark was acknowledged and is gone" >&2; lost=$((lost + 1)); }
  done <"$acknowledged"
  "$tern" --home "$home" check >/dev/null || { echo "cut $cut: the check finds something" >&2; exit 1; }
done
echo "$cuts cuts, $(wc -l <"$acknowledged") edits acknowledged, $lost lost; of $cuts files that nobody synced $unsynced went"
[ "$lost" = 0 ] && [ "$unsynced" -gt 0 ]
