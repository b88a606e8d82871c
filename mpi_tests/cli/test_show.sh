#!/usr/bin/env bash
# What ntkw show prints of a checkpoint, at any number of ranks, and how it refuses what is not a whole one.
. "$(dirname "$0")/checks.sh"
checkpoint=$scratch/step-000100.h5
"$MPIEXEC" -n 1 "$HELPER" "$checkpoint" || complain "$HELPER could not write a checkpoint"

for n in 1 2 3 5; do
  run "$n" show "$checkpoint"
  expect_code 0
  expect_output "checkpoint $checkpoint: whole, digest verified" "integer  100" "real     0.10000000000000001" \
    'text     "ntk-trace"' 'text     "-- a wave" ... (29 characters, 3 lines)' \
    "float32  [7]  unit 1" "float64  [3, 4]  unit 1" "history: 3 rows" "step loss error weight" \
    "first  0 10 0.5 1" "last   100 0.333333 0.125 1" "0    0.5" "1    0.25" "2    0.0010000000474974513"
  [ "$n" = 1 ] && cp "$scratch/out" "$scratch/expected"
  cmp -s "$scratch/out" "$scratch/expected" || complain "output differs from the one of 1 rank"
done
run 2 show "$checkpoint" --text problem
expect_code 0
printf -- '-- a wave\nreturn problem {\n}\n' | cmp -s - "$scratch/out" || complain "not the text of the problem"
refused 4 2 show "$checkpoint" --text problom --- "problom"

# One byte changed, anywhere behind the user block; cut short; something else.
size=$(stat -c %s "$checkpoint")
for at in 520 $((size / 2)) $((size - 1)); do
  cp "$checkpoint" "$scratch/damaged.h5"
  byte=$(od -An -tu1 -j "$at" -N 1 "$checkpoint" | tr -d ' ')
  printf "\\x$(printf %x $((byte ^ 16)))" | dd of="$scratch/damaged.h5" bs=1 seek="$at" conv=notrunc status=none
  refused 4 3 show "$scratch/damaged.h5" --- "$scratch/damaged.h5"
done
for length in 0 1 300 512 $((size - 1)); do
  head -c "$length" "$checkpoint" > "$scratch/short.h5"
  refused 4 2 show "$scratch/short.h5" --- "$scratch/short.h5"
done
echo "not a checkpoint" > "$scratch/text.h5"
refused 4 3 show "$scratch/text.h5" --- "$scratch/text.h5"
refused 4 2 show "$DATA/A_poisson_ntk_f32.h5" --- "A_poisson_ntk_f32.h5"
refused 4 3 show "$scratch/missing.h5" --- "$scratch/missing.h5"
mkdir "$scratch/empty"
refused 4 3 show "$scratch/empty" --- "$scratch/empty holds no checkpoint"

refused 4 2 replay "$checkpoint" --- "is not a recording: it has no dataset /conditions"
finish
