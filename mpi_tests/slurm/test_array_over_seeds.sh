#!/usr/bin/env bash
# An array has a run for each seed, started by srun. A signal to one task requeues that task only.
. "$(dirname "$0")/jobs.sh"
problem $without_end
export NTKW_LAUNCHER="srun --mpi=pmix"
submit --array=1-2 --ntasks=2 --nodes=1 --exclude=n3,n4 --output='%x-%A-%a.out' \
  "$SBATCH_SCRIPT" p.lua --checkpoint-every 100 --log-every 100
await_state "${job}_1" RUNNING 20
await_state "${job}_2" RUNNING 20
await 40 "a checkpoint of each" eval 'has_checkpoint p.seed-1.run && has_checkpoint p.seed-2.run' || finish
scancel --batch --signal=USR1 "${job}_1"
await 40 "requeue of job ${job}_1" in_state "${job}_1" PENDING || finish
expect_field "${job}_2" JobState RUNNING
end_soon p.seed-1.run
await_state "${job}_1" COMPLETED 60
expect_line "${job}_1" "back to the queue: job ${job}_1"
expect_line "${job}_1" "^resumed from p.seed-1.run/step-"
expect_line "${job}_1" ", seed 1$"
expect_line "${job}_2" ", seed 2$"
expect_field "${job}_2" Restarts 0
expect_field "${job}_2" JobState RUNNING
scancel "$job"
await_state "${job}_2" CANCELLED 30
finished_in p.seed-1.run
finish
