#!/usr/bin/env bash
# A trace matches at every number of ranks and every cut, and the output is the same in every byte.
# Arguments: FILE TOLERANCE
. "$(dirname "$0")/checks.sh"

run 1 replay "$DATA/$1" --tolerance "$2"
expect_code 0
expect_output "verdict  matches the recording" "equal in every bit"
cp "$scratch/out" "$scratch/expected"
for n in 1 2 3 4 8; do
  for cut in even random replicated; do
    run "$n" replay "$DATA/$1" --tolerance="$2" --cut "$cut" --seed "$((n * 17))"
    expect_code 0
    cmp -s "$scratch/out" "$scratch/expected" || complain "output differs from the one of 1 rank: $(cat "$scratch/out")"
  done
done
finish
