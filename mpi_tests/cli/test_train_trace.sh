#!/usr/bin/env bash
# ntkw train --trace: the same file on any number of ranks, replayed in the same bits; what is refused.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua

for n in 1 2 3 5; do
  run $n train p.lua --weighting gradient-share --steps 20 --out "run.$n" --trace "trace.$n.h5"
  expect_code 0
  expect_same trace.1.h5 "trace.$n.h5"
done
expect_same run.1/history.csv run.3/history.csv
for cut in even random replicated; do
  run 3 replay trace.2.h5 --tolerance 0 --cut $cut
  expect_code 0
  expect_output "ntkw train p.lua; gradient-share, float64, 3 conditions, 105 parameters, 20 steps" \
    "verdict  matches the recording" "20 of 20 steps as recorded" "weights  largest relative deviation 0 "
done
if command -v h5dump > /dev/null; then
  h5dump -d /segments/name -y trace.1.h5 | grep -q '"layer2.weights' || complain "h5dump finds no tensors"
fi

# Only due steps are recorded; a resumed run goes on with the weights it had.
run 2 train p.lua --weighting gradient-share --steps 10 --out half --trace first.h5
expect_code 0
run 3 train p.lua --steps 20 --out half --resume --trace second.h5
expect_code 0
run 2 replay second.h5 --tolerance 0
expect_output "10 steps" "verdict  matches the recording"
run 2 train p.lua --weighting inverse-gradient-norm --steps 3 --out inverse --trace inverse.h5
expect_code 0
run 2 replay inverse.h5 --tolerance 0
expect_output "inverse-gradient-norm, float64, 3 conditions, 105 parameters, 1 steps" "verdict  matches the recording"

# Weights from the tangent kernel are recorded, too; other rules can be tried on such a trace.
run 2 train p.lua --out kernel --trace kernel.h5 --steps 5
expect_code 0
run 2 replay kernel.h5 --tolerance 0
expect_code 0
expect_output "verdict  matches the recording" "weights  largest relative deviation 0 "
run 3 replay kernel.h5 --rule ntk-trace,jaxpi.ntk,root-loss-norm --every 1 --csv -
expect_code 0
run 2 train p.lua --weighting jaxpi.ntk --out means --trace means.h5 --steps 5
expect_code 0
run 3 replay means.h5 --tolerance 0
expect_output "verdict  matches the recording"
# Without the numbers of residuals there are sums alone.
cp kernel.h5 sums.h5
"$HELPER" sums.h5 remove /entries || complain "no /entries in the recording"
refused 2 2 replay sums.h5 --- "the recorded rule mean-ntk-trace needs the numbers of residuals"
refused 2 2 replay sums.h5 --rule jaxpi.ntk --- "--rule jaxpi.ntk needs the numbers of residuals"
run 2 replay sums.h5 --rule ntk-trace
expect_code 0
refused 2 2 replay trace.1.h5 --rule ntk-trace --- "--rule ntk-trace needs the diagonal"
run 3 replay kernel.h5 --rule gradient-share,inverse-gradient-norm
expect_code 0
expect_output "verdict  norms match the recording" "gradient-share"

refused 2 2 train p.lua --weighting none --out none --trace none.h5 --- 'weighting "none"'
[ ! -e none.h5 ] || complain "a refused trace was left behind"
cp trace.1.h5 before.h5
run 2 train p.lua --out again --trace trace.1.h5
expect_code 4
expect_sentence "trace.1.h5 cannot be made: File exists"
expect_same trace.1.h5 before.h5
run 2 train p.lua --out nowhere --trace no/such/folder.h5
expect_code 4
expect_sentence "no/such/folder.h5 cannot be made"
finish
