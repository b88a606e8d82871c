#!/usr/bin/env bash
# ntk = {...} in a problem file: spectra of the listed steps in the run's folder, no step twice, the same whatever
# restarts and ranks; training itself does not notice.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua 's/  steps /  ntk = { every = 10, points = 20 }, steps /'
small_problem plain.lua
recorded() { awk -F, 'NR > 1 && !($1 in seen) { seen[$1]; printf "%s ", $1 }' "$1"; }

run 2 train p.lua --log-every 5 --checkpoint-every 15 --out whole
expect_code 0
expect_output "spectra:    whole/spectrum.h5 (ntkw spectrum whole shows and draws them)"
run 2 train plain.lua --log-every 5 --checkpoint-every 15 --out plain
expect_same whole/history.csv plain/history.csv
[ ! -e plain/spectrum.h5 ] || complain "spectra that nobody asked for"
run 3 spectrum whole
expect_code 0
expect_output "step 0" "step 40" "picture:  whole/spectrum.svg"
[ "$(recorded whole/spectrum.csv)" = "0 10 20 30 40 " ] || complain "steps $(recorded whole/spectrum.csv)"

# What is computed of a checkpoint is what was recorded then.
run 1 spectrum whole/step-0000000030.h5 --points 20 --out thirty
expect_code 0
{ sed -n 1p whole/spectrum.csv; grep '^30,' whole/spectrum.csv; } > recorded.csv
expect_same thirty.csv recorded.csv

# Parts, on other numbers of ranks; at a listed step, and from a checkpoint before the last one recorded.
run 3 train p.lua --steps 20 --checkpoint-every 15 --out parts
expect_code 0
run 1 train p.lua --resume parts/step-0000000015.h5 --steps 18
expect_code 0
run 1 spectrum parts
[ "$(recorded parts/spectrum.csv)" = "0 10 " ] || complain "steps $(recorded parts/spectrum.csv)"
run 1 train p.lua --resume parts --steps 20
run 2 train p.lua --resume parts --steps 20
expect_code 0
run 4 train p.lua --resume parts
expect_code 0
expect_same whole/spectrum.h5 parts/spectrum.h5

# A list of steps, and what no longer fits.
small_problem listed.lua 's/  steps /  ntk = { steps = {3, 41, 45}, points = 20 }, steps /'
run 2 train listed.lua --resume parts --steps 45
expect_code 0
run 1 spectrum parts
[ "$(recorded parts/spectrum.csv)" = "0 10 20 30 41 45 " ] || complain "steps $(recorded parts/spectrum.csv)"
small_problem larger.lua 's/  steps /  ntk = { every = 1, points = 21 }, steps /'
run 2 train larger.lua --resume parts --steps 46
expect_code 0
expect_line "$scratch/err" "parts/spectrum.h5 cannot be continued and is renamed to \*.superseded: .* of 20 .* of 21"
run 2 spectrum parts
[ "$(recorded parts/spectrum.csv)" = "45 46 " ] || complain "steps $(recorded parts/spectrum.csv)"
expect_same <(run 1 spectrum parts/spectrum.h5.superseded --out old > /dev/null; recorded old.csv) <(printf '0 10 20 30 41 45 ')

bad() {
  small_problem bad.lua "s/  steps /  ntk = $1, steps /"
  shift
  refused 3 2 train bad.lua --out bad --- bad.lua "$@"
}
bad '{ every = 10, point = 3 }' "bad.lua:14" "did you mean 'points'"
bad '{ points = 3 }' "bad.lua:14" "neither 'every' nor 'steps'"
bad '{ every = 5, steps = {3} }' "both 'every' and 'steps'"
bad '{ every = 0 }' "every"
bad '{ steps = {} }' "0 steps"
bad '{ steps = {1, -2} }' "-2"
bad '{ steps = {1, "x"} }' "x"
bad '{ steps = 3 }' "a list of steps"
bad '7' "ntk"
bad '{ every = 5, points = 10000 }' "30000 rows"
finish
