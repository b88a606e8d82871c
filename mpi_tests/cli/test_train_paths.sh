#!/usr/bin/env bash
# Files and folders are what they are, however they are spelt: the folder of a run, its copy, the reference, and what is
# not to be written over.
. "$(dirname "$0")/train_checks.sh"
small_problem p.lua
run 2 train p.lua --steps 5 --out deep/er/run
expect_code 0
mv deep/er/run run

# Every spelling of the run's folder goes on in it.
ln -s run link
ln -s run/step-0000000005.h5 newest.h5
step=5
for pair in "run/ run" "run ./run//" "$PWD/run run" "link run" "run link/" "run/../run run/." "run/step-0000000005.h5 link" \
  "newest.h5 run"; do
  step=$((step + 1))
  run 1 train p.lua --resume "${pair% *}" --out "${pair#* }" --steps $step --keep 100
  expect_code 0
  expect_line "$scratch/out" "^resumed from .*\.h5 at step"
  [ -e run/step-00000000$(printf %02d $step).h5 ] || complain "no checkpoint of step $step in run"
done
run 1 train --resume newest.h5 --steps 7
expect_code 0
[ ! -e step-0000000007.h5 ] || complain "the folder of a link was taken for the run's"
cp -r run other
refused 2 1 train p.lua --resume run --out other --- "already holds the checkpoints"

# A folder that is copied while its run lives is another folder; the original stays locked.
small_problem long.lua 's/steps      = 40/steps = 2000000/'
timeout 100 "$NTKW" train long.lua --log-every 100000 --checkpoint-every 5 --out living > living.out 2>&1 < /dev/null &
job=$!
for _ in $(seq 300); do [ -e living/step-0000000010.h5 ] && break; sleep 0.1; done
cp -r living copy 2> /dev/null
rm -f copy/*.tmp-*
[ -e copy/lock ] || complain "there is no lock to copy"
run 1 train long.lua --resume copy --steps $(($(ls copy | sed -nE 's/^step-0*([0-9]+)\.h5$/\1/p' | sort -n | tail -n 1) + 5))
expect_code 0
kill -TERM $job
wait $job
[ $? = 85 ] || complain "the original did not end as it should: $(tail -n 1 living.out)"

# The command to continue can be typed as it is.
cp p.lua -- "-dash.lua"
cp p.lua "a b;\$c'd.lua"
continued() { # the printed command, in this shell
  what="$1"
  command=$(sed -n 's/^continue: *//p' "$scratch/out")
  (export OMPI_MCA_btl_vader_single_copy_mechanism=none; eval "timeout 100 $command") > again.out 2> again.err
  checks=$((checks + 1))
  [ $? = 0 ] && grep -q "^resumed from .* at step 4$" again.out || complain "this does not continue: $command"
}
run 1 train --steps 4 --out "out of/--here" -- -dash.lua
expect_code 0
continued "a problem file that looks like an option"
run 1 train --steps 4 --out=--there -- -dash.lua
expect_code 0
continued "a folder that looks like an option"
run 1 train --resume=--there --steps 4
expect_code 0
run 1 train "a b;\$c'd.lua" --steps 4
expect_code 0
continued "characters that a shell would act on"

# Files that a run writes itself, a recording, and checkpoints are not overwritten. --trace is --record.
cp -r run before
for name in step-0000000040.h5 solution.h5 spectrum.h5 history.csv diverged-0000000001.h5; do
  refused 2 1 train p.lua --resume run --record "./run/$name" --- "$name" "a name that a run gives to a file in its folder"
done
run 1 train p.lua --weighting gradient-share --steps 2 --out traced --trace trace.h5
cp trace.h5 trace.before
refused 2 1 replay trace.h5 --csv "$PWD/trace.h5" --- "is the recording itself"
expect_same trace.h5 trace.before
refused 2 1 spectrum run/step-0000000005.h5 --points 5 --out run/step-0000000005 --- "is not replaced"
refused 2 1 spectrum run --points 5 --out ./link/step-0000000005 --- "is not replaced"
refused 2 1 spectrum run/step-0000000005.h5 --points 5 --out run/history --- "run/history.csv" "is not replaced"
for file in step-0000000005.h5 history.csv; do expect_same "run/$file" "before/$file"; done

# A reference is found again from anywhere.
mkdir -p problems elsewhere/deep
wave_problem 60 '8, 8' float64 8 | sed '/exact/d; s/  steps/  reference = "ref.h5", steps/' > problems/with.lua
run 1 train p.lua --steps 3 --out maker
cp maker/solution.h5 problems/ref.h5
run 2 train problems/with.lua --steps 4 --out compared
expect_code 0
has_error() { awk -F, 'END { exit $NF == "" }' "$1/history.csv" || complain "$1 has no error"; }
has_error compared
(cd elsewhere/deep && cd "$PWD") || exit 1
cd elsewhere/deep || exit 1
run 2 train --resume ../../compared --steps 5
expect_code 0
expect_output "at step 4"
has_error ../../compared
run 1 train ../../problems/with.lua --resume ../../compared --steps 6
expect_code 0
expect_output "at step 5"
cd ../.. || exit 1
mkdir links && ln -s ../problems/with.lua links/with.lua # a reference is beside the file, not beside the link
run 2 train links/with.lua --steps 4 --out linked
expect_code 0
expect_line "$scratch/err" "warning: the reference ref.h5 is taken from .*/problems/ref.h5"
has_error linked
run 2 train --resume linked --steps 5
expect_code 0
has_error linked
mkdir moved && mv problems compared moved && cd elsewhere || exit 1 # the whole tree
run 1 train --resume ../moved/compared --steps 7
expect_code 0
expect_line "$scratch/err" "warning: the reference ref.h5 is taken from .*moved/.*ref.h5"
has_error ../moved/compared
rm ../moved/problems/ref.h5 # gone: a warning, no error
run 2 train --resume ../moved/compared --steps 8
expect_code 0
expect_sentence "warning: cannot open" "ref.h5" "goes on without the error"
awk -F, 'END { exit $NF != "" }' ../moved/compared/history.csv || complain "an error without a reference"
cd .. || exit 1
refused 4 2 train moved/problems/with.lua --out fresh --- "ref.h5"
run 1 train p.lua --steps 3 --out maker2
cp maker2/solution.h5 moved/problems/ref.h5
run 1 train --resume moved/compared --steps 9
expect_code 0
has_error moved/compared

# A run replaces neither its reference nor its problem file, and is not compared with its own solution.
mkdir taken && cp maker/solution.h5 taken && cp p.lua taken/history.csv
sed 's/"ref.h5"/"taken\/solution.h5"/' moved/problems/with.lua > by_solution.lua
refused 2 2 train by_solution.lua --steps 4 --out taken --- "the reference is" "taken/solution.h5"
expect_same taken/solution.h5 maker/solution.h5
refused 2 2 train taken/history.csv --steps 4 --out ./taken --- "the problem file is" "taken/history.csv"
expect_same taken/history.csv p.lua
mkdir alike && cp p.lua alike/step-1.lua
run 1 train alike/step-1.lua --steps 2 --out alike
expect_code 0
run 1 train by_solution.lua --steps 4 --out by_solution
expect_code 0
has_error by_solution
mv taken/solution.h5 taken/away.h5
run 1 train --resume by_solution --steps 5
expect_code 0
expect_sentence "warning: cannot open" "solution.h5" "goes on without the error"
finish
