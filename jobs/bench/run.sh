#!/usr/bin/env bash
# Build the benchmarks and run them; what they print goes to the terminal, too. Usage: jobs/bench/run.sh [--quick] [--out DIR]
#   --quick     fewer and smaller runs, to see that it works
#   --out DIR   folder of the results (default build/bench/results): sums.txt, sums.csv
# Run it on a quiet machine.
set -eu
cd "$(dirname "$0")/../.."

quick=() out=build/bench/results
while [ $# -gt 0 ]; do
  case $1 in
  --quick) quick=(--most 1e6 --rounds 5 --sample 5e-4) ;;
  --out) out=${2:?--out needs a folder}; shift ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done

. jobs/environment.sh
unset OPENBLAS_CORETYPE # the benchmarks choose the one that fits the CPU
mkdir -p "$out"
cmake --preset release -B build/bench -D NTKW_BENCH=ON -D NTKW_TESTS=OFF -D NTKW_TRAINER=OFF >"$out/build.log"
cmake --build build/bench -j "$(nproc)" --target bench >>"$out/build.log"
build/bench/jobs/bench/bench_sums "${quick[@]}" --csv "$out/sums.csv" | tee "$out/sums.txt"
