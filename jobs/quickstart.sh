#!/usr/bin/env bash
# From a fresh clone to a trained network: install what is missing, build, train the small wave problem, and print the
# result. Usage: jobs/quickstart.sh [--compare] [--ranks N] [--out DIR]
#   --compare   also train without weights, for the same number of steps
#   --ranks N   number of MPI ranks (default 2)
#   --out DIR   folder of the results (default wave1d-small.run); a run in this folder is continued
set -eu
self=$(readlink -f -- "$0")
CDPATH= cd -- "$(dirname -- "$self")/.."

usage() { sed -n '2,7s/^# \{0,1\}//p' "$self"; }
compare=no ranks=2 out=wave1d-small.run
while [ $# -gt 0 ]; do
  case $1 in
  --compare) compare=yes ;;
  --ranks) ranks=${2:?--ranks needs a number}; shift ;;
  --out) out=${2:?--out needs a folder}; shift ;;
  --help | -h) usage; exit 0 ;;
  *) echo "quickstart: unknown argument $1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done

jobs/setup.sh run
. jobs/environment.sh
cmake --preset release >build.log 2>&1 || { cat build.log >&2; exit 1; }
cmake --build --preset release -j "$(getconf _NPROCESSORS_ONLN)" >>build.log 2>&1 ||
  { tail -n 40 build.log >&2; exit 1; }
rm -f build.log

ntkw=build/release/src/cli/ntkw
problem=examples/wave1d-small.lua
mpirun -n "$ranks" "$ntkw" train "$problem" --out "$out" --resume
if [ $compare = yes ]; then
  echo
  mpirun -n "$ranks" "$ntkw" train "$problem" --out "$out-unweighted" --weighting none --resume
fi

echo
error() { awk -F, 'END { printf "%.3e", $NF }' "$1/history.csv"; }
echo "error with ntk-trace: $(error "$out")"
if [ $compare = yes ]; then echo "error without weights: $(error "$out-unweighted")"; fi
steps=$(awk -F, 'END { print $1 }' "$out/history.csv")
again="mpirun -n $ranks $ntkw train $problem --out $out --resume --steps $((2 * steps))"
echo "to continue: . jobs/environment.sh; $again"
