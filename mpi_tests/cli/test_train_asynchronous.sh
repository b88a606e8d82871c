#!/usr/bin/env bash
# Checkpoints beside the steps: the same files, history and restarts in every bit; failures end the run as ever.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua

run 2 train p.lua --log-every 3 --checkpoint-every 8 --keep 10 --out at-once
expect_code 0
run 2 train p.lua --log-every 3 --checkpoint-every 8 --keep 10 --checkpoint-mode asynchronous --out beside
expect_code 0
expect_same at-once/history.csv beside/history.csv
for step in 08 16 24 32 40; do expect_same at-once/step-00000000$step.h5 beside/step-00000000$step.h5; done
checks=$((checks + 1))
[ "$(ls beside | grep -c step-)" = 5 ] || complain "$(ls beside)"

# From a checkpoint that was written beside the steps.
for ranks_of_restart in 1 3; do
  cp -r beside other && rm other/step-0000000040.h5 other/step-0000000032.h5
  run $ranks_of_restart train p.lua --log-every 3 --checkpoint-every 5 --checkpoint-mode asynchronous --resume other
  expect_code 0
  expect_output "at step 24"
  expect_same at-once/history.csv other/history.csv
  rm -r other
done

# Rotation, and what is said of each publication but the first and the last, which are waited for.
small_problem longer.lua 's/steps      = 40/steps = 3000/'
run 2 train longer.lua --checkpoint-every 500 --keep 2 --checkpoint-mode asynchronous --out rotated
expect_code 0
expect_output "checkpoint of step 1000: published at step " "checkpoint of step 2500: published at step "
[ "$(ls rotated | grep step- | tr '\n' ' ')" = "step-0000002500.h5 step-0000003000.h5 " ] || complain "$(ls rotated)"
run 2 train longer.lua --checkpoint-every 500 --out straight
expect_same rotated/step-0000002500.h5 straight/step-0000002500.h5
expect_same rotated/step-0000003000.h5 straight/step-0000003000.h5

# Publications in quick succession: the rotation leaves the file alone that is being written.
small_problem quick.lua 's/steps      = 40/steps = 400/'
run 1 train quick.lua --checkpoint-every 400 --out slow
for ranks_of_run in 1 2; do
  for keep in 1 3; do
    rm -rf quick.run
    run $ranks_of_run train quick.lua --checkpoint-every 7 --keep $keep --checkpoint-mode asynchronous --out quick.run
    expect_code 0
    expect_same slow/history.csv quick.run/history.csv
    [ "$(ls quick.run | grep -c step-)" = $keep ] || complain "$keep are to be kept: $(ls quick.run)"
  done
done

# A folder that vanishes: found out beside the steps, which end then, with one sentence.
small_problem long.lua 's/steps      = 40/steps = 2000000/'
what="a folder that vanishes"
ranks=2
rm -f code.*
timeout $((100 * ${NTKW_TIMEOUT_FACTOR:-1})) "$MPIEXEC" -n 2 bash -c '"$@"; echo $? > "code.$OMPI_COMM_WORLD_RANK"' _ \
  "$NTKW" train long.lua --log-every 100 --checkpoint-every 300 --checkpoint-mode asynchronous --out gone > gone.out 2> err < /dev/null &
job=$!
for _ in $(seq $((300 * ${NTKW_TIMEOUT_FACTOR:-1}))); do grep -q "^checkpoint of step 600" gone.out 2> /dev/null && break; sleep 0.1; done
mv gone elsewhere
mkdir gone # history.csv can be written; the lock is gone, and what was being written
wait $job
expect_code 4
checks=$((checks + 1))
grep -q "^ntkw: .*gone/" err || complain "expected a sentence that names the folder on stderr"

run 1 train p.lua --checkpoint-mode sometimes
expect_code 2
expect_sentence "--checkpoint-mode" "sometimes"
finish
