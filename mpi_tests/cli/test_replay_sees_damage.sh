#!/usr/bin/env bash
# One wrong number in a recording is noticed; a recording that cannot be read ends in one sentence and the same code everywhere.
. "$(dirname "$0")/checks.sh"

# altered NAME ARGUMENT...: a copy of trace C, altered by the helper
altered() {
  copy=$scratch/$1.h5
  cp "$DATA/C_twohead_ntk_f32.h5" "$copy"
  "$HELPER" "$copy" "${@:2}" || complain "$HELPER could not alter the copy"
}

deviates() {
  run 3 replay "$copy" --cut random
  expect_code 1
  expect_output "verdict  DEVIATES from the recording" "$1"
}

altered weight scale /weights 1.00001
deviates "BEYOND"
run 2 replay "$copy" --tolerance 1e-4
expect_code 0
run 2 replay "$copy" --quiet
expect_code 1
expect_output "BEYOND"
altered total scale /total 1.00001
deviates "totals"
altered gradient neighbour /gradients
deviates "norms    79 of 80"
altered norm neighbour /norm_exact
deviates "norms    79 of 80"
altered square neighbour /sumsq_exact
deviates "squares  79 of 80"
altered updated scale /updated 0
deviates "renewals 19 of 20"
altered update_every attribute update_every 2
deviates "renewals"

altered nan scale /gradients nan
refused 5 3 replay "$copy" --- "NaN or Inf in 1 value"
for name in conditions epoch batch updated losses gradients weights total sumsq_exact norm_exact segments/offset \
  segments/size segments; do
  altered without remove "/$name"
  refused 4 1 replay "$copy" --- "$copy is not a recording: it has no dataset /$name"
done
for name in rule alpha update_every dtype source; do
  altered without remove-attribute "$name"
  refused 4 1 replay "$copy" --- "it has no attribute $name"
done
altered integers retype /losses
refused 4 2 replay "$copy" --- "dataset /losses holds no floating-point numbers"
altered shape reshape /weights
refused 4 2 replay "$copy" --- "dataset /weights has 1 dimensions; expected 2"
altered segment scale /segments/size 3
refused 4 2 replay "$copy" --- "segment"
altered epoch scale /epoch -1
refused 4 2 replay "$copy" --- "epoch"
altered alpha attribute alpha 2
refused 4 2 replay "$copy" --- "attribute alpha is 2; expected 0 to 1"

source_trace=$DATA/C_twohead_ntk_f32.h5
for length in 1 600 5000 200000; do
  head -c "$length" "$source_trace" > "$scratch/short.h5"
  refused 4 3 replay "$scratch/short.h5" --- "$scratch/short.h5"
done
: > "$scratch/empty.h5"
refused 4 3 replay "$scratch/empty.h5" --- "is empty"
echo "not HDF5" > "$scratch/text.h5"
refused 4 3 replay "$scratch/text.h5" --- "is not an HDF5 file"
refused 4 3 replay "$scratch/missing.h5" --- "No such file"
refused 4 3 replay "$scratch" --- "is a folder"
refused 4 3 replay "$DATA/D_linear_f32.h5" --- "its rule \"linear\" uses no gradients"
refused 4 1 replay "$DATA/D_scalar_f32.h5" --- "its rule \"scalar\" uses no gradients"
finish
