#!/usr/bin/env bash
# What a run leaves behind and prints; more ranks than it can use; losses that become NaN.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua

run 1 train --help
expect_code 0
expect_output --steps --seed --weighting --out --checkpoint-every --resume --log-every "Exit codes" "85" "NTKW_KERNELS"
expect_output "Optimizers (" "default adam" "memory     pairs" "beta2" "(an integer from 1 to 1000, default 20)"

run 2 train p.lua --log-every 20 --checkpoint-every 10 --keep 2
expect_code 0
expect_output "weighting: mean-ntk-trace, alpha 0, updated every 100 steps" "step 0/40" "step 20/40" "step 40/40" "steps/s" ETA
expect_line "$scratch/out" ", 2 ranks, 4 lanes \(at most 4 ranks compute\), kernels "
for file in history.csv solution.h5 step-0000000030.h5 step-0000000040.h5; do
  [ -s "p.run/$file" ] || complain "p.run/$file is missing"
done
[ "$(ls p.run | grep -c '^step-')" = 2 ] || complain "not 2 checkpoints were kept: $(ls p.run)"
expect_line p.run/history.csv '^step,total,loss:residual,loss:u,loss:u_t,weight:residual,weight:u,weight:u_t,rate,error$'
[ "$(wc -l < p.run/history.csv)" = 4 ] || complain "history.csv has not 4 lines"
[ "$(wc -l < "$scratch/out")" -lt 20 ] || complain "more than 20 lines for a piped run"
if command -v gnuplot > /dev/null; then
  [ "$(head -c 4 p.run/picture.png | tail -c 3)" = PNG ] || complain "picture.png is not a PNG"
else
  expect_line "$scratch/out" "gnuplot"
fi
[ -z "$(find p.run -name 'picture.*' ! -name picture.png)" ] || complain "drawing left files behind"
run 3 train p.lua --order free --threads 2 --steps 5 --out free
expect_code 0
expect_output "order: free" "threads: 2 a rank" "step 5/5"
expect_line "$scratch/out" ", 3 ranks, [0-9]+ lanes, kernels "
run 2 train p.lua --out free --resume --steps 8
expect_code 0
expect_output "resumed from free/step-0000000005.h5" "step 8/8"
run 2 train p.lua --order quick
expect_code 2
if command -v gnuplot > /dev/null; then
  "$(dirname "$0")/../../examples/compare_runs.sh" both.svg p.run free || complain "compare_runs.sh failed"
  expect_line both.svg 'weights, p.run'
  expect_line both.svg 'weights, free'
fi
run 1 train p.lua --steps 2 --out "it's \$mine"
expect_code 0
expect_output "it's \$mine/step-0000000002.h5"
run 2 show p.run/step-0000000040.h5 --text problem_source
expect_code 0
expect_same "$scratch/out" p.lua
run 1 train p.lua --steps 4 --out short # the file has 40
expect_code 0
expect_output "train p.lua --out short --resume --steps 40"
run 1 train --resume short --steps 6
expect_output "train --resume short --steps 40"
run 1 train --resume short --steps 40
expect_output "train --resume short --steps 80"
run 2 show short
expect_code 0
expect_output "checkpoint short/step-0000000040.h5: whole" "parameters"
printf 'X' | dd of=short/step-0000000040.h5 bs=1 seek=5000 conv=notrunc status=none
run 2 show short
expect_code 0
expect_line "$scratch/out" "^checkpoint short/step-0000000006.h5: whole"
expect_line "$scratch/err" "warning: skipped .*step-0000000040.h5"
mkdir -p none
refused 4 2 show none --- "none holds no checkpoint"
run 2 show p.run/step-0000000040.h5
expect_code 0
expect_output "parameters" "adam_moment1" "step" "40" "mean-ntk-trace" "history"
if command -v h5dump > /dev/null; then
  h5dump -d u -y -w 0 p.run/solution.h5 2> /dev/null | grep -q "( 200, 200 )" || complain "h5dump finds no u of 200 x 200"
fi

# A picture that cannot be drawn costs the picture, not the run; output that goes nowhere is an error.
if command -v gnuplot > /dev/null; then
  mkdir -p nopicture/picture.data
  run 2 train p.lua --steps 5 --out nopicture
  expect_code 0
  expect_line "$scratch/err" "warning: there is no picture: nopicture/picture.data"
  expect_line "$scratch/out" "^continue: "
fi
what="show to /dev/full" checks=$((checks + 1))
"$NTKW" show p.run/step-0000000040.h5 > /dev/full 2> err
[ $? = 4 ] || complain "exit code was not 4"

# The same numbers on any rank count; idle ranks are told of once.
for n in 1 3 8; do
  run $n train p.lua --log-every 20 --out "ranks.$n"
  expect_code 0
  expect_same p.run/history.csv "ranks.$n/history.csv"
done
small_problem tiny.lua 's/points = [0-9]*/points = 3/; s/{8, 8}/{1}/'
run 8 train tiny.lua --steps 3 --log-every 1
expect_code 0
expect_line "$scratch/err" "ntkw: warning: 8 ranks are more than this problem can use"
[ "$(wc -l < "$scratch/err")" = 1 ] || complain "expected one warning"

# A name with a comma is one field in every table, and one curve in every picture.
small_problem comma.lua 's/"u_t",/"u_t(0,x)",/; s/  steps /  ntk = { every = 2, points = 4 }, steps /'
run 2 train comma.lua --steps 4 --log-every 2 --record comma.h5
expect_code 0
expect_line comma.run/history.csv '^step,total,loss:residual,loss:u,"loss:u_t\(0,x\)",weight:residual,weight:u,"weight:u_t\(0,x\)",rate,error$'
[ ! -s "$scratch/err" ] || complain "expected no warning"
run 1 spectrum comma.run
expect_code 0
expect_line comma.run/spectrum.csv '^4,"u_t\(0,x\)",4,'
run 2 replay comma.h5 --csv comma.csv
expect_line comma.csv '^rule,step,epoch,batch,renewed,total,residual,u,"u_t\(0,x\)"$'
if command -v gnuplot > /dev/null; then
  [ "$(head -c 4 comma.run/picture.png | tail -c 3)" = PNG ] || complain "picture.png is not a PNG"
  "$(dirname "$0")/../../examples/compare_runs.sh" comma.svg comma.run p.run || complain "compare_runs.sh failed"
  expect_line comma.svg 'u_t\(0,x\)'
fi

# What is allowed and perhaps not meant is told once, on every number of ranks; the run goes on.
small_problem doubt.lua 's/{ "u" }/{ "u", "v" }/; s/{"t", 0, 1}/{"t", 0, 40}/'
for n in 1 3; do
  run $n train doubt.lua --steps 2 --out "doubt.$n"
  expect_code 0
  expect_line "$scratch/err" "^ntkw: warning: doubt.lua:5: output 'v' is in the equation of no condition"
  expect_line "$scratch/err" "^ntkw: warning: doubt.lua:4: input 't' goes from 0 to 40"
  [ "$(wc -l < "$scratch/err")" = 2 ] || complain "expected two warnings"
done

# The problem file of the README.
sed -n '/^```lua$/,/^```$/{/^```/d;p}' "$DATA/../../README.md" > readme.lua
run 2 train readme.lua --steps 2
expect_code 0
expect_output "20601 parameters in float32" "weighting: ntk-trace, alpha 0, updated every 100 steps"

# Every rule that measures something.
run 1 train --help
expect_output "jaxpi.ntk" "root-loss-norm"
for rule in ntk-trace root-loss-norm learning-rate-annealing jaxpi.ntk jaxpi.grad_norm physicsnemo.lr_annealing; do
  run 2 train p.lua --weighting $rule --steps 5 --out "rule.$rule"
  expect_code 0
  expect_output "weighting: $rule, alpha"
done

# Exact solutions that are no number at some points, and at all.
for gap in "sin(p.x)\/p.x first.at.t.=.0,.x.=.0;.the.error.is.measured.without.them" "sqrt(-1-p.x) first.at.t.=.0,.x.=.0;.no.error.is.measured.for.it"; do
  small_problem gaps.lua "s/exact      = .*/exact = { u = function(p) return ${gap% *} end },/"
  run 2 train gaps.lua --steps 2
  expect_code 0
  expect_line "$scratch/err" "^ntkw: warning: the exact solution of 'u' is not a finite number at [0-9]+ points of the grid, ${gap#* }"
  rm -r gaps.run
done

# No exact solution: no error is shown or stored.
small_problem noexact.lua 's/exact      = .*//; s/p.u - exact(p)/p.u/'
run 2 train noexact.lua --log-every 20
expect_code 0
grep -q "relative L2" "$scratch/out" && complain "an error is reported without exact solution"

# Losses become infinite: condition and step are named, what was good stays.
small_problem wild.lua 's/network .*/network = { hidden = {8, 8} }, optimizer = { "adam", rate = 1e200 },/'
run 3 train wild.lua --checkpoint-every 1 --weighting none
expect_code 5
expect_line "$scratch/err" "step [0-9]+: the loss of condition '[a-z_]+' is not finite"
run 1 show "$(ls -d wild.run/step-*.h5 | tail -n 1)"
expect_code 0
run 1 verify wild.run/diverged-*.h5
expect_code 0
rm wild.run/step-*.h5
run 2 train wild.lua --resume wild.run --weighting none
expect_line "$scratch/err" "no checkpoint|nothing to resume|not a checkpoint"
finish
