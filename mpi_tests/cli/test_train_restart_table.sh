#!/usr/bin/env bash
# From any number of ranks to any other: the state as it is read back, and the state 50 steps later, equal that of a run
# that was not interrupted, in every bit. Usage: test_train_restart_table.sh few|all; prints a table.
#
# The bytes of a checkpoint are a function of the state, of the number of ranks and of the last step that it names. So on
# one number of ranks, going equally far, equal files mean equal states; what two numbers of ranks have written differs in
# one byte, beside the digest, and so does what was to go to two last steps.
. "$(dirname "$0")/train_checks.sh"
case $1 in
few) from=(1 3) to=(2 4) precisions=(float64) ;;
all) from=(1 2 3 4 8) to=(1 2 3 4 8) precisions=(float64 float32) ;;
esac

first=step-0000000030.h5 last=step-0000000080.h5

# bytes_apart FILE FILE: how many bytes after the user block differ.
bytes_apart() { cmp -l <(tail -c +513 "$1") <(tail -c +513 "$2") | wc -l; }

# continue_from FOLDER RANKS: go on in a copy for 50 steps; compared with the whole run are what is read, the state one step
# after it, and the last one.
continue_from() {
  local folder=$1 n=$2
  rm -rf copy
  mkdir copy
  cp "$folder/$first" copy
  run "$n" train "$problem" --resume copy --steps 80 --checkpoint-every 31 --log-every 10
  expect_code 0
  expect_line "$scratch/out" "^resumed from copy/$first at step 30"
  local verdict=equal
  [ "$(bytes_apart "$folder/$first" "begun.$n/$first")" -le 2 ] || verdict="step 30 differs"
  [ "$(bytes_apart copy/step-0000000031.h5 "begun.$n/step-0000000031.h5")" -le 1 ] || verdict="step 31 differs"
  cmp -s "copy/$last" "whole.$n/$last" || verdict="step 80 differs"
  checks=$((checks + 1))
  [ "$verdict" = equal ] || complain "$verdict"
  echo "$verdict" > verdict
}

for precision in "${precisions[@]}"; do
  problem=$precision.lua
  small_problem $problem "s/float64/$precision/; s/steps      = 40/steps = 80/; s/points = [0-9]*/points = 100/"
  rm -rf begun.* whole.* part.*
  for n in "${to[@]}"; do
    run "$n" train $problem --out "begun.$n" --steps 31 --checkpoint-every 30 --log-every 10
    expect_code 0
    run "$n" train $problem --out "whole.$n" --checkpoint-every 0 --log-every 10
    expect_code 0
  done
  for n in "${from[@]}"; do
    run "$n" train $problem --out "part.$n" --steps 30 --checkpoint-every 0 --log-every 10
    expect_code 0
  done
  echo "$precision, written on (down) and continued on (across):" "${to[@]}"
  for n in "${from[@]}"; do
    row="  $n:"
    for m in "${to[@]}"; do
      continue_from "part.$n" "$m"
      row+=" $(cat verdict)"
    done
    echo "$row"
  done
done

# Other kernels: those that every CPU can run write, the best ones go on.
what="other kernels"
NTKW_KERNELS=portable run 2 train "$problem" --out portable --steps 30 --checkpoint-every 0 --log-every 10
expect_code 0
expect_output "kernels portable"
checks=$((checks + 1))
[ "$(bytes_apart "portable/$first" "begun.2/$first")" -le 1 ] || complain "portable/$first and begun.2/$first differ"
continue_from portable "${to[0]}"
echo "written with portable kernels, continued with the best: $(cat verdict)"
finish
