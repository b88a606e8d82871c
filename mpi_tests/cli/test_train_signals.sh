#!/usr/bin/env bash
# What signals do to a run and to other subcommands, whoever gets them and whenever; what a reader that goes away and the
# limit of file sizes do.
. "$(dirname "$0")/train_checks.sh"
export OMPI_MCA_odls_base_sigkill_timeout=1 # mpirun waits as long after every code other than 0
small_problem long.lua 's/steps      = 40/steps = 2000000/'
small_problem p.lua
printf 'local n = 0\nfor i = 1, 40000000000 do\n  n = n + 1\nend\n' | cat - p.lua > loop.lua

# alone NAME COMMAND...: without a launcher, in the background; sets pid.
alone() {
  what="$1"
  shift
  "$@" > out 2> "$scratch/err" < /dev/null &
  pid=$!
}
# ends CODE: the run alone ends within ten seconds, with this code.
ends() {
  checks=$((checks + 1))
  for _ in $(seq 100); do kill -0 $pid 2> /dev/null || break; sleep 0.1; done
  kill -9 $pid 2> /dev/null && complain "it does not end"
  wait $pid
  local code=$?
  [ $code = "$1" ] || complain "code $code, expected $1"
}
await_line() {
  for _ in $(seq 300); do grep -qs -- "$2" "$1" && return; sleep 0.05; done
  complain "no line like $2 in $1"
}
checkpoints() { ls "$1" 2> /dev/null | grep -c '^step-.*h5$'; }
expect() {
  checks=$((checks + 1))
  test "$@" || complain "expected $*"
}

# Each signal; also one that the process that started the run has blocked.
blocked='import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
os.execv(sys.argv[1], sys.argv[1:])'
for case in "USR1 $NTKW" "USR2 $NTKW" "XCPU $NTKW" "HUP $NTKW" "TERM python3 -c BLOCKED $NTKW" "USR1 python3 -c BLOCKED $NTKW"; do
  read -r signal program <<< "$case"
  rm -rf r
  words=($program)
  [ ${#words[@]} = 1 ] || words[2]=$blocked
  alone "SIG$signal by ${words[0]##*/}" "${words[@]}" train long.lua --out r --checkpoint-every 0 --log-every 20
  await_line out "^step 100/"
  kill -"$signal" $pid
  ends 85
  expect "$(checkpoints r)" = 1
  expect_line out "^stopped by a signal at step"
done

# Under nohup a terminal that goes away is nothing.
rm -rf r
alone "nohup" nohup "$NTKW" train long.lua --out r --checkpoint-every 0 --log-every 20
await_line out "^step 100/"
kill -HUP $pid
sleep 1
kill -USR2 $pid
ends 85
what="nohup, at SIGHUP"
expect "$(sed -nE 's/^stopped by a signal at step ([0-9]+) .*/\1/p' out)" -gt 120

# One rank of two, while the problem file is read, and while another run is waited for: every rank ends at once.
both() { # SIGNAL ARGUMENT...: to rank 1, a little after the start
  rm -f code.* pid.*
  what="SIG$1 to rank 1 of ntkw ${*:2}"
  ranks=2
  timeout 60 "$MPIEXEC" -n 2 bash -c \
    'trap "" '"$1"'; ( trap - '"$1"'; echo $BASHPID > "pid.$OMPI_COMM_WORLD_RANK"; exec "${@:2}" ); echo $? > "$1/code.$OMPI_COMM_WORLD_RANK"' \
    _ "$scratch" "$NTKW" "${@:2}" > out 2> "$scratch/err" < /dev/null &
  job=$!
  for _ in $(seq 100); do [ -s pid.1 ] && break; sleep 0.1; done
  sleep 1.5
  kill -"$1" "$(cat pid.1)"
  before=$SECONDS
  wait $job
  expect $((SECONDS - before)) -le 10
}
rm -rf r
both XCPU train loop.lua --out r
grep -q . code.1 && [ "$(cat code.1)" = 85 ] || complain "rank 1 ended with $(cat code.1)"
expect ! -e r
grep -qE "a signal came while the file was read|stopped by a signal before there was anything to save" "$scratch/err" ||
  complain "no sentence"
"$NTKW" train long.lua --out held --checkpoint-every 0 > held.out 2>&1 &
holder=$!
await_line held.out "^step 0/"
both USR2 train long.lua --out held --resume --lock-wait 300
expect_code 85
expect_line "$scratch/err" "held is used by another run|held/lock is held by process $holder.*waiting up to 300 s for its end"
expect_line "$scratch/err" "asked to end while the run that holds .*held/lock was waited for"

# With no time to wait, and none left: its own code.
refused 7 2 train long.lua --out held --resume --lock-wait 0 --- "used by another run" "process $holder"
run 2 train long.lua --out held --resume --lock-wait 1
expect_code 7
expect_line "$scratch/err" "waiting up to 1 s for its end"
# A run that ends in time is waited for, and what it publishes then is what the next one goes on from.
(sleep 2; kill -TERM $holder) &
run 2 train long.lua --out held --resume --time-limit 5
expect_code 85
what="the run that was waited for"
checks=$((checks + 1))
wait $holder
last=$(sed -nE 's/^stopped by a signal at step ([0-9]+) .*/\1/p' held.out)
expect_line "$scratch/out" "^resumed from held/step-0*$last.h5 at step $last"

# A problem file that never comes.
mkfifo pipe.lua
alone "a pipe that nobody writes" "$NTKW" train pipe.lua --out never
sleep 1
kill -TERM $pid
ends 85
expect_sentence "stopped by a signal before there was anything to save"
expect ! -e never

# Readers that go away, and a full disk below the log.
what="train | head" ranks=1
"$NTKW" train p.lua --out heard --steps 1500 --log-every 10 2> "$scratch/err" | head -n 2 > /dev/null
codes=("${PIPESTATUS[@]}")
expect "${codes[0]}" = 0
expect -s heard/step-0000001500.h5
expect_sentence "warning: standard output cannot be written (Broken pipe): the run goes on without it"
what="train > /dev/full"
"$NTKW" train p.lua --out full --log-every 10 2> "$scratch/err" > /dev/full
expect $? = 0
expect -s full/step-0000000040.h5
expect_sentence "No space left on device"
what="train > /dev/full, stopped"
"$NTKW" train p.lua --out stopped --steps 100000000 --log-every 10 --time-limit 3 2> "$scratch/err" > /dev/full
expect $? = 85
expect_sentence "standard output cannot be written (No space left on device)"
what="train --help > /dev/full"
"$NTKW" train --help 2> "$scratch/err" > /dev/full
expect $? = 4
expect_sentence "the output could not be written"
for words in "show full/step-0000000040.h5 --text problem_source" "train --help" "--help" "verify full" \
  "replay $DATA/B_wave_ntk_f64.h5" "selftest"; do
  what="$words, with no reader"
  { "$NTKW" $words 2> "$scratch/err"; echo $? > code; } | true
  expect "$(cat code)" = 141
  expect ! -s "$scratch/err"
done

# The limit of file sizes: the last checkpoint stays, the sentence says why.
small_problem big.lua 's/{8, 8}/{500, 500, 500}/; s/float64/float32/; s/steps      = 40/steps = 4/'
run 1 train big.lua --out limited --steps 1
cp -r limited before
for words in "" "--checkpoint-mode asynchronous" "--record t.h5"; do
  what="ulimit -f, $words" ranks=1
  (ulimit -f 5000; exec "$NTKW" train big.lua --out limited --resume --steps 2 $words) > out 2> "$scratch/err"
  expect $? = 4
  expect_sentence "File too large"
  expect_same before/step-0000000001.h5 limited/step-0000000001.h5
  expect "$(ls limited | grep -c 'tmp\|lock')" = 0
  rm -f t.h5
done

# Below what Open MPI's tables need in files.
for size in 1 100 1000; do
  what="ulimit -f $size"
  (ulimit -f $size; exec "$NTKW" train big.lua --out limited --resume --steps 2) > out 2> "$scratch/err"
  expect $? = 4
  expect_sentence "File too large"
done
finish
