#!/usr/bin/env bash
# Install what is missing, build with every warning an error, run the tests. Usage: jobs/test.sh [--all]
#   --all   the slow tests, too, and every test under AddressSanitizer and UndefinedBehaviorSanitizer
# Ends with a line that counts the tests.
set -eu
cd "$(dirname "$0")/.."

all=no
case ${1:-} in
"") ;;
--all) all=yes ;;
*) sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

jobs/setup.sh test
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

if [ $all = yes ]; then
  run_tests ci
  run_tests asan
else
  run_tests ci -LE slow
  run_tests asan -LE slow -E 'np[3-8]|replay_matches|replay_sees'
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
