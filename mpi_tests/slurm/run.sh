#!/usr/bin/env bash
# Jobs under a real Slurm on this host. Usage: run.sh NTKW [TEST...]
#   NTKW   the program
#   TEST   the name of a test_*.sh in this folder, without .sh (default: all of them)
# Needs root and Debian's slurmctld, slurmd, slurm-client and munge, which jobs/test.sh --slurm installs.
# The tests run side by side. Afterwards every run that was interrupted is compared with an uninterrupted one: every
# array of the checkpoint, the history included, in every bit. The last line counts the tests. If one failed, a folder
# with all logs is left behind.
set -u
here=$(dirname -- "$(readlink -f -- "$0")")
NTKW_PROGRAM=$(realpath "${1:?run.sh NTKW [TEST...]}")
shift
tests=("$here"/test_*.sh)
if [ $# -gt 0 ]; then tests=("${@/#/$here/}") && tests=("${tests[@]/%/.sh}"); fi
if [ "$(id -u)" != 0 ]; then echo "slurm: needs root, for daemons and namespaces" >&2; exit 1; fi
PATH=$PATH:/usr/sbin
. "$here/../../jobs/environment.sh"
. "$here/../harness/wave.sh"
export OMPI_MCA_btl_tcp_if_include=lo NTKW_PROGRAM
case $openmpi in [1-4]) export OMPI_MCA_oob_tcp_if_include=lo ;; esac
export SBATCH_SCRIPT=$here/../../jobs/slurm/train.sbatch

scratch=$(mktemp -d "${TMPDIR:-/tmp}/ntkw-slurm.XXXXXX")
chmod 755 "$scratch"
export SLURM_CONF=$scratch/cluster/slurm.conf
passed=0 failed=0
clean_up() {
  timeout 60 "$here/cluster.sh" stop "$scratch/cluster"
  if [ $failed = 0 ] && [ $passed -gt 0 ]; then rm -rf "$scratch"; else echo "logs are in $scratch"; fi
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# verdict NAME CODE LOG
verdict() {
  if [ "$2" = 0 ]; then
    passed=$((passed + 1))
    echo "ok     $1"
  else
    failed=$((failed + 1))
    echo "FAILED $1 (code $2)"
    sed 's/^/    /' "$3"
  fi
}

# Each rank writes its pid into the folder of its test, for the tests that kill ranks.
cat >"$scratch/ntkw" <<WRAPPER
#!/bin/sh
echo \$\$ >"pid.\$SLURM_JOB_ID.\${OMPI_COMM_WORLD_RANK:-0}"
exec "$NTKW_PROGRAM" "\$@"
WRAPPER
chmod +x "$scratch/ntkw"
export NTKW=$scratch/ntkw

timeout 60 "$here/cluster.sh" start "$scratch/cluster" 4 16 || { failed=1; exit 1; }
declare -A pids
for test in "${tests[@]}"; do
  name=$(basename "$test" .sh)
  mkdir "$scratch/$name"
  (cd "$scratch/$name" && exec timeout 240 bash "$test" >log 2>&1) &
  pids[$name]=$!
done
for name in "${!pids[@]}"; do
  wait "${pids[$name]}"
  verdict "$name" $? "$scratch/$name/log"
done

# The uninterrupted run: on one rank more than any of the others began with, to the last step that any of them reached.
cat "$scratch"/*/wanted 2>/dev/null | sort -n >"$scratch/wanted"
if [ -s "$scratch/wanted" ]; then
  mkdir "$scratch/whole"
  cd "$scratch/whole" || exit 1
  quick_problem "$(tail -n 1 "$scratch/wanted" | cut -d ' ' -f 1)" >p.lua
  timeout 300 mpirun -n 4 "$NTKW_PROGRAM" train p.lua --checkpoint-every 100 --log-every 100 --keep 1000000 >log 2>&1
  verdict whole $? log
  while read -r step file; do
    same_state "$file" "p.run/step-$(printf %010d "$step").h5" >compare 2>&1
    verdict "$(basename "$(dirname "$(dirname "$file")")") ended at step $step in the same bits" $? compare
  done <"$scratch/wanted"
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
