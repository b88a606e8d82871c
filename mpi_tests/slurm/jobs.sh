# Sourced by the tests under Slurm, each of which is one story of a job in a folder of its own. run.sh has started the
# cluster and set NTKW_PROGRAM, SBATCH_SCRIPT (jobs/slurm/train.sbatch) and NTKW, a wrapper that notes each rank's pid.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../harness/wave.sh"
failures=0

complain() {
  failures=$((failures + 1))
  echo "FAILED: $*"
}

# problem STEPS [EDIT]: p.lua, edited by a sed script.
problem() { quick_problem "$1" | sed "${2:-}" >p.lua; }
readonly without_end=2000000 # steps: never reached

# submit ARGUMENT...: of sbatch, script included; sets job.
submit() {
  job=$(timeout 20 sbatch --parsable --time=5 --output='%x-%j.out' "$@") || { complain "sbatch $*"; exit 1; }
}

field() { timeout 20 scontrol -o show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1; }

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
  local until=$((SECONDS + $1)) what=$2
  shift 2
  while ! "$@"; do
    if [ $SECONDS -ge $until ]; then complain "$what did not come about in time"; return 1; fi
    sleep 0.1
  done
}
in_state() { [[ $(field "$1" JobState) =~ ^($2)$ ]]; }
await_state() { await "$3" "state $2 of job $1 (it is $(field "$1" JobState))" in_state "$1" "$2"; }

output() { cat ./*-"${1/_/-}".out 2>/dev/null; }
has_line() { output "$1" | grep -qE -- "$2"; }
expect_line() { has_line "$1" "$2" || complain "job $1 printed no line like /$2/"; }
expect_no_line() { if has_line "$1" "$2"; then complain "job $1 printed a line like /$2/"; fi; }
expect_field() { [ "$(field "$1" "$2")" = "$3" ] || complain "$2 of job $1 is $(field "$1" "$2"), expected $3"; }

has_checkpoint() { [ -n "$(newest_step "$1")" ]; }

# end_soon DIR: let the problem end at a multiple of 100 steps, a little after the newest checkpoint; sets last.
end_soon() {
  last=$((($(newest_step "$1") / 100 + 3) * 100))
  sed -i "s/steps      = .*/steps      = $last,/" p.lua
}

# finished_in DIR: the run ended at last, and run.sh is to compare its state there with the uninterrupted run.
finished_in() {
  local file
  file=$1/step-$(printf %010d "$last").h5
  if [ -s "$file" ]; then echo "$last $PWD/$file" >>wanted; else complain "there is no $file: $(ls "$1")"; fi
}

finish() {
  if [ $failures = 0 ]; then exit 0; fi
  for file in ./*.out; do
    echo "--- $file"
    tail -n 40 "$file"
  done
  exit 1
}
