#!/usr/bin/env bash
# All ranks are killed by SIGKILL: the job is requeued, and the run continues from the newest checkpoint.
. "$(dirname "$0")/jobs.sh"
problem $without_end
submit --ntasks=3 --nodelist=n1 "$SBATCH_SCRIPT" p.lua --checkpoint-every 50 --log-every 100
await_state "$job" RUNNING 20
await 30 "a checkpoint" has_checkpoint p.run || finish
kill -9 $(cat pid.*)
await 40 "requeue of job $job" in_state "$job" PENDING || finish
end_soon p.run
await_state "$job" COMPLETED 60
expect_line "$job" "crashed; the newest checkpoint is step-"
expect_line "$job" "^resumed from p.run/step-"
expect_no_line "$job" "^stopped by"
expect_field "$job" Restarts 1
[ ! -e p.run/crashes ] || complain "the count of crashes outlives the run"
finished_in p.run
finish
