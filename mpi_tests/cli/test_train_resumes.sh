#!/usr/bin/env bash
# Training at once and with a restart, on the same and on other rank counts, gives the same history in every bit; so
# does a run that a signal stopped, or that was killed.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua

for rule in mean-ntk-trace gradient-share none; do
  run 2 train p.lua --weighting $rule --log-every 3 --out "whole.$rule"
  expect_code 0
  expect_output "weighting: $rule" "relative L2 error" "continue:" "step 40/40"
  run 2 train p.lua --weighting $rule --log-every 3 --steps 20 --out "parts.$rule"
  expect_code 0
  run 2 train p.lua --log-every 3 --resume --out "parts.$rule"
  expect_code 0
  expect_output "at step 20"
  expect_same "whole.$rule/history.csv" "parts.$rule/history.csv"
  for ranks_of_restart in 1 3; do
    cp -r "parts.$rule" other && rm other/step-0000000040.h5
    run $ranks_of_restart train p.lua --log-every 3 --resume other
    expect_code 0
    expect_same "whole.$rule/history.csv" other/history.csv
    rm -r other
  done
done

# Going on from an older checkpoint: later ones, and damaged ones, step aside and displace nothing.
run 2 train p.lua --steps 20 --checkpoint-every 10 --out aside
run 2 train p.lua --resume aside/step-0000000010.h5 --steps 15 --keep 1
expect_code 0
expect_line "$scratch/err" "warning: aside/step-0000000020.h5 is of a later step: renamed"
[ "$(ls aside | grep '^step-' | tr '\n' ' ')" = "step-0000000015.h5 step-0000000020.h5.superseded " ] || complain "$(ls aside)"
run 2 train p.lua --resume aside --steps 20 --keep 2
expect_output "at step 15"
printf 'X' | dd of=aside/step-0000000020.h5 bs=1 seek=5000 conv=notrunc status=none
run 2 train p.lua --resume aside --steps 18 --keep 1
expect_code 0
run 2 train p.lua --resume aside --steps 25 --keep 1
expect_code 0
expect_output "at step 18"

# A changed setting of the problem file is told; rule and seed stay the checkpoint's.
small_problem changed.lua 's/points = 60/points = 61/; s/  steps/  weighting = "gradient-share", resample = 0, steps/'
run 2 train changed.lua --resume aside --steps 30
expect_code 0
expect_line "$scratch/err" "changed since the checkpoint: points of condition 'residual' is 61, before 60; the problem file's is used"
expect_line "$scratch/err" "resample is 0, before 1; the problem file's is used"
expect_line "$scratch/err" 'weighting is "gradient-share", before "mean-ntk-trace"; the checkpoint.s is used'
[ "$(grep -c "changed since" "$scratch/err")" = 3 ] || complain "expected three changes"
expect_line "$scratch/out" "^weighting: mean-ntk-trace"

# A signal: the step is finished, a checkpoint written, and every rank says 85.
small_problem long.lua 's/steps      = 40/steps = 2000000/'
for signal in USR1 TERM; do
  what="signal $signal"
  timeout $((100 * ${NTKW_TIMEOUT_FACTOR:-1})) "$MPIEXEC" -n 2 bash -c 'trap "" USR1 TERM; "$@"; echo $? > "code.$OMPI_COMM_WORLD_RANK"' _ \
    bash -c 'trap - USR1 TERM; echo $$ > "pid.$OMPI_COMM_WORLD_RANK"; exec "$@"' _ \
    "$NTKW" train long.lua --log-every 50 --checkpoint-every 100 --out "signal.$signal" > signal.out 2> err < /dev/null &
  job=$!
  for _ in $(seq $((300 * ${NTKW_TIMEOUT_FACTOR:-1}))); do grep -q "^step 200/" signal.out 2> /dev/null && break; sleep 0.1; done
  kill -$signal "$(cat pid.1)"
  wait $job
  checks=$((checks + 1))
  [ "$(cat code.0 code.1 | tr '\n' ' ')" = "85 85 " ] || complain "codes $(cat code.0 code.1)"
  expect_line signal.out "^stopped by a signal at step [0-9]+ of 2000000"
  stopped=$(sed -nE 's/^stopped by a signal at step ([0-9]+).*/\1/p' signal.out)
  run 2 train long.lua --log-every 50 --steps $((stopped + 60)) --resume "signal.$signal"
  expect_code 0
  run 3 train long.lua --log-every 50 --steps $((stopped + 60)) --out "straight.$signal"
  expect_code 0
  expect_same "signal.$signal/history.csv" "straight.$signal/history.csv"
done

# mpirun passes SIGUSR1 on, and the exit code back.
what="signal USR1 to mpirun"
"$MPIEXEC" -n 3 "$NTKW" train long.lua --log-every 50 --checkpoint-every 0 --out asked > asked.out 2>&1 < /dev/null &
job=$!
for _ in $(seq $((300 * ${NTKW_TIMEOUT_FACTOR:-1}))); do grep -q "^step 200/" asked.out 2> /dev/null && break; sleep 0.1; done
kill -USR1 $job
wait $job
code=$?
checks=$((checks + 1))
[ $code = 85 ] || complain "mpirun ended with $code"
expect_line asked.out "^checkpoint: asked/step-"

# Killed without warning: the newest checkpoint is good, and the run goes on from there.
what="kill -9"
timeout $((100 * ${NTKW_TIMEOUT_FACTOR:-1})) "$MPIEXEC" -n 2 bash -c 'echo $$ > "pid.$OMPI_COMM_WORLD_RANK"; exec "$@"' _ \
  "$NTKW" train long.lua --log-every 50 --checkpoint-every 20 --out killed > killed.out 2>&1 < /dev/null &
job=$!
for _ in $(seq $((300 * ${NTKW_TIMEOUT_FACTOR:-1}))); do grep -q "^step 200/" killed.out 2> /dev/null && break; sleep 0.1; done
kill -9 "$(cat pid.0)" "$(cat pid.1)"
checks=$((checks + 1))
wait $job 2> /dev/null && complain "mpirun ended with 0"
grep -q "stopped by a signal" killed.out && complain "it was stopped, not killed"
last=$(ls killed | sed -nE 's/^step-0*([0-9]+)\.h5$/\1/p' | sort -n | tail -n 1)
run 3 train long.lua --log-every 50 --steps $((last + 60)) --resume killed
expect_code 0
expect_output "at step $last"
run 2 train long.lua --log-every 50 --steps $((last + 60)) --out straight.killed
expect_same killed/history.csv straight.killed/history.csv
finish
