#!/usr/bin/env bash
# Several rules at once: each as if alone; tables and CSV say the same as the report.
. "$(dirname "$0")/checks.sh"
trace=$DATA/A_poisson_ntk_f32.h5
both=gradient-share,inverse-gradient-norm

for n in 1 3; do
  run $n replay "$trace" --rule $both --every 7 --cut random --csv "$scratch/csv.$n"
  expect_code 0
  expect_output "(renewals)" "rule     gradient-share" "rule     inverse-gradient-norm, alpha 0.9, every 7" "weights after 30 steps"
done
cmp -s "$scratch/csv.1" "$scratch/csv.3" || complain "the CSV depends on the number of ranks"
[ "$(wc -l < "$scratch/csv.1")" = 61 ] || complain "expected a head and 2 x 30 rows"
[ "$(head -n 1 "$scratch/csv.1" | cut -d, -f1-6)" = rule,step,epoch,batch,renewed,total ] || complain "unknown head"

for rule in gradient-share inverse-gradient-norm; do
  run 2 replay "$trace" --rule $rule --every 7 --csv -
  expect_code 0
  expect_output "rule,step"
  sed 1d "$scratch/out" | cmp -s - <(grep "^$rule," "$scratch/csv.1") || complain "$rule differs from the one side by side"
  run 2 replay "$trace" --rule $rule --every 7
  last=$(grep "^$rule,29," "$scratch/csv.1" | cut -d, -f7)
  grep -qF -- " $last " "$scratch/out" || complain "the report has no weight $last"
done
awk -F, 'NR > 1 && ($5 != ($3 % 7 == 0)) { wrong++ } END { exit wrong > 0 }' "$scratch/csv.1" || complain "renewed at other epochs"

run 2 replay "$trace" --table
expect_code 0
expect_output "verdict  matches the recording"
[ "$(grep -c '^gradient-share  ' "$scratch/out")" = 30 ] || complain "expected 30 rows of the table"

refused 2 2 replay "$trace" --rule gradient-share,ntk-trace --- "--rule ntk-trace needs the diagonal"
refused 2 2 replay "$trace" --rule gradient-share,,inverse-gradient-norm --- "a name is empty"
refused 2 2 replay "$trace" --rule gradient-share, --- "a name is empty"
refused 2 2 replay "$trace" --rule gradient-share,inverse-gradient-nurm --- "inverse-gradient-norm"
refused 2 2 replay "$trace" --table --csv - --- "both want stdout"
refused 4 2 replay "$trace" --csv "$scratch/no/such.csv" --- "such.csv cannot be written"
run 2 replay "$trace" --csv /dev/full
expect_code 4
expect_sentence "/dev/full could not be written"
finish
