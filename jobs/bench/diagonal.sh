#!/usr/bin/env bash
# The cost of the NTK diagonal, relative to a backward pass. Usage: jobs/bench/diagonal.sh [--short] [--out DIR]
#   --short     three rounds, to test the benchmark
#   --out DIR   folder of the results (default build/bench/results): diagonal.txt, diagonal.csv
# Run it on a quiet machine.
set -eu
self=$(readlink -f -- "$0")
CDPATH= cd -- "$(dirname -- "$self")/../.."

rounds=31 out=build/bench/results
while [ $# -gt 0 ]; do
  case $1 in
  --short) rounds=3 ;;
  --out) out=${2:?--out needs a folder}; shift ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$self" >&2; exit 2 ;;
  esac
  shift
done

. jobs/environment.sh
mkdir -p "$out"
cmake --preset release -B build/bench-trainer -D NTKW_BENCH=ON -D NTKW_TESTS=OFF >"$out/build-trainer.log"
cmake --build build/bench-trainer -j "$(nproc)" --target bench_diagonal >>"$out/build-trainer.log"
build/bench-trainer/jobs/bench/bench_diagonal --rounds "$rounds" --csv "$out/diagonal.csv" | tee "$out/diagonal.txt"
