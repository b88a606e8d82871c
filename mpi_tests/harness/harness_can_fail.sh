#!/usr/bin/env bash
# harness_can_fail.sh MPIEXEC PLANTED: every planted fault makes the suite fail, by exit code and by its last line; without
# a fault it passes.
set -u
export OMPI_MCA_odls_base_sigkill_timeout=1 # mpirun waits that long after each code other than 0
mpiexec=$1 planted=$2 failures=0

# expect CODE LAST_LINE FAULT
expect() {
  local printed code
  printed=$("$mpiexec" -n 2 "$planted" "$3" 2>/dev/null)
  code=$?
  if [ $code != "$1" ] || ! [[ $printed =~ $2 ]]; then
    echo "with the fault '$3': exit code $code and '$printed'; expected $1 and '$2'"
    failures=$((failures + 1))
  fi
}

expect 0 "skipped_with_a_reason: skipped: the reason is printed.*0 failed: passed$" "none"
expect 1 "1 failed: FAILED$" "value"
for fault in "negative zero" nan text status; do expect 1 "2 failed: FAILED$" "$fault"; done
expect 1 "2 failed: FAILED$" "ranks"
expect 1 "4 failed: FAILED$" "fixture"
expect 1 "no_check_at_all: FAILED: it checks nothing" "no check"
[ $failures = 0 ] && echo "the harness can fail: 8 checks passed"
exit $((failures > 0))
