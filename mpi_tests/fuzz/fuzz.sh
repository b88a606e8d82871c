#!/usr/bin/env bash
# Run the fuzzing targets for so many seconds each. Usage: fuzz.sh SECONDS BUILD_FOLDER [TARGET]
# Findings go to BUILD_FOLDER/fuzz/TARGET/. What crashes inside of HDF5, on a file that was made to pass the digest, is
# counted apart: it is not ours. Ends with a line for each target; fails if one found something of ours.
set -eu
seconds=$1 build=$2
here=$(dirname -- "$(readlink -f -- "$0")")
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
failed=0

# Where a finding happened: the first frame that is HDF5's or ours.
culprit() {
  timeout 60 "$1" -timeout=5 "$2" 2>&1 | grep -aE '^ *#[0-9]+ .*(libhdf5|/(src|fuzz)/.*\.c:[0-9])' | head -n 1 |
    sed -E 's/^ *#[0-9]+ 0x[0-9a-f]+ (in )?//; s/ \(BuildId.*//'
}

fuzz() { # TARGET MAXIMAL_LENGTH ARGUMENT...
  local target=$1 length=$2 folder=$build/fuzz/$1
  local program=$build/mpi_tests/fuzz/fuzz_$target log=$folder/log
  shift 2
  rm -rf "$folder/findings"
  mkdir -p "$folder/findings" "$folder/corpus"
  "$program" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 -max_total_time="$seconds" -max_len="$length" \
    -timeout=20 -report_slow_units=20 -rss_limit_mb=3000 -print_final_stats=1 -artifact_prefix="$folder/findings/" "$@" \
    "$folder/corpus" "$folder/seeds" > "$log" 2>&1 || true
  local executions ours=0 foreign=0 finding where
  executions=$(grep -oE '^#[0-9]+: cov' "$log" | tail -n 1 | tr -dc 0-9)
  for finding in "$folder"/findings/*; do
    [ -e "$finding" ] || continue
    where=$(culprit "$program" "$finding")
    case $where in # HDF5 can also be led round in circles
    *hdf5*) foreign=$((foreign + 1)) ;;
    *) ours=$((ours + 1)) ;;
    esac
    echo "finding: $finding: ${where:-not met again}"
  done
  echo "fuzz_$target: $executions executions in $seconds s, $ours findings, $foreign inside of HDF5"
  [ $ours = 0 ] || failed=1
}

trap 'rm -f /dev/shm/ntkw-fuzz-*' EXIT # of runs that crashed
mkdir -p "$build/fuzz/checkpoint/seeds" "$build/fuzz/problem/seeds"
cd "$build/fuzz/checkpoint/seeds"
"$build/mpi_tests/cli/write_checkpoint" "$PWD/whole.h5"
"$build/mpi_tests/fuzz/write_seed" "$PWD/all.h5"
tail -c +513 whole.h5 > body
tail -c +513 all.h5 > body-of-all
cp "$here"/../../examples/*.lua ../../problem/seeds/
for target in ${3:-checkpoint problem}; do
  case $target in
  checkpoint) fuzz checkpoint 16384 ;;
  problem) fuzz problem 4096 -dict="$here/problem.dict" ;;
  esac
done
exit $failed
