#!/usr/bin/env bash
# A training run, its recording and its spectrum as version 0.1 wrote them (mpi_tests/data/run-0.1): this program shows and
# reads them, and goes on with the run from step 20 to the state that version 0.1 had at step 40 without interruption, in
# every bit. Arrays are compared by h5diff, as attributes may be added.
. "$(dirname "$0")/train_checks.sh"
old=$DATA/run-0.1
command -v h5diff > /dev/null || { echo "needs h5diff"; exit 1; }

expect_same_array() {
  checks=$((checks + 1))
  h5diff -q "$1" "$2" "$3" || complain "$3 differs in $1 and $2"
}

for ranks in 1 2 3; do
  rm -rf r
  mkdir r
  cp "$old/step-0000000020.h5" "$old/spectrum.h5" r
  run $ranks train --resume r --checkpoint-every 0 --log-every 10
  expect_code 0
  expect_line "$scratch/out" "resumed from r/step-0000000020.h5 at step 20"
  for array in parameters adam_moment1 adam_moment2 weights history; do
    expect_same_array "$old/step-0000000040.h5" r/step-0000000040.h5 /$array
  done
  for array in $(h5ls "$old/spectrum.h5" | awk '$2 == "Dataset" {print $1}'); do
    expect_same_array "$old/spectrum.h5" r/spectrum.h5 "/$array"
  done
done

# With its problem file: the text that identifies the problem is still the same.
rm -rf r
mkdir r
cp "$old/step-0000000020.h5" r
run 2 train "$old/heat.lua" --resume --out r --checkpoint-every 0 --log-every 10
expect_code 0
checks=$((checks + 1))
[ ! -s "$scratch/err" ] || complain "a warning, though nothing has changed"
expect_same_array "$old/step-0000000040.h5" r/step-0000000040.h5 /parameters

# The run keeps its lanes of 64 rows, which the file may name. Another length in the file is told and not used.
for rows in 64 128; do
  rm -rf r
  mkdir r
  cp "$old/step-0000000020.h5" r
  sed "s/^  steps /  lane_rows = $rows,\n&/" "$old/heat.lua" > "rows$rows.lua"
  run 2 train "rows$rows.lua" --resume --out r --checkpoint-every 0 --log-every 10
  expect_code 0
  expect_same_array "$old/step-0000000040.h5" r/step-0000000040.h5 /parameters
  checks=$((checks + 1))
  [ $rows = 128 ] || [ ! -s "$scratch/err" ] || complain "a warning, though nothing has changed"
done
expect_line "$scratch/err" "changed since the checkpoint: lane_rows is 128, before 64; the checkpoint's is used"
run 3 train "rows128.lua" --out other --checkpoint-every 0 --log-every 10
expect_code 0
expect_line "$scratch/out" "3 ranks, 4 lanes"
h5diff -q "$old/step-0000000040.h5" other/step-0000000040.h5 /parameters && complain "lanes of 128 rows changed no bit"

run 1 show "$old/step-0000000040.h5"
expect_code 0
expect_output "parameters" "adam_moment2" "mean-ntk-trace" "history: " "walls"
run 2 verify "$old/step-0000000020.h5"
expect_code 0
mkdir spectra
cp "$old/spectrum.h5" spectra
run 2 spectrum spectra
expect_code 0
expect_output "3.50852e+02" "all together"
for ranks in 1 3; do
  run $ranks replay "$old/recording.h5"
  expect_code 0
  expect_output "56ed6b0ec232c829" "matches the recording"
done
finish
