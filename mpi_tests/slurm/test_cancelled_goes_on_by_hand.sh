#!/usr/bin/env bash
# scancel ends a job for good. Another job, given only the folder of the run, continues it.
. "$(dirname "$0")/jobs.sh"
problem $without_end
submit --ntasks=2 --nodelist=n2 "$SBATCH_SCRIPT" p.lua --checkpoint-every 100 --log-every 100
await_state "$job" RUNNING 20
await 30 "a checkpoint" has_checkpoint p.run || finish
scancel "$job"
await_state "$job" CANCELLED 30
expect_line "$job" "got TERM: Slurm ends this job"
expect_no_line "$job" "back to the queue"
await 20 "the end of job $job" eval '[ -z "$(squeue --noheader --jobs='"$job"')" ]'
first=$job
end_soon p.run
mv p.lua away.lua
submit --ntasks=3 --nodelist=n2 "$SBATCH_SCRIPT" p.run --steps "$last" --checkpoint-every 100 --log-every 100
await_state "$job" COMPLETED 60
expect_line "$job" "^resumed from p.run/step-"
expect_field "$first" JobState CANCELLED
expect_field "$first" Restarts 0
finished_in p.run
finish
