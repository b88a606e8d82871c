#!/usr/bin/env bash
# A run that a signal or the end of its time stops, and that goes on from its folder alone, has the history and the
# state of one that was never stopped, in every bit.
. "$(dirname "$0")/train_checks.sh"
small_problem long.lua 's/steps      = 40/steps = 2000000/'

# start NAME RANKS ARGUMENT...: in the background, until step 200 is there; pid.RANK and code.RANK say what their names do
start() {
  local name=$1 n=$2
  shift 2
  what="ntkw $*"
  rm -f code.* pid.*
  timeout $((100 * ${NTKW_TIMEOUT_FACTOR:-1})) "$MPIEXEC" -n "$n" bash -c 'trap "" USR1 TERM INT; "$@"; echo $? > "code.$OMPI_COMM_WORLD_RANK"' _ \
    bash -c 'trap - USR1 TERM INT; echo $$ > "pid.$OMPI_COMM_WORLD_RANK"; exec "$@"' _ \
    "$NTKW" "$@" --log-every 50 > "$name.out" 2> err < /dev/null &
  job=$!
  for _ in $(seq $((300 * ${NTKW_TIMEOUT_FACTOR:-1}))); do grep -q "^step 200/" "$name.out" 2> /dev/null && return; sleep 0.1; done
  complain "step 200 was not reached"
}

ended_with() {
  checks=$((checks + 1))
  wait $job
  [ "$(cat code.* | tr '\n' ' ')" = "$1" ] || complain "codes $(cat code.*), expected $1"
}

# continue_and_compare NAME: from its folder on other ranks, for a little while, against a run without a stop.
continue_and_compare() {
  local stopped
  stopped=$(sed -nE 's/^stopped by .* at step ([0-9]+) of 2000000$/\1/p' "$1.out")
  run 3 train --resume "$1" --steps $((stopped + 60)) --log-every 50
  expect_code 0
  expect_output "at step $stopped" "continue:   mpirun -n 3 $NTKW train --resume $1 --steps"
  run 1 train long.lua --out "straight.$1" --steps $((stopped + 60)) --log-every 50 --checkpoint-every 0
  expect_code 0
  expect_same "$1/history.csv" "straight.$1/history.csv"
  expect_same_state "$1/step-$(printf %010d $((stopped + 60))).h5" "straight.$1/step-$(printf %010d $((stopped + 60))).h5"
}

# expect_same_state A B: every array, in every bit.
expect_same_state() {
  checks=$((checks + 1))
  same_state "$1" "$2" > compare 2>&1 || complain "$(cat compare)"
}

# Ctrl-C once: as the other signals, which test_train_resumes.sh has. Twice: at once.
start interrupted 2 train long.lua --out interrupted --checkpoint-every 100
kill -INT "$(cat pid.1)"
ended_with "85 85 "
expect_line interrupted.out "^stopped by a signal at step"
continue_and_compare interrupted

# A second SIGINT while the first is being answered: rank 0 is held, so that no rank can finish the step.
start twice 2 train long.lua --out twice
kill -STOP "$(cat pid.0)"
kill -INT "$(cat pid.1)"
sleep 0.2
kill -INT "$(cat pid.1)"
for _ in $(seq $((50 * ${NTKW_TIMEOUT_FACTOR:-1}))); do [ -s code.1 ] && break; sleep 0.1; done
kill -CONT "$(cat pid.0)"
checks=$((checks + 1))
[ "$(cat code.1)" = 130 ] || complain "the code of a second SIGINT is $(cat code.1)"
kill -TERM $job 2> /dev/null
wait $job

# The time is over: the whole run is, a little before.
before=$SECONDS
run 2 train long.lua --out timed --time-limit 0:05 --log-every 50 --checkpoint-every 200
took=$((SECONDS - before))
expect_code 85
expect_output "time: at most 5 s" "stopped by the time limit at step"
[ $took -le 12 ] || complain "it took $took s"
cp "$scratch/out" timed.out
continue_and_compare timed

# In a job, its end; --time-limit goes first if it is shorter.
SLURM_JOB_END_TIME=$(($(date +%s) + 18)) run 2 train long.lua --out job --checkpoint-every 200
expect_code 85
expect_output "time: at most" "stopped by the time limit"
SLURM_JOB_END_TIME=$(($(date +%s) + 1000)) run 2 train --resume job --time-limit 3
expect_code 85
expect_output "time: at most 3 s" "stopped by the time limit"
SLURM_JOB_END_TIME=1000 run 2 train long.lua --steps 20 --out past
expect_code 0

# A run remembers how far it was to go, and its problem file is not needed.
small_problem gone.lua
run 2 train gone.lua --out far --steps 30 --checkpoint-every 10
rm far/step-0000000030.h5 gone.lua
run 3 train --resume --out far
expect_code 0
expect_output "gone.lua: 105 parameters" "at step 20" "step 30/30"
run 2 train --resume far/step-0000000020.h5 --steps 25 --out far2
expect_code 0
expect_output "checkpoint: far2/step-0000000025.h5" "step 25/25"
finish
