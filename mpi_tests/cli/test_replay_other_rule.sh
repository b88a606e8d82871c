#!/usr/bin/env bash
# Another rule on a recording: weights follow from the printed norms, and do not depend on ranks or cut.
. "$(dirname "$0")/checks.sh"
trace=$DATA/A_poisson_ntk_f32.h5

# The table of the last lines (name, weight, norm) fulfils an equation of awk in w, n and sum = the sum of the norms.
expect_weights() {
  checks=$((checks + 1))
  awk -v claim="$1" '
    table { w[++rows] = $2; n[rows] = $3; sum += $3 }
    /^weights after/ { table = 1 }
    END {
      for (i = 1; i <= rows; i++) {
        target = claim == "share" ? n[i] / sum : sum / n[i]
        if (!((w[i] - target) ^ 2 <= (1e-14 * target) ^ 2)) wrong++
      }
      exit rows != 5 || wrong > 0
    }' "$scratch/out" || complain "the weights are not the $1 of the norms: $(cat "$scratch/out")"
}

run 3 replay "$trace" --alpha 0 --cut random
expect_code 0
expect_output "alpha 0, every 1 (not as recorded" "weights after 30 renewals in 30 steps"
expect_weights share
run 1 replay "$trace" --rule inverse-gradient-norm --alpha 0 --every 1
expect_code 0
expect_weights inverse
cp "$scratch/out" "$scratch/expected"
run 5 replay "$trace" --rule inverse-gradient-norm --alpha 0 --every 1 --cut replicated
expect_code 0
cmp -s "$scratch/out" "$scratch/expected" || complain "output differs from the one of 1 rank"
run 2 replay "$trace" --rule inverse-gradient-norm
expect_output "rule     inverse-gradient-norm, alpha 0.9, every 1000" "weights after 1 renewals"
run 2 replay "$trace" --rule gradient-share
expect_output "verdict  matches the recording"
run 2 replay "$trace" --quiet
expect_code 0
[ ! -s "$scratch/out" ] || complain "--quiet printed something"

for rule in root-loss-norm learning-rate-annealing pina.self_adaptive constant; do
  run 1 replay "$trace" --rule $rule --every 1
  expect_code 0
  cp "$scratch/out" "$scratch/expected"
  run 3 replay "$trace" --rule $rule --every 1 --cut random
  cmp -s "$scratch/out" "$scratch/expected" || complain "output of $rule differs from the one of 1 rank"
done
run 1 replay --help
expect_output "jaxpi.grad_norm" "physicsnemo.ntk" "learning-rate-annealing"
refused 2 3 replay "$trace" --rule linear --- "'linear' was given no final weights"
refused 2 3 replay "$trace" --rule ntk-trace --- "ntk-trace needs the diagonal"
refused 2 3 replay "$trace" --rule inverse-gradient-nurm --- "inverse-gradient-norm"
finish
