#!/usr/bin/env bash
# What the job script makes of exit codes, with commands of Slurm that only say that they were called.
. "$(dirname "$0")/train_checks.sh"
script=$(readlink -f -- "$DATA/../../jobs/slurm/train.sbatch")
mkdir bin
printf '#!/bin/sh\necho requeued >> called\n' > bin/scontrol
printf '#!/bin/sh\n' > bin/squeue
# A run that is done writes its solution; without SOLVES it is none that is done.
printf '#!/bin/sh\nif [ $CODE = 0 ] && [ $SOLVES = yes ]; then date > new && mv new p.run/solution.h5; fi\nexit $CODE\n' > bin/ntkw
printf '#!/bin/sh\nshift 2\nexec "$@"\n' > bin/launch
chmod +x bin/*
export SOLVES=yes NTKW=ntkw PATH=$scratch/bin:$PATH SLURM_JOB_ID=1 SLURM_TASKS_PER_NODE=1 SLURM_JOB_NODELIST=here NTKW_LAUNCHER=launch

# after CODE ENDS CALLED: with the code of ntkw the script ends so, and the job was requeued or not
after() {
  what="code $1" checks=$((checks + 1))
  rm -f called
  CODE=$1 NTKW_RETRIES=1 bash "$script" p.lua > "$scratch/out" 2> "$scratch/err"
  local ends="$? $(cat called 2> /dev/null)"
  [ "$ends" = "$2 $3" ] || complain "it ended with $ends, expected $2 $3: $(cat "$scratch/out")"
}
after 0 0 ""
for code in 2 3 4 5; do after $code $code ""; done
after 85 85 requeued
after 85 85 requeued
for code in 7 137; do # once again, then no more
  rm -rf p.run
  after $code 85 requeued
  after $code $code ""
done
rm -rf p.run
after 7 85 requeued
: > p.run/step-0000000100.h5 # there was progress
after 7 85 requeued
after 0 0 ""
after 7 85 requeued
for solved in never before; do # mpirun of Open MPI 5 ends with 0 when it has lost a host
  rm -rf p.run
  [ $solved = never ] || after 0 0 ""
  SOLVES=no
  after 0 85 requeued
  after 0 205 ""
  SOLVES=yes
done
after 0 0 ""
finish
