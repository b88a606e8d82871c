#!/usr/bin/env bash
# Help and version are printed once and complete; wrong arguments end in one sentence with a near match, and code 2.
. "$(dirname "$0")/checks.sh"

run 3 --help
expect_code 0
expect_output "Usage: ntkw" "replay" "show" "--version" "Exit codes" "85" "Example"
[ "$(grep -c "^Usage" "$scratch/out")" = 1 ] || complain "the help was not printed once"
run 3 --version
expect_code 0
expect_output "ntkw 0."
[ "$(grep -c "^ntkw" "$scratch/out")" = 1 ] || complain "the version was not printed once"
for subcommand in replay show; do
  for help in --help -h; do
    run 2 "$subcommand" "$help"
    expect_code 0
    expect_output "ntkw $subcommand [OPTIONS]" "--help" "default" "Exit codes:" "Example"
    [ "$(grep -c "^Usage" "$scratch/out")" = 1 ] || complain "the help was not printed once"
  done
done
run 1 replay --help
expect_output --cut --seed --rule --alpha --every --tolerance --quiet
run 2 replay --cut nonsense --help
expect_code 0

# Without mpirun.
for subcommand in "" replay show; do
  what="ntkw $subcommand --help without mpirun"
  checks=$((checks + 1))
  timeout $((60 * ${NTKW_TIMEOUT_FACTOR:-1})) "$NTKW" $subcommand --help > "$scratch/out" 2> "$scratch/err" || complain "exit code $?"
  grep -q "^Usage" "$scratch/out" || complain "no help"
done

refused 2 3 --- "a subcommand is missing" "ntkw --help"
refused 2 3 reply --- "there is no subcommand reply" "did you mean replay?"
refused 2 2 --halp --- "there is no option --halp" "did you mean --help?"
refused 2 2 replay --- "ntkw replay: FILE is missing" "ntkw replay --help"
refused 2 2 show --- "ntkw show: CHECKPOINT|DIR is missing"
refused 2 2 replay a b --- '"b" is one argument too many'
refused 2 3 replay --cutt even file --- "there is no option --cutt" "did you mean --cut?"
refused 2 2 replay --cut evn file --- '--cut is "evn"; expected even, random or replicated' "did you mean even?"
refused 2 2 replay file --seed --- "--seed needs a value"
refused 2 2 replay file --seed=1.5 --- '--seed is "1.5"; expected an integer, at least 0'
refused 2 2 replay file --alpha 1.01 --- "expected a number from 0 to 1"
refused 2 2 replay file --quiet=yes --- "--quiet takes no value"
refused 2 2 show -x file --- "there is no option -x"
finish
