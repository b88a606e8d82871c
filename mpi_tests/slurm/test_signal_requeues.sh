#!/usr/bin/env bash
# Slurm sends a signal before the time limit: the run writes a checkpoint, is requeued, and ends on another number of
# tasks.
. "$(dirname "$0")/jobs.sh"
problem $without_end
submit --time=1 --signal=B:USR1@30 --ntasks=3 --nodelist=n1 "$SBATCH_SCRIPT" p.lua --checkpoint-every 200 \
  --log-every 100
await_state "$job" RUNNING 20
await 90 "requeue of job $job" in_state "$job" PENDING || finish
scontrol update JobId="$job" NumTasks=2
end_soon p.run
await_state "$job" COMPLETED 60
expect_line "$job" "got USR1: time to stop"
expect_line "$job" "^stopped by a signal at step"
expect_line "$job" "back to the queue: job $job"
expect_line "$job" "restart 1, 2 tasks"
expect_line "$job" "^resumed from p.run/step-"
expect_line "$job" " 2 ranks, "
expect_field "$job" Restarts 1
expect_field "$job" ExitCode 0:0
finished_in p.run
finish
