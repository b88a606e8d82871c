#!/usr/bin/env bash
# Run a program built with ThreadSanitizer: it must report the race that --race plants, and none otherwise.
# Usage: threads_without_races.sh PROGRAM. Exits with 77 where ThreadSanitizer does not run.
set -u
export UCX_MEM_EVENTS=no # the hooks of UCX, which an MPI may bring along, crash in a thread that ThreadSanitizer ends
run=("$1")
if ! "${run[@]}" --start >/dev/null 2>&1; then
  run=(setarch -R "$1") # it cannot live with all layouts of addresses
  "${run[@]}" --start >/dev/null 2>&1 || { echo "ThreadSanitizer does not run here"; exit 77; }
fi
if "${run[@]}" --race 2>&1 | grep -q 'WARNING: ThreadSanitizer: data race'; then :; else
  echo "ThreadSanitizer did not report the planted race" >&2
  exit 1
fi
exec "${run[@]}"
