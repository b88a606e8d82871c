#!/usr/bin/env bash
# ntkw spectrum of a checkpoint and of a folder: the same files at any number of ranks, numbers that fit together, and
# clear errors.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua
run 2 train p.lua --checkpoint-every 20 --out run
expect_code 0

# Every file is the same in every byte.
for n in 1 2 3 4; do
  run "$n" spectrum run/step-0000000040.h5 --points 50 --matrix --out "of$n"
  expect_code 0
  expect_output "of p.lua, 50 points of each condition (as drawn for step 0)" "step 40" "all together" "residual, u: " \
    "spectra:  of$n.h5"
  for end in h5 csv svg; do expect_same of1.$end "of$n.$end"; done
done
expect_line of1.csv '^step,block,index,eigenvalue$'
[ "$(wc -l < of1.csv)" = 301 ] || complain "$(wc -l < of1.csv) lines in of1.csv"
awk -F, 'NR > 1 && $2 == "u_t" { if ($3 > 1 && $4 > last) exit 1; last = $4; n++ } END { exit n != 50 }' of1.csv ||
  complain "the eigenvalues of u_t do not descend"
awk -F, '$2 == "all together" { all += $4; next } NR > 1 { parts += $4 }
  END { d = (all - parts) / all; exit !(all > 0 && d < 1e-12 && d > -1e-12) }' of1.csv ||
  complain "the eigenvalues' sums of the blocks and of the whole differ"
expect_line of1.svg '<polyline stroke='
run 2 show of1.h5
expect_output "eigenvalues.residual" "float64  [150, 150]" "float64  [1, 3, 3]"

# All checkpoints of the folder, and one of them alone: the same numbers.
run 2 spectrum run --points 50
expect_code 0
expect_output "step 20" "step 40" "picture:  run/spectrum-checkpoints.svg"
{ sed -n 1p run/spectrum-checkpoints.csv; grep '^40,' run/spectrum-checkpoints.csv; } > forty.csv
expect_same of1.csv forty.csv
run 3 spectrum run/spectrum-checkpoints.h5 --out again
expect_code 0
expect_same again.csv run/spectrum-checkpoints.csv
expect_same again.svg run/spectrum-checkpoints.svg
[ ! -e again.h5 ] || complain "what was only read is written again"
run 2 spectrum run/step-0000000020.h5 --points 10 --points-of-step -1
expect_code 0
expect_output "as drawn for each step" "run/spectrum-step-0000000020.h5"
run 2 train p.lua --resume run --steps 41
expect_code 0
expect_output "resumed from run/step-0000000040.h5"

# A damaged checkpoint is skipped, or refused if it alone is asked for.
printf 'X' | dd of=run/step-0000000040.h5 bs=1 seek=5000 conv=notrunc status=none
run 2 spectrum run --points 5
expect_code 0
expect_line "$scratch/err" "warning: skipped run/step-0000000040.h5"
expect_line "$scratch/out" "^step 41"
refused 4 2 spectrum run/step-0000000040.h5 --- "run/step-0000000040.h5"

refused 2 2 spectrum --- "CHECKPOINT|RUN-FOLDER is missing"
refused 2 3 spectrum run --points 0 --- '--points is "0"' "from 1"
refused 2 2 spectrum run/step-0000000041.h5 --points 2 --- "2 points" "3 places of condition 'u'"
refused 2 2 spectrum run/step-0000000041.h5 --points 7000 --- "21000 rows" "20000"
refused 2 2 spectrum again.h5 --point 3 --- "did you mean --points"
refused 2 2 spectrum run/spectrum-checkpoints.h5 --points 3 --- "holds spectra already computed"
refused 4 3 spectrum missing.h5 --- "missing.h5"
refused 3 2 spectrum run/solution.h5 --- "run/solution.h5" "neither"
mkdir empty
refused 4 3 spectrum empty --- "empty holds neither recorded spectra" "step-<digits>.h5"
small_problem "a<b&c.lua" 's/"u_t"/"u t (0)"/'
run 2 train "a<b&c.lua" --steps 10 --out other
cp other/step-0000000010.h5 run
refused 3 2 spectrum run --points 5 --- "is of another problem than the checkpoints before it" "'u_t'" "'u t (0)'"
run 2 spectrum other --points 5
expect_code 0
expect_line other/spectrum-checkpoints.csv '^10,u t \(0\),5,'
expect_line other/spectrum-checkpoints.svg '>NTK eigenvalues of a&lt;b&amp;c.lua</text>'
run 2 spectrum other --points 5 --out missing/too/name
expect_code 0
for ending in h5 csv svg; do [ -s missing/too/name.$ending ] || complain "no missing/too/name.$ending"; done
refused 2 2 spectrum other --points 5 --out missing/ --- '--out is "missing/"' "a name"
refused 4 2 spectrum other --points 5 --out other/history.csv/name --- "the folder other/history.csv cannot be made"
finish
