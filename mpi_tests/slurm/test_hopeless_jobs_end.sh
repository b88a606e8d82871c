#!/usr/bin/env bash
# Jobs that would fail again are not repeated: losses that are not finite, a wrong problem file, crashes without
# progress.
. "$(dirname "$0")/jobs.sh"

problem 1000 's/network .*/network = { hidden = {8, 8} }, optimizer = { "adam", rate = 1e200 }, weighting = "none",/'
submit --ntasks=2 --nodelist=n2 --job-name=diverges "$SBATCH_SCRIPT" p.lua --out diverges.run
diverges=$job
echo "return problem {" >wrong.lua
submit --ntasks=2 --nodelist=n2 --job-name=wrong "$SBATCH_SCRIPT" wrong.lua
wrong=$job
printf '#!/bin/sh\nkill -9 $$\n' >crash && chmod +x crash
NTKW=$PWD/crash NTKW_RETRIES=1 submit --ntasks=1 --nodelist=n2 --job-name=crashes "$SBATCH_SCRIPT" wrong.lua \
  --out crashes.run
crashes=$job

await_state "$diverges" FAILED 60
expect_field "$diverges" ExitCode 5:0
expect_field "$diverges" Restarts 0
expect_line "$diverges" "is not finite"
await_state "$wrong" FAILED 60
expect_field "$wrong" ExitCode 3:0
expect_field "$wrong" Restarts 0
await_state "$crashes" FAILED 60
expect_field "$crashes" ExitCode 137:0
expect_field "$crashes" Restarts 1
expect_line "$crashes" "crashed more than 1 times since that checkpoint: giving up"
finish
