#!/usr/bin/env bash
# test_train_api_matches_cli.sh NTKW MPIEXEC PROGRAM: the trainer library (ntkw/train.h, by PROGRAM) and `ntkw train` write
# the same checkpoint, byte for byte, on 1, 2 and 3 ranks; each goes on from the other's checkpoints on another number of
# ranks with the bytes of an uninterrupted run.
set -u
ntkw=$1 mpiexec=$2 program=$3
. "$(dirname "$0")/../harness/wave.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failures=0

complain() {
  echo "FAILED: $*"
  cat out
  failures=$((failures + 1))
}
start() { # start RANKS PROGRAM ARGUMENT...
  timeout $((60 * ${NTKW_TIMEOUT_FACTOR:-1})) "$mpiexec" -n "$1" "${@:2}" > out 2>&1 < /dev/null
}
on() { start "$@" || complain "$*"; }
expect_same() { cmp -s "$1" "$2" || complain "$1 and $2 differ"; }
expect_warning() { grep -q "^warning: .*$1" out || complain "no warning that says \"$1\""; }
cli() { # cli RANKS FOLDER ARGUMENT...
  on "$1" "$ntkw" train --out "$2" --checkpoint-every 0 --log-every 10 "${@:3}"
}
api() { # api RANKS FOLDER STEPS ARGUMENT...
  mkdir -p "$2"
  on "$1" "$program" "$2" "$3" 1 "${@:4}"
}

# Norms and traces, float64; an exact solution, so that the history has errors.
wave_problem 60 '8, 8' float64 40 > wave.lua
# L-BFGS, float32, two outputs, and a reference solution of one of them.
cat > pair.lua << 'LUA'
return problem {
  inputs = { {"t", 0, 1}, {"x", -1, 1} }, outputs = { "u", "v" }, reference = "wave/solution.h5",
  conditions = {
    { "u", points = 90, on = interior(), equation = function(p) return p.u_t - p.v_x end },
    { "v", points = 70, on = interior(), equation = function(p) return p.v_t - p.u_xx + sin(p.u) end },
    { "start", points = 50, on = boundary{t=0}, equation = function(p) return p.u - cos(p.x), p.v end },
  },
  network = { "residual", hidden = {12, 12}, activation = "sin" },
  optimizer = { "lbfgs" }, weighting = { "inverse-gradient-norm", update_every = 7 },
  precision = "float32", steps = 24, seed = 5,
}
LUA

# The same bytes; the solution of the first run is the reference of the second problem.
for ranks in 1 2 3; do
  cli $ranks cli.wave.$ranks wave.lua
  api $ranks api.wave.$ranks 40 wave.lua
  expect_same {cli,api}.wave.$ranks/step-0000000040.h5
done
cp -r cli.wave.1 wave
cli 3 cli.pair pair.lua
api 3 api.pair 24 pair.lua
expect_same {cli,api}.pair/step-0000000024.h5

# The library begins and the program goes on; the other way round, with and without the problem file.
api 2 to_cli 20 wave.lua
cli 3 to_cli wave.lua --resume --steps 40
expect_same {cli.wave.3,to_cli}/step-0000000040.h5
cli 1 first pair.lua --steps 12
for file in pair.lua -; do
  api 3 "to_api.$file" 24 $file first
  expect_same {cli.pair,"to_api.$file"}/step-0000000024.h5
done

# Threads give the same bytes; a changed setting and a lost reference are warnings; `ntkw show` accepts what was written.
mkdir threads
on 2 "$program" threads 40 3 wave.lua
expect_same cli.wave.2/step-0000000040.h5 threads/step-0000000040.h5
sed 's/points = 90/points = 80/; s|wave/solution|gone/solution|' pair.lua > changed.lua
rm wave/solution.h5
mkdir changed
start 2 "$program" changed 24 1 pair.lua && complain "a new run needs its reference"
grep -q "NTKW_ERR_FILE: .*solution.h5" out || complain "the sentence names the reference"
api 2 changed 24 changed.lua first
expect_warning "points of condition 'u' is 80, before 90; the problem's is used"
expect_warning "goes on without the error"
on 2 "$ntkw" show api.wave.3
[ $failures = 0 ] && echo "the trainer library and ntkw train agree"
[ $failures = 0 ]
