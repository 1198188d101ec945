#!/bin/bash
# Compiles our own crates and the readers of foreign formats with the counters that libFuzzer looks at, others without.
set -euo pipefail
name=
for ((at = 1; at <= $#; at++)); do
  if [ "${!at}" = --crate-name ]; then next=$((at + 1)); name=${!next}; fi
done
case "$name" in
  tern_fuzz_driver) exec "$@" ;;
  tern_* | automerge | hexane | postcard | pulldown_cmark | html5ever | serde_json)
    exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
      -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
      -Cllvm-args=-sanitizer-coverage-trace-compares ;;
  *) exec "$@" ;;
esac
