#!/usr/bin/env bash
# Install what is missing, build with every warning an error, run the tests.
# Usage: jobs/test.sh [--all|--mpich|--slurm|--hosts|--faults N [SEED]|--fuzz SECONDS|--arm]
#   --all     also the slow tests, all tests under AddressSanitizer and UndefinedBehaviorSanitizer, and those of --mpich
#   --mpich   the library with MPICH: the self-test, and sums and weighting on 1 and 2 ranks (with more ranks than cores
#             MPICH is slow, because it spins)
#   --slurm   jobs/slurm/train.sbatch under a private Slurm on this host: a minute; needs root (or sudo)
#   --hosts   training over three network namespaces, one of which is lost: a minute; needs root (or sudo)
#   --faults  N faults of every kind during training runs (three or four seconds each): no data may be lost
#   --fuzz    libFuzzer on the readers of checkpoints and of problem files, SECONDS each
#   --arm     the self-test of a build for 64-bit ARM, emulated (jobs/arm.sh): a minute; needs root
# The last line counts the tests.
set -eu
self=$(readlink -f -- "$0")
CDPATH= cd -- "$(dirname -- "$self")/.."

what=${1:-usual}
case $what in
usual) jobs/setup.sh test ;;
--all | --mpich) jobs/setup.sh mpich ;;
--slurm | --hosts) jobs/setup.sh "${what#--}" ;;
--faults | --fuzz) number=${2:?$what needs a number}; jobs/setup.sh "${what#--}" ;;
--arm) exec jobs/arm.sh ;;
*) sed -n '2,12s/^# \{0,1\}//p' "$self" >&2; exit 2 ;;
esac

. jobs/environment.sh
passed=0 failed=0

# run_tests PRESET [ARGUMENT OF CTEST...]: build the preset, run its tests and add them to the totals.
run_tests() {
  local preset=$1 log
  shift
  log=$(mktemp)
  cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
  cmake --build --preset "$preset" -j "$(getconf _NPROCESSORS_ONLN)" >"$log" 2>&1 || { tail -n 60 "$log" >&2; exit 1; }
  ctest --preset "$preset" -j 4 "$@" 2>&1 | tee "$log" || true
  local summary
  summary=$(grep -E '^[0-9]+% tests passed' "$log") || { echo "test: ctest did not report" >&2; exit 1; }
  local of bad
  of=$(sed -E 's/.* out of ([0-9]+).*/\1/' <<<"$summary")
  bad=$(sed -E 's/.* ([0-9]+) tests failed.*/\1/' <<<"$summary")
  passed=$((passed + of - bad)) failed=$((failed + bad))
  rm -f "$log"
}

# build PRESET TARGET...
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  if ! { cmake --preset "$preset" &&
    cmake --build --preset "$preset" -j "$(getconf _NPROCESSORS_ONLN)" --target "$@"; } >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    exit 1
  fi
  rm -f "$log"
}

# on_a_rig FOLDER: run the tests of a folder that makes namespaces and daemons, and counts its tests itself.
on_a_rig() {
  local as_root=()
  build ci ntkw_cli
  if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
  exec "${as_root[@]}" "mpi_tests/$1/run.sh" build/ci/src/cli/ntkw
}

with_mpich() {
  run_tests mpich -L '^(sums|weighting)$' -LE slow -E 'np[3-8]'
  run_tests mpich -R '^selftest$'
}

case $what in
usual)
  run_tests ci -LE slow
  # The long tests of processes and files find little under the sanitizers; --all runs them.
  long='^replay_|^train_(resumes|record|paths|signals|outlives|stops|restart)|^old_runs|^job_script'
  run_tests asan -LE slow -E "np[3-8]|$long"
  ;;
--all)
  run_tests ci
  run_tests asan
  with_mpich
  ;;
--mpich) with_mpich ;;
--slurm | --hosts) on_a_rig "${what#--}" ;;
--faults)
  build ci ntkw_cli ntkw_injector
  exec python3 mpi_tests/faults/faults.py "$number" --seed "${3:-1}" --ntkw build/ci/src/cli/ntkw \
    --injector build/ci/mpi_tests/faults/libntkw_injector.so
  ;;
--fuzz)
  build fuzz fuzz_checkpoint fuzz_problem write_checkpoint
  exec mpi_tests/fuzz/fuzz.sh "$number" "$PWD/build/fuzz"
  ;;
esac
echo "$passed passed, $failed failed"
[ $failed = 0 ]
