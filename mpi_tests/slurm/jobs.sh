# Sourced by the tests under Slurm. Each test is the story of one job, in a folder of its own. run.sh has started the
# cluster and set NTKW_PROGRAM, SBATCH_SCRIPT (jobs/slurm/train.sbatch) and NTKW, a wrapper that writes down each rank's
# pid.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../harness/wave.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../harness/wait_for.sh"
failures=0

complain() {
  failures=$((failures + 1))
  echo "FAILED: $*"
}

# problem STEPS [EDIT]: write p.lua, edited by a sed script.
problem() { quick_problem "$1" | sed "${2:-}" >p.lua; }
readonly without_end=2000000 # steps: never reached

# submit ARGUMENT...: call sbatch with these arguments, the script among them; sets job.
submit() {
  job=$(timeout 20 sbatch --parsable --time=5 --output='%x-%j.out' "$@") || { complain "sbatch $*"; exit 1; }
}

# field JOB NAME: a field of scontrol show job.
field() { timeout 20 scontrol -o show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -n 1; }

# await SECONDS WHAT COMMAND...: wait until the command succeeds; complain that WHAT did not happen.
await() {
  local seconds=$1 what=$2
  shift 2
  wait_for "$seconds" "$@" && return
  complain "$what did not happen within $seconds s"
  return 1
}
in_state() { [[ $(field "$1" JobState) =~ ^($2)$ ]]; }
# await_state JOB STATE SECONDS
await_state() { await "$3" "state $2 of job $1 (it is $(field "$1" JobState))" in_state "$1" "$2"; }

# output JOB: what the job printed.
output() { cat ./*-"${1/_/-}".out 2>/dev/null; }
has_line() { output "$1" | grep -qE -- "$2"; }
expect_line() { has_line "$1" "$2" || complain "job $1 printed no line like /$2/"; }
expect_no_line() { if has_line "$1" "$2"; then complain "job $1 printed a line like /$2/"; fi; }
expect_field() { [ "$(field "$1" "$2")" = "$3" ] || complain "$2 of job $1 is $(field "$1" "$2"), expected $3"; }

has_checkpoint() { [ -n "$(newest_step "$1")" ]; }

# end_soon DIR: let p.lua end at a multiple of 100 steps, a little after the newest checkpoint; sets last.
end_soon() {
  last=$((($(newest_step "$1") / 100 + 3) * 100))
  sed -i "s/steps      = .*/steps      = $last,/" p.lua
}

# finished_in DIR: check that the run ended at step $last; run.sh compares its state there with the uninterrupted run.
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
