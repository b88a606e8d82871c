#!/usr/bin/env bash
# The picture of a run is drawn in the run's folder and nowhere else, whatever the user's shell and gnuplot are told; it is
# named only if it is there. Scripts of this repository find their place however they are called.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua
tree=$(readlink -f -- "$DATA/../..")
real_path=$PATH

expect() {
  checks=$((checks + 1))
  test "$@" || complain "expected $*"
}
# fake TEXT: a gnuplot that does this
fake() {
  mkdir -p fakes
  printf '#!/bin/sh\n%s\n' "$1" > fakes/gnuplot
  chmod +x fakes/gnuplot
  export PATH=$scratch/fakes:$real_path
}
# alone ARGUMENT...: without a launcher
alone() {
  what="ntkw $*" ranks=1
  "$NTKW" "$@" > "$scratch/out" 2> "$scratch/err" < /dev/null
  local code=$?
  PATH=$real_path
  echo $code > "$scratch/code.0"
}

if command -v gnuplot > /dev/null; then
  run 1 train p.lua --out plain
  mkdir -p elsewhere/crossed home empty/bin
  printf 'set output "/dev/null"\nset terminal dumb\nset samples 3\nexit\n' | tee home/.gnuplot > .gnuplot
  mkdir -p home/.config/gnuplot && cp .gnuplot home/.config/gnuplot/gnuplotrc
  export CDPATH=$scratch/elsewhere GNUTERM=dumb HOME=$scratch/home
  run 2 train p.lua --out crossed
  expect_code 0
  expect_output "picture:    crossed/picture.png"
  expect -z "$(ls elsewhere/crossed)"
  expect_same plain/picture.png crossed/picture.png
  expect -z "$(find crossed -name 'picture.*' ! -name picture.png)"
  run 1 train p.lua --out ./-odd
  expect_output "picture:    ./-odd/picture.png"
  # Through a folder of PATH that is no absolute one
  ln -s "$(command -v gnuplot)" empty/bin/gnuplot
  PATH=empty/bin:$real_path alone train p.lua --out relative
  expect_output "picture:    relative/picture.png"
  unset CDPATH GNUTERM
fi

# A gnuplot that makes nothing, fails, or cannot be found; an older picture is not named as if it were this run's.
fake 'exit 0'
alone train p.lua --out nothing
expect_code 0
expect_sentence "warning: there is no picture: $scratch/fakes/gnuplot made no picture"
grep -q "^picture:" "$scratch/out" && complain "a picture is named"
fake 'echo no; exit 3'
mkdir -p old && echo older > old/picture.png
alone train p.lua --out old
expect_code 0
expect_sentence "fakes/gnuplot failed; see old/picture.log"
grep -q "^picture:" "$scratch/out" && complain "a picture is named"
expect "$(cat old/picture.log) $(cat old/picture.png)" = "no older"
OMPI_MCA_plm_rsh_agent=/bin/sh PATH=$scratch/elsewhere alone train p.lua --out without # MPI looks for ssh by PATH
expect_code 0
expect_output "picture:    none, as there is no gnuplot"

# Its signals are as for any program, and one that hangs is ended by a signal, without harm to the run.
fake 'grep -E "^Sig(Ign|Blk|Cgt)" /proc/self/status > signals; env > environment; pwd > folder; cat > input; echo drawn > picture.new'
export GNUPLOT_LIB=$scratch GNUTERM=x11
alone train p.lua --out asked
expect_code 0
expect_output "picture:    asked/picture.png"
sizes=$(printf '%d' "$((0x$(sed -nE 's/^SigIgn:\s*//p' asked/signals) & (1 << 12 | 1 << 24)))") # SIGPIPE, SIGXFSZ
expect "$sizes" = 0
expect "$((0x$(sed -nE 's/^SigBlk:\s*//p' asked/signals)))" = 0
expect "$(cat asked/folder)" = "$scratch/asked"
expect ! -s asked/input
grep -q "^GNU" asked/environment && complain "gnuplot sees $(grep ^GNU asked/environment)"
fake 'echo $$ > pid; exec sleep 100'
rm -f hangs/pid
"$NTKW" train p.lua --out hangs > "$scratch/out" 2> "$scratch/err" < /dev/null &
job=$!
what="a signal while gnuplot hangs" ranks=1
for _ in $(seq 200); do [ -s hangs/pid ] && break; sleep 0.1; done
kill -TERM $job
wait $job
expect $? = 0
expect_sentence "there is no picture: a signal came while"
expect ! -d "/proc/$(cat hangs/pid)"
expect -s hangs/solution.h5
PATH=$real_path

# Scripts: by a relative name, through a symbolic link, with CDPATH.
mkdir -p trap/jobs trap/bench links
ln -s "$tree/jobs/test.sh" "$tree/jobs/quickstart.sh" "$tree/jobs/bench/run.sh" links/
export CDPATH=$scratch/trap
for call in "links/test.sh --nonsense" "$tree/jobs/../jobs/test.sh --nonsense" "links/quickstart.sh --help" \
  "links/run.sh --nonsense"; do
  what=$call checks=$((checks + 1))
  $call > "$scratch/out" 2>&1
  grep -qi "usage:" "$scratch/out" || complain "no usage: $(head -n 3 "$scratch/out")"
done
(
  cd "$tree/jobs" || exit 1
  CDPATH=$scratch/trap:. ./quickstart.sh --help
) > "$scratch/out" 2>&1
what="./quickstart.sh --help" checks=$((checks + 1))
grep -q "^From a fresh clone" "$scratch/out" || complain "no usage: $(head -n 3 "$scratch/out")"
grep -lE '(^|[^=] *)\bcd "?\$\(dirname' -r "$tree/jobs" "$tree/mpi_tests" --include='*.sh' > found
what="scripts that cd where CDPATH says" checks=$((checks + 1))
[ -s found ] && complain "$(cat found)"
finish
