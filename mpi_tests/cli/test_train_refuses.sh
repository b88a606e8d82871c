#!/usr/bin/env bash
# Bad problem files, arguments, folders and checkpoints: one sentence, the same code on every rank, nothing lost.
. "$(dirname "$0")/train_checks.sh"

# bad_problem EDIT PART...: the small problem, edited, is refused with these parts in the sentence.
bad_problem() {
  small_problem bad.lua "$1"
  shift
  refused 3 2 train bad.lua --- bad.lua "$@"
}
bad_problem 's/return problem {/return problem {{/'
bad_problem 's/  steps /  stepz /' stepz "steps"
bad_problem 's/p.u_tt/p.u_tq/' "bad.lua:8" u_tq
bad_problem 's/return p.u_t end/if p.u_t < 1 then return p.u end return p.u_t end/' "bad.lua:10"
bad_problem 's/return p.u_t end/if p.u_t == 1 then return p.u end return p.u_t end/' "bad.lua:10"
bad_problem 's/return p.u_t end/return p.u_t\/0 end/' "bad.lua:10"
bad_problem 's/{ "u_t",/{ "u",/' "u"
bad_problem '/points = /d' "conditions"
bad_problem 's/return p.u_t end/while true do end end/' "bad.lua"
: > empty.lua
refused 3 2 train empty.lua --- empty.lua
refused 4 2 train missing.lua --- missing.lua "No such file"
refused 4 2 train . --- "Is a directory"

small_problem p.lua
refused 2 2 train p.lua --steps 0 --- '--steps is "0"' "from 1"
refused 2 2 train p.lua --weighting ntk-trase --- "did you mean ntk-trace?"
refused 2 2 train --- "PROBLEM.lua is missing"
refused 2 2 train --resume --- "PROBLEM.lua is missing"
refused 4 2 train --resume --out nowhere --- "--resume nowhere: No such file" "expected the folder of a run, or a checkpoint"
mkdir -p hollow
refused 4 2 train --resume hollow --- hollow "holds no checkpoint"
refused 2 2 train p.lua --time-limit 1:60 --- '--time-limit is "1:60"' "HH:MM:SS"
refused 4 3 train p.lua --out p.lua/folder --- "the folder p.lua" "Not a directory"
refused 4 3 train p.lua --out /proc/nothing --- "/proc/nothing"

for own in solution.h5 spectrum.h5 step-0000000010.h5 picture.png; do
  refused 2 2 train p.lua --out names --record names/./$own --- "--record is \"names/./$own\"" "another name"
done
small_problem exact.lua 's/exact = { u = exact }/exact = { u = exact, }/; s/{ "u" }/{ "u", "u_exact" }/'
refused 3 2 train exact.lua --- "exact.lua:" "'u_exact' is the name under which solution.h5 holds the exact values"

run 2 train p.lua --steps 10 --out run
expect_code 0
cp -r run before
refused 2 2 train p.lua --out run --- "already holds the checkpoints" "--resume"
refused 3 2 train p.lua --resume run --seed 7 --- "seed"
refused 3 2 train p.lua --resume run --weighting none --- "was trained with weighting mean-ntk-trace"
small_problem other.lua 's/{8, 8}/{8, 9}/'
refused 3 2 train other.lua --resume run --- \
  ": network.hidden is {8, 8} in the checkpoint, {8, 9} in the problem file"
small_problem other.lua 's/4\*p.u_xx/9*p.u_xx/'
refused 3 2 train other.lua --resume run --- \
  "the equation of condition 'residual' is a function in the checkpoint, another function in the problem file"
other_problem() { # EDIT PART...: the small problem, edited, cannot go on from the checkpoint; both sides are named
  small_problem other.lua "$1"
  shift
  refused 3 2 train other.lua --resume run --- run/step-0000000010.h5 "is a checkpoint of another problem" "$@"
}
other_problem 's/float64/float32/' 'precision is "float64" in' '"float32"'
other_problem 's/{"x", 0, 1}/{"x", 0, 2}/' 'inputs is { {"t", 0, 1}, {"x", 0, 1} } in' '{ {"t", 0, 1}, {"x", 0, 2} }'
other_problem 's/{ "u" }/{ "u", "v" }/' 'outputs is { "u" } in' '{ "u", "v" } in'
other_problem 's/{8, 8}/{8, 8}, activation = "sin"/' 'network.activation is "tanh" in' '"sin" in'
other_problem 's/boundary{x=1} }/boundary{t=1} }/' \
  "'on' of condition 'u' is { boundary{t=0}, boundary{x=0}, boundary{x=1} } in" "boundary{t=1} } in"
other_problem 's/"u_t",/"speed",/' 'condition 3 is "u_t" in' '"speed" in'
other_problem '/"u_t"/d' 'condition 3 is "u_t" in' 'none in'
refused 4 2 train p.lua --resume missing.h5 --- "--resume missing.h5: No such file" "expected the folder of a run"
refused 4 2 train p.lua --resume nowhere/ --out other --- "--resume nowhere/: No such file"
: > empty.h5
refused 4 2 train p.lua --resume empty.h5 --- "empty.h5" "empty"
echo "only a text" > text.h5
refused 4 2 train p.lua --resume text.h5 --- "text.h5"
head -c 3000 run/step-0000000010.h5 > short.h5
refused 4 2 train p.lua --resume short.h5 --- "short.h5"
refused 4 2 show short.h5 --- "short.h5"
refused 3 2 train p.lua --resume run/solution.h5 --- "does not hold the state of a training run"
expect_same run/step-0000000010.h5 before/step-0000000010.h5
expect_same run/history.csv before/history.csv

# A damaged newest checkpoint is named and skipped.
run 2 train p.lua --resume run --steps 20
expect_code 0
printf 'X' | dd of=run/step-0000000020.h5 bs=1 seek=5000 conv=notrunc status=none
run 2 train p.lua --resume run --steps 20
expect_code 0
expect_line "$scratch/err" "skipped .*step-0000000020.h5"
expect_line "$scratch/out" "resumed from run/step-0000000010.h5 at step 10"
finish
