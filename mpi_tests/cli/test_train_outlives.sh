#!/usr/bin/env bash
# Ranks end when their launcher is killed, and the next start gets the folder at once; a run that a shell started outlives
# that shell, whatever variables of launchers it inherits. A live line is for a terminal alone.
. "$(dirname "$0")/train_checks.sh"
small_problem long.lua 's/steps      = 40/steps = 2000000/'
export OMPI_MCA_odls_base_sigkill_timeout=1

expect() {
  checks=$((checks + 1))
  test "$@" || complain "expected $*"
}
lives() { [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2> /dev/null; }
await_step() { # FOLDER: until there is a checkpoint
  for _ in $(seq 300); do [ -n "$(newest_step "$1")" ] && return; sleep 0.05; done
  complain "there is no checkpoint in $1"
}
# killed NAME RANKS COMMAND: the command starts a rank, "$@", in a shell of its own; mpirun is killed hard; the next start
# gets the folder, and no rank is left.
killed() {
  local launcher rank
  what="kill -9 of mpirun -n $2: $3"
  rm -f pid.*
  "$MPIEXEC" -n "$2" bash -c "$3" _ bash -c 'echo $$ > "pid.$OMPI_COMM_WORLD_RANK"; exec "$@"' _ \
    "$NTKW" train long.lua --out "$1" --checkpoint-every 50 > "$1.out" 2>&1 < /dev/null &
  launcher=$!
  await_step "$1"
  kill -9 $launcher
  wait $launcher 2> /dev/null
  run "$2" train long.lua --out "$1" --resume --steps $(($(newest_step "$1") + 2000))
  expect_code 0
  expect_line "$scratch/out" "^resumed from $1/step-"
  expect "$(cat pid.* | wc -l)" = "$2"
  for rank in $(cat pid.*); do
    lives "$rank" && complain "rank $rank lives" && kill -9 "$rank"
  done
  expect ! -e "$1/lock"
}
killed one 1 'exec "$@"'
killed two 2 'exec "$@"'
killed three 3 'exec "$@"'
killed wrapped 2 '"$@"; exit $?'

# shell NAME COMMAND: a shell starts it and ends; the run lives on, and is not taken for a rank.
shell() {
  what="$2, whose shell ends"
  bash -c "$2"' "$NTKW" train long.lua --out '"$1"' --checkpoint-every 0 > '"$1"'.out 2>&1 < /dev/null & echo $! > pid'
  sleep 2.5
  expect_alive "$(cat pid)"
}
expect_alive() {
  checks=$((checks + 1))
  lives "$1" || complain "it has ended"
  kill -USR1 "$1" 2> /dev/null
  for _ in $(seq 100); do lives "$1" || return; sleep 0.1; done
  complain "it does not end on SIGUSR1"
}
export NTKW
shell hung 'nohup'
shell background ''
shell inherits 'export SLURM_PROCID=0 SLURM_STEP_ID=0;'
for name in hung background inherits; do
  what="$name"
  expect_line "$name.out" "^stopped by a signal"
done

# The live line: on a terminal, with and without a launcher; not where mpirun's output is a file.
on_terminal='import os, pty, sys
pty.spawn(sys.argv[1:], lambda fd: os.read(fd, 65536))'
small_problem p.lua 's/steps      = 40/steps = 8000/'
live() { grep -c $'\r\e\\[K' "$1"; }
what="the live line"
python3 -c "$on_terminal" "$NTKW" train p.lua --out alone > alone.out < /dev/null
expect "$(live alone.out)" -gt 0
python3 -c "$on_terminal" "$MPIEXEC" -n 2 "$NTKW" train p.lua --out together > together.out < /dev/null
expect "$(live together.out)" -gt 0
"$MPIEXEC" -n 2 "$NTKW" train p.lua --out quiet > quiet.out < /dev/null
expect "$(live quiet.out)" = 0
"$NTKW" train p.lua --out silent > silent.out < /dev/null
expect "$(live silent.out)" = 0
finish
