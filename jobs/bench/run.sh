#!/usr/bin/env bash
# Build the benchmarks, run them and print their tables. On a quiet machine it takes about 6 minutes.
# Usage: jobs/bench/run.sh [OPTIONS] [sums|combine|update|checkpoint...]
#   --short          small and few sizes, a few seconds: to test the benchmarks
#   --out DIR        folder of the tables NAME.txt and NAME.csv (default build/bench/results)
#   --folder DIR     where checkpoints are written, 2 GB each (default: the folder of the tables)
#   --markdown FILE  also write a page with the machine, the tables and the aims (without FILE: jobs/bench/RESULTS.md)
#   --build DIR      take the programs from a build made with NTKW_BENCH=ON, and do not build
set -eu
command="jobs/bench/run.sh${*:+ $*}"
self=$(readlink -f -- "$0")
CDPATH= cd -- "$(dirname -- "$self")/../.."

short='' out=build/bench/results folder='' page='' build='' benchmarks=()
while [ $# -gt 0 ]; do
  case $1 in
  --short) short=yes ;;
  --out) out=${2:?--out needs a folder}; shift ;;
  --folder) folder=${2:?--folder needs a folder}; shift ;;
  --build) build=${2:?--build needs a folder}; shift ;;
  --markdown)
    page=jobs/bench/RESULTS.md
    case ${2:-} in *.md) page=$2; shift ;; esac
    ;;
  sums | combine | update | checkpoint) benchmarks+=("$1") ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$self" >&2; exit 2 ;;
  esac
  shift
done
[ ${#benchmarks[@]} -gt 0 ] || benchmarks=(sums combine update checkpoint)
: "${folder:=$out}"

. jobs/environment.sh
unset OPENBLAS_CORETYPE # the benchmarks choose the one that fits the CPU
mkdir -p "$out" "$folder"
if [ -z "$build" ]; then
  build=build/bench
  cmake --preset release -B "$build" -D NTKW_BENCH=ON -D NTKW_TESTS=OFF -D NTKW_TRAINER=OFF >"$out/build.log"
  cmake --build "$build" -j "$(getconf _NPROCESSORS_ONLN)" --target bench >>"$out/build.log"
fi
programs=$build/jobs/bench
mpirun=$(sed -n 's/^MPIEXEC_EXECUTABLE:[A-Z]*=//p' "$build/CMakeCache.txt")

sums() {
  local few=()
  [ -z "$short" ] || few=(--most 1e5 --rounds 3 --sample 1e-4)
  "$programs/bench_sums" "${few[@]}" --csv "$out/sums.csv"
}
combine() {
  local few=()
  [ -z "$short" ] || few=(--memory 4e6 --rounds 3 --sample 1e-4)
  "$programs/bench_combine" "${few[@]}" --csv "$out/combine.csv"
}
update() {
  local ranks few=()
  [ -z "$short" ] || few=(--most 8 --rounds 5)
  for ranks in 2 4 8; do
    if [ -n "$short" ] && [ $ranks -gt 4 ]; then break; fi
    "$mpirun" -n $ranks "$programs/bench_update" "${few[@]}" --csv "$out/update.csv"
  done
}
checkpoint() {
  local ranks few=()
  [ -z "$short" ] || few=(--least 1e6 --limit 1e6 --rounds 2)
  for ranks in 1 2 4; do
    "$mpirun" -n $ranks "$programs/bench_checkpoint" "${few[@]}" --folder "$folder" --csv "$out/checkpoint.csv"
  done
}

for name in "${benchmarks[@]}"; do
  echo "== $name"
  rm -f "$out/$name.csv"
  (set -o pipefail; $name 2>&1 | tee "$out/$name.txt")
done
[ -z "$page" ] || . jobs/bench/page.sh
