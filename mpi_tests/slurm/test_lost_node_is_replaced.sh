#!/usr/bin/env bash
# A node fails during a run, with its daemon, script and ranks. Slurm starts the job again on another node, and the run
# continues from the newest checkpoint.
. "$(dirname "$0")/jobs.sh"
problem $without_end
submit --ntasks=3 --nodes=1 --exclude=n1,n2 "$SBATCH_SCRIPT" p.lua --checkpoint-every 50 --log-every 100
await_state "$job" RUNNING 20
await 30 "a checkpoint" has_checkpoint p.run || finish
node=$(field "$job" NodeList)
daemon=$(cat "$(dirname "$SLURM_CONF")/slurmd.$node.pid")
for process in /proc/[0-9]*; do # the processes in the UTS namespace of the node
  pid=${process#/proc/}
  if [ "$process/ns/uts" -ef "/proc/$daemon/ns/uts" ] && [ "$pid" != "$daemon" ]; then kill -9 "$pid"; fi
done
kill -9 "$daemon"
scontrol update NodeName="$node" State=DOWN Reason=test
await 40 "requeue of job $job" in_state "$job" PENDING || finish
end_soon p.run
await_state "$job" COMPLETED 60
expect_line "$job" "restart 1, 3 tasks on n[34]: "
expect_line "$job" "^resumed from p.run/step-"
expect_no_line "$job" "back to the queue" # Slurm requeued it
expect_no_line "$job" "got TERM"
expect_field "$job" Restarts 1
[ "$(field "$job" NodeList)" != "$node" ] || complain "it ran on the lost node again"
finished_in p.run
finish
