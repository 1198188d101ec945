#!/bin/bash
# Every decoder under libFuzzer, each for a share of the time. Not part of `cargo test`, which replays the checked-in inputs
# and mutations of them (tests/fuzz).
#
# Usage: tests/extra/fuzz.sh [SECONDS IN ALL] [TARGET..]      (default: 1200 seconds, all targets)
# It needs a C++ compiler and, once, the registry (libfuzzer-sys). Environment: WORK names the folder of inputs found and of
# what broke a law (TARGET-broken-*), else a temporary one; SEED (7) the seed; JOBS (1) how many targets run at once; KEEP=1
# puts the smallest inputs that bring coverage into tests/fuzz/corpus. Ends with 1 when something broke.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
corpus=$here/../fuzz/corpus
seconds=${1:-1200}
shift || true
work=${WORK:-$(mktemp -d)}
mkdir -p "$work/seeds"
export here corpus work seed=${SEED:-7} target_dir=${CARGO_TARGET_DIR:-$here/../../target}/fuzz
# Inputs that are checked in, at most, of each target, and bytes of each.
kept=40
kept_bytes=1024

cp "$here/../../Cargo.lock" "$here/fuzz/Cargo.lock"
export driver=$target_dir/release/tern-fuzz-driver
# It ends in the middle of an input, which libFuzzer takes for a crash.
TERN_FUZZ_SEEDS=$work/seeds "$driver" -runs=1 -artifact_prefix="$work/seeds-" >/dev/null 2>&1 || true

if [ $# -gt 0 ]; then targets=("$@"); else
  targets=(); for max in "$work"/seeds/*.max; do targets+=("$(basename "$max" .max)"); done
fi
jobs=${JOBS:-1}
export share=$((seconds * jobs / ${#targets[@]}))
[ "$share" -ge 1 ] || share=1

one() {
  mkdir -p "$work/$1" "$corpus/$1"
  TIMEFORMAT='%U'
  { time TERN_FUZZ_TARGET=$1 "$driver" "$work/$1" "$corpus/$1" "$work/seeds/$1" -seed="$seed" -max_total_time="$share" \
    -max_len="$(cat "$work/seeds/$1.max")" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -use_value_profile=1 \
    -artifact_prefix="$work/$1-broken-" >"$work/$1.log" 2>&1 || true; } 2>"$work/$1.cpu"
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$1.log")
  covered=$(grep -o 'cov: [0-9]*' "$work/$1.log" | tail -1)
  echo "$1 ${runs:-0} runs in $(tail -1 "$work/$1.cpu") s of CPU, ${covered:-cov: 0}, $(find "$work" -maxdepth 1 -name "$1-broken-*" | wc -l) broken"
}
export -f one
printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -c 'one {}' | tee "$work/figures"
awk '{ runs += $2; cpu += $5 } END { print runs " runs in all, " cpu " s of CPU" }' "$work/figures"

if [ "${KEEP:-0}" = 1 ]; then
  for target in "${targets[@]}"; do
    least=$(mktemp -d)
    TERN_FUZZ_TARGET=$target "$driver" -merge=1 -timeout=10 "$least" "$corpus/$target" "$work/$target" >/dev/null 2>&1 || true
    find "$least" -type f -size -$((kept_bytes / 512 + 1))b -printf '%s %p\n' | sort -n | head -"$kept" | cut -d' ' -f2 \
      | xargs -r cp -t "$corpus/$target"
    rm -rf "$least"
  done
fi
find "$corpus" -type d -empty -delete
! compgen -G "$work/*-broken-*" >/dev/null || { echo "broken: $work"; exit 1; }
