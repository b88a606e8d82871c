# Sourced by the tests of the ntkw program: run it under mpirun, look at every rank's exit code and at what it printed.
# The environment says where things are: NTKW, MPIEXEC, DATA, HELPER.
set -u
unset CDPATH
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0 checks=0 ranks=0 what=""

complain() {
  failures=$((failures + 1))
  [ "$failures" -gt 10 ] && finish
  echo "FAILED: $what: $*"
  sed 's/^/    stderr: /' "$scratch/err" | head -n 5
}

# run RANKS ARGUMENT...: stdout, stderr and each rank's exit code end in $scratch/out, err, code.RANK
run() {
  ranks=$1
  shift
  what="ntkw $* on $ranks ranks"
  rm -f "$scratch"/code.*
  timeout $((100 * ${NTKW_TIMEOUT_FACTOR:-1})) "$MPIEXEC" -n "$ranks" bash -c \
    '"${@:2}"; echo $? > "$1/code.${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}"' _ "$scratch" "$NTKW" "$@" \
    > "$scratch/out" 2> "$scratch/err" < /dev/null
}

# Every rank ended with this code.
expect_code() {
  checks=$((checks + 1))
  local codes
  codes=$(cat "$scratch"/code.* 2> /dev/null)
  [ "$(grep -cx "$1" <<< "$codes")" = "$ranks" ] || complain "expected code $1 on every rank, got:" $codes
}

# The whole of stderr is one line, with these parts in it.
expect_sentence() {
  checks=$((checks + 1))
  [ "$(wc -l < "$scratch/err")" = 1 ] || complain "expected one line on stderr"
  for part; do grep -qF -- "$part" "$scratch/err" || complain "expected \"$part\" on stderr"; done
}

# These parts are on stdout, and nothing is on stderr.
expect_output() {
  checks=$((checks + 1))
  [ ! -s "$scratch/err" ] || complain "expected nothing on stderr"
  for part; do grep -qF -- "$part" "$scratch/out" || complain "expected \"$part\" on stdout"; done
}

# Arguments that must be refused: refused CODE RANKS ARGUMENT... --- PART...
refused() {
  local code=$1 n=$2 arguments=()
  shift 2
  while [ "$1" != --- ]; do
    arguments+=("$1")
    shift
  done
  shift
  run "$n" "${arguments[@]}"
  expect_code "$code"
  expect_sentence "$@"
  [ ! -s "$scratch/out" ] || complain "expected nothing on stdout"
}

finish() {
  if [ "$failures" -gt 0 ] || [ "$checks" = 0 ]; then
    echo "$(basename "$0"): $checks checks, $failures failures"
    exit 1
  fi
  echo "$(basename "$0"): $checks checks: passed"
}
