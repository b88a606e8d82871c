#!/usr/bin/env bash
# ntkw train --record: the same file on any number of ranks, replayed in the same bits; what is refused.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua

for n in 1 2 3 5; do
  run $n train p.lua --weighting gradient-share --steps 20 --out "run.$n" --record "trace.$n.h5"
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
run 2 train p.lua --weighting gradient-share --steps 10 --out half --record first.h5
expect_code 0
run 3 train p.lua --steps 20 --out half --resume --record second.h5
expect_code 0
run 2 replay second.h5 --tolerance 0
expect_output "10 steps" "verdict  matches the recording"
run 2 train p.lua --weighting inverse-gradient-norm --steps 3 --out inverse --record inverse.h5
expect_code 0
run 2 replay inverse.h5 --tolerance 0
expect_output "inverse-gradient-norm, float64, 3 conditions, 105 parameters, 1 steps" "verdict  matches the recording"

# Weights from the tangent kernel are recorded, too; other rules can be tried on such a recording.
run 2 train p.lua --out kernel --record kernel.h5 --steps 5
expect_code 0
run 2 replay kernel.h5 --tolerance 0
expect_code 0
expect_output "verdict  matches the recording" "weights  largest relative deviation 0 "
run 3 replay kernel.h5 --rule ntk-trace,jaxpi.ntk,root-loss-norm --every 1 --csv -
expect_code 0
run 2 train p.lua --weighting jaxpi.ntk --out means --record means.h5 --steps 5
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

# A run that comes back by the same command goes on with its trace, which becomes that of an uninterrupted run.
steps_of() { # FILE: what every step was, by ntkw replay
  run 1 replay "$1" --tolerance 0 --csv "$scratch/steps.csv" > /dev/null
  expect_code 0
  cat "$scratch/steps.csv"
}
steps_of trace.1.h5 > whole.csv
run 1 train p.lua --weighting gradient-share --steps 8 --out back --resume --record back.h5
expect_code 0
run 3 train p.lua --steps 14 --out back --resume --record "$PWD/back.h5"
expect_code 0
expect_output "back.h5 goes on at step 8"
run 1 train --resume back/step-0000000008.h5 --steps 20 --record back.h5 # steps beyond the checkpoint are cut
expect_code 0
expect_line "$scratch/out" "^recording: back.h5 goes on at step 8"
steps_of back.h5 > back.csv
expect_same whole.csv back.csv

# Killed at any time, whatever it was doing: whole steps can be replayed; the run and its trace go on.
small_problem fast.lua 's/steps      = 40/steps = 2000000/'
for try in 1 2 3 4; do
  what="kill $try of a run that records"
  : > killed.out
  timeout 100 bash -c 'echo $$ > killed.pid; exec "$@"' _ "$NTKW" train fast.lua --weighting gradient-share --out killed --resume \
    --record killed.h5 --checkpoint-every 50 --log-every 100000 > killed.out 2>&1 < /dev/null &
  job=$!
  for _ in $(seq 100); do grep -q "^time\|^weighting" killed.out 2> /dev/null && [ -s killed.h5 ] && break; sleep 0.05; done
  sleep 0.$((try * 17 % 60 + 10))
  kill -9 "$(cat killed.pid)"
  wait $job 2> /dev/null
  run 1 replay killed.h5 --tolerance 0
  expect_code 0
  expect_line "$scratch/err" "^ntkw: warning: killed.h5: the recording was cut short: [0-9]+ whole steps? (is|are) replayed"
done
last=$(newest_step killed)
run 2 train fast.lua --weighting gradient-share --out killed --resume --record killed.h5 --steps $((last + 5))
expect_code 0
run 1 train fast.lua --weighting gradient-share --out unkilled --record unkilled.h5 --steps $((last + 5))
expect_code 0
steps_of killed.h5 > killed.csv
steps_of unkilled.h5 > unkilled.csv
expect_same killed.csv unkilled.csv
[ ! -e killed.2.h5 ] || complain "the recording did not go on in its file"

# A file that is no recording of this run stays as it is; the recording gets another name, and a warning says so.
cp trace.1.h5 first.before
run 1 train p.lua --out other --weighting inverse-gradient-norm --resume --steps 3 --record trace.1.h5
expect_code 0
expect_line "$scratch/err" "^ntkw: warning: the run is recorded in trace.1.2.h5: the recording trace.1.h5 is of another setup"
run 1 train p.lua --out other --resume --steps 6 --record trace.1.h5
expect_code 0
expect_line "$scratch/err" "recorded in trace.1.2.h5"
[ ! -e trace.1.3.h5 ] || complain "the second file did not go on"
run 1 train p.lua --out back --resume --steps 24 && cp back.h5 back.before
run 1 train p.lua --out back --resume --steps 26 --record back.h5 # some steps were not recorded
expect_code 0
expect_line "$scratch/err" "recorded in back.2.h5: the recording back.h5 lacks steps"
expect_same back.h5 back.before
run 1 train --resume back/step-0000000020.h5 --out branch --steps 22 --record back.h5
expect_code 0
expect_line "$scratch/err" "recorded in back.3.h5: .*branches off"
expect_same back.h5 back.before
echo "a text" > text.h5
run 1 train p.lua --out back --resume --steps 28 --record text.h5
expect_code 0
expect_line "$scratch/err" "recorded in text.2.h5: text.h5 is not an HDF5 file"
[ "$(cat text.h5)" = "a text" ] || complain "text.h5 was changed"
expect_same trace.1.h5 first.before

refused 2 2 train p.lua --weighting none --out none --record none.h5 --- 'weighting "none"'
[ ! -e none.h5 ] || complain "a refused trace was left behind"
cp trace.1.h5 before.h5
run 2 train p.lua --out again --record trace.1.h5
expect_code 4
expect_sentence "trace.1.h5 cannot be made: File exists"
expect_same trace.1.h5 before.h5
run 2 train p.lua --out nowhere --record no/such/folder.h5
expect_code 4
expect_sentence "no/such/folder.h5 cannot be made"
finish
