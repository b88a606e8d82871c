#!/usr/bin/env bash
# Training by ntkw beside PINA, PyTorch and JAX, on two cores. Usage: jobs/bench/train/run.sh [OPTIONS]
#   --short          two small cases, under 2 minutes once everything is installed: to test the benchmark
#   --check          instead of times, compare losses, norms and traces of all programs in float64
#   --only REGEX     only the cases whose name matches, such as 'wave 3x500, 600 .*float32'
#   --markdown [FILE] write the tables as Markdown (default jobs/bench/train/RESULTS.md)
#   --csv FILE       one line for each measurement (default build/bench-train/train.csv)
#   --venv DIR       Python environment of the other programs, made if it is missing (default
#                    $XDG_CACHE_HOME/ntkw-bench/venv or ~/.cache/ntkw-bench/venv; 6 GB with PyPI's packages for x86-64)
#   --python PROGRAM to make that environment with (default python3)
#   --keep-compiled  keep what JAX compiles, beside the environment: a second run takes half the time (JAX's peak memory
#                    is then without compiling)
#   --rounds N, --sample SECONDS   how much to measure
# It takes about 15 minutes. Run it on a quiet machine. It uses the first two cores that it may use.
set -eu
self=$(readlink -f -- "$0")
CDPATH= cd -- "$(dirname -- "$self")/../../.."

venv=${XDG_CACHE_HOME:-$HOME/.cache}/ntkw-bench/venv python=python3 build=build/bench-train
csv=$build/train.csv options=()
while [ $# -gt 0 ]; do
  case $1 in
  --short | --check | --keep-compiled) options+=("$1") ;;
  --only | --rounds | --sample) options+=("$1" "${2:?$1 needs a value}"); shift ;;
  --csv) csv=${2:?--csv needs a file}; shift ;;
  --venv) venv=${2:?--venv needs a folder}; shift ;;
  --python) python=${2:?--python needs a program}; shift ;;
  --markdown)
    case ${2:-} in
    "" | --*) options+=(--markdown jobs/bench/train/RESULTS.md) ;;
    *) options+=(--markdown "$2"); shift ;;
    esac ;;
  *) sed -n '2,16s/^# \{0,1\}//p' "$self" >&2; exit 2 ;;
  esac
  shift
done

. jobs/environment.sh
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$build"
if ! "$venv/bin/python" -c 'import pina, torch, jax' 2>/dev/null; then
  echo "installing PINA, PyTorch and JAX in $venv (some GB, some minutes)"
  "$python" -m venv "$venv" # Debian's python3 needs the package python3-venv for it
  "$venv/bin/pip" install --quiet -r jobs/bench/train/requirements.txt
fi
cmake --preset release -B "$build" -D NTKW_BENCH=ON >"$build/build.log"
cmake --build "$build" -j "$(nproc)" --target bench_train ntkw_cli >>"$build/build.log"
cores=$(taskset -cp $$ | sed 's/.*: //' | "$venv/bin/python" -c '
cores = []
for part in input().split(","):
    first, _, last = part.partition("-")
    cores += range(int(first), int(last or first) + 1)
print(",".join(map(str, cores[:2])))')
taskset -c "$cores" "$venv/bin/python" jobs/bench/train/measure.py --build "$build" --csv "$csv" \
  ${options[@]+"${options[@]}"}
