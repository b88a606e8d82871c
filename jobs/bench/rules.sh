#!/usr/bin/env bash
# Errors on the wave problem under each weighting rule: examples/wave1d-small.lua for 20 000 steps, three seeds.
# Usage: jobs/bench/rules.sh [--steps N] [--seeds "1 2 3"] [RULE...]      (default: every rule of ntkw train, and none)
# Prints a table and writes rules.csv. Two runs at a time have one rank each; results do not depend on the ranks.
set -eu
self=$(readlink -f -- "$0")
CDPATH= cd -- "$(dirname -- "$self")/../.."
steps=20000 seeds="1 2 3"
while [ $# -gt 0 ]; do
  case $1 in
  --steps) steps=$2; shift 2 ;;
  --seeds) seeds=$2; shift 2 ;;
  -*) sed -n '2,4s/^# \{0,1\}//p' "$self" >&2; exit 2 ;;
  *) break ;;
  esac
done
. jobs/environment.sh
ntkw=$PWD/build/release/src/cli/ntkw
[ -x "$ntkw" ] || { echo "rules: build first: cmake --preset release && cmake --build --preset release" >&2; exit 1; }
rules=${*:-none gradient-share inverse-gradient-norm ntk-trace}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# one RULE SEED: train.
one() {
  "$ntkw" train examples/wave1d-small.lua --weighting "$1" --seed "$2" --steps "$steps" --log-every "$steps" \
    --checkpoint-every 0 --out "$scratch/$1.$2" >"$scratch/$1.$2.log" 2>&1 || echo "failed: $1, seed $2" >&2
}
for rule in $rules; do
  for seed in $seeds; do
    one "$rule" "$seed" &
    while [ "$(jobs -r -p | wc -l)" -ge 2 ]; do wait -n; done
  done
done
wait

echo "rule,seed,error" >rules.csv
# The median of the lines of stdin.
median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

printf '| rule |'
for seed in $seeds; do printf ' seed %s |' "$seed"; done
printf ' median |\n| --- |'
for seed in $seeds; do printf ' --- |'; done
printf ' --- |\n'
for rule in $rules; do
  printf '| `%s` |' "$rule"
  for seed in $seeds; do
    error=$(awk -F, 'END { printf "%.3e", $NF }' "$scratch/$rule.$seed/history.csv" 2>/dev/null || echo failed)
    echo "$rule,$seed,$error" >>rules.csv
    printf ' %s |' "$error"
  done
  printf ' %s |\n' "$(grep "^$rule," rules.csv | cut -d, -f3 | median)"
done
