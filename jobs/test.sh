#!/usr/bin/env bash
# Install what is missing, build with every warning an error, run the tests. Usage: jobs/test.sh [--all|--mpich]
#   --all     the slow tests, too, every test under AddressSanitizer and UndefinedBehaviorSanitizer, and what --mpich does
#   --mpich   the library with MPICH: sums and weighting on 1 and 2 ranks (MPICH spins, and is slow with more ranks than cores)
# Ends with a line that counts the tests.
set -eu
cd "$(dirname "$0")/.."

what=${1:-usual}
case $what in
usual) jobs/setup.sh test ;;
--all | --mpich) jobs/setup.sh mpich ;;
*) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
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

with_mpich() { run_tests mpich -L '^(sums|weighting)$' -LE slow -E 'np[3-8]'; }

case $what in
usual)
  run_tests ci -LE slow
  run_tests asan -LE slow -E 'np[3-8]|replay_matches|replay_sees'
  ;;
--all)
  run_tests ci
  run_tests asan
  with_mpich
  ;;
--mpich) with_mpich ;;
esac
echo "$passed passed, $failed failed"
[ $failed = 0 ]
