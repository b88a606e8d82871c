# Sourced by the rigs and tests that wait for something.

# wait_for SECONDS COMMAND...: try the command every tenth of a second until it succeeds; 1 if it does not within SECONDS.
wait_for() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ $SECONDS -ge $until ]; then return 1; fi
    sleep 0.1
  done
}

# ended PID: the process is gone, or only waits to be reaped.
ended() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
