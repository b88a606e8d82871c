#!/usr/bin/env bash
# The time limit stops the run in time. A new job with more tasks, over two nodes, follows and completes it.
. "$(dirname "$0")/jobs.sh"
problem $without_end
export NTKW_COME_BACK=chain NTKW_CHAIN="--ntasks=4 --nodes=2 --begin=now+8"
submit --ntasks=2 --exclude=n3,n4 "$SBATCH_SCRIPT" p.lua --out chain.run --checkpoint-every 200 --log-every 100 \
  --time-limit 0:08
await_state "$job" COMPLETED 40
end_soon chain.run
expect_line "$job" "^stopped by the time limit at step"
expect_line "$job" "ended with 85"
first=$job
job=$(output "$first" | sed -nE 's/.*a new job follows: ([0-9]+)$/\1/p')
[ -n "$job" ] || { complain "no job follows $first"; finish; }
await_state "$job" COMPLETED 60
expect_line "$job" "4 tasks on n\[1-2\]"
expect_line "$job" "^resumed from chain.run/step-"
expect_no_line "$job" "a new job follows"
expect_field "$first" Restarts 0
finished_in chain.run
finish
