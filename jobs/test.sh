#!/usr/bin/env bash
# Install what is missing, build with every warning an error, run the tests.
# Usage: jobs/test.sh [--all|--mpich|--slurm|--hosts|--faults N [SEED]|--fuzz SECONDS|--arm]
#   --all     the slow tests, too, every test under AddressSanitizer and UndefinedBehaviorSanitizer, and what --mpich does
#   --mpich   the library with MPICH: sums and weighting on 1 and 2 ranks (MPICH spins, and is slow with more ranks than cores),
#             and the self-test
#   --slurm   jobs/slurm/train.sbatch under a private Slurm on this host: a minute; needs root (or sudo)
#   --hosts   training over three network namespaces, one of which is lost: a minute; needs root (or sudo)
#   --faults  N faults of every kind done to training runs (three or four seconds each): nothing may be lost
#   --fuzz    libFuzzer on the readers of checkpoints and of problem files, SECONDS each
#   --arm     the self-test of a build for 64-bit ARM, emulated (jobs/arm.sh): a minute; needs root
# Ends with a line that counts.
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

# run_tests PRESET [CTEST ARGUMENTS]: build the preset and add its results to the totals.
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
  { cmake --preset "$preset" && cmake --build --preset "$preset" -j "$(getconf _NPROCESSORS_ONLN)" --target "$@"; } >"$log" 2>&1 ||
    { tail -n 60 "$log" >&2; exit 1; }
  rm -f "$log"
}

# on_a_rig FOLDER: the tests in the folder make namespaces and daemons, and count for themselves.
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
  # The long ones about processes and files find little here; --all has them, too.
  run_tests asan -LE slow -E 'np[3-8]|^replay_|^train_(resumes|record|paths|signals|outlives|stops|restart)|^old_runs|^job_script'
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
