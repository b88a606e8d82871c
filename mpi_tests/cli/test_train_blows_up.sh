#!/usr/bin/env bash
# A loss that grows beyond measure, though it is finite, ends a run as a divergence: at the same step whether it was
# interrupted or not, with the good checkpoints left and the bad ones out of the way.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua 's/  steps      = 40/  weighting = "none", steps = 120/'
sed 's/, steps/, optimizer = { "adam", rate = 1e6 }, steps/' p.lua > wild.lua
run 2 train p.lua --out start
expect_code 0

# Whatever was written until then: the loss is too high from step 121 on.
for how in "--checkpoint-every 1" "--checkpoint-every 50" "--checkpoint-every 1 --checkpoint-mode asynchronous"; do
  rm -rf whole && cp -r start whole
  run 3 train wild.lua --resume --out whole --steps 400 --keep 1 --log-every 50 $how
  expect_code 5
  expect_line "$scratch/err" "warning: step 121: the loss is above 1e6 times the largest of its first 100 steps"
  expect_line "$scratch/err" "ntkw: step 220: the loss has blown up: without weights it is .* for 100 steps in a row"
  expect_line "$scratch/err" "its state is in whole/diverged-0000000220.h5; the last good checkpoint is whole/step-0000000120.h5"
  [ "$(ls whole | grep 'h5$' | tr '\n' ' ')" = "diverged-0000000220.h5 solution.h5 step-0000000120.h5 " ] || complain "$how: $(ls whole)"
done
run 2 verify whole
expect_code 0

# Stops in between, on other numbers of ranks, and starts that only see what the checkpoint says.
cp -r start parts
run 2 train wild.lua --resume --out parts --steps 150 --keep 1
expect_code 0
[ "$(ls parts | grep -c '^step-')" = 2 ] || complain "a high loss displaced a good checkpoint: $(ls parts)"
run 1 train --resume parts --steps 200 --keep 1
expect_code 0
run 3 train --resume parts --steps 400 --keep 1
expect_code 5
expect_line "$scratch/err" "ntkw: step 220: the loss has blown up"
expect_line "$scratch/err" "parts/step-0000000200.h5 is of a later step: renamed"
expect_line "$scratch/err" "the last good checkpoint is parts/step-0000000120.h5"
[ "$(ls parts | grep '^step.*h5$')" = step-0000000120.h5 ] || complain "$(ls parts)"
same_state whole/diverged-0000000220.h5 parts/diverged-0000000220.h5 > differences # histories are of other log lines
grep -v history differences | grep -q . && complain "the interrupted run ended in another state"

# From the good checkpoint it goes on as if nothing had been.
run 2 train p.lua --resume --out parts --steps 130
expect_code 0
expect_output "at step 120"

# A state whose loss is not finite displaces no good one, either.
sed 's/rate = 1e6/rate = 1e200/' wild.lua > worse.lua
cp -r start infinite
run 2 train worse.lua --resume --out infinite --steps 400 --keep 1 --checkpoint-every 1
expect_code 5
expect_line "$scratch/err" "the last good checkpoint is infinite/step-0000000120.h5"
[ "$(ls infinite | grep '^step.*h5$')" = step-0000000120.h5 ] || complain "$(ls infinite)"
finish
