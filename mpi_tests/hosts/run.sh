#!/usr/bin/env bash
# Training over three hosts, one of which is lost during the run. Usage: run.sh NTKW [LOSS...]
# NTKW is the program. Losses (default: all of them):
#   rank     a rank on h2 is killed
#   daemon   mpirun's daemon on h2 is killed
#   host     all processes on h2 are killed
#   link     h2 is cut off the network; only TCP keepalive can tell
# After each loss mpirun must end within LIMIT seconds. The next start, on the remaining hosts, must continue from the
# newest checkpoint, and end with the state and the history of an uninterrupted run, in every bit. Needs root and
# Debian's iproute2, which jobs/test.sh --hosts installs. The last line counts the tests.
set -u
here=$(dirname -- "$(readlink -f -- "$0")")
ntkw=$(realpath "${1:?run.sh NTKW [LOSS...]}")
shift
losses=("$@")
if [ $# = 0 ]; then losses=(rank daemon host link); fi
for loss in "${losses[@]}"; do
  case $loss in
  rank | daemon | host | link) ;;
  *) echo "hosts: there is no loss of a $loss; expected rank, daemon, host or link" >&2; exit 2 ;;
  esac
done
LIMIT=30
if [ "$(id -u)" != 0 ]; then echo "hosts: needs root, for namespaces" >&2; exit 1; fi
. "$here/../../jobs/environment.sh"
. "$here/../harness/wave.sh"
. "$here/../harness/wait_for.sh"
network=10.77.0.0/24
export OMPI_MCA_btl_tcp_if_include=$network
# By version of Open MPI: the network of its daemons, how soon a lost one is noticed, their name, and whether mpirun's
# exit code tells that one was lost. agent RIG sets what mpirun uses instead of ssh.
case $openmpi in
[1-4])
  export OMPI_MCA_btl=tcp,vader,self OMPI_MCA_oob_tcp_if_include=$network
  export OMPI_MCA_oob_tcp_keepalive_time=4 OMPI_MCA_oob_tcp_keepalive_intvl=2 OMPI_MCA_oob_tcp_keepalive_probes=3
  agent() { export OMPI_MCA_plm_rsh_agent=$1/rsh; }
  daemon=orted told=yes
  ;;
*)
  mapping=PRTE_MCA_mapby
  if [ "$openmpi" = 5 ]; then mapping=PRTE_MCA_rmaps_default_mapping_policy; fi
  export $mapping=slot # :oversubscribe fills the first host
  export OMPI_MCA_btl=tcp,sm,self PRTE_MCA_prte_if_include=$network
  export PRTE_MCA_oob_tcp_keepalive_time=4 PRTE_MCA_oob_tcp_keepalive_intvl=2 PRTE_MCA_oob_tcp_keepalive_probes=3
  agent() { export PRTE_MCA_plm_ssh_agent=$1/rsh; }
  daemon=prted told=no # version 5 ends with 0 when it has lost a daemon
  ;;
esac

scratch=$(mktemp -d "${TMPDIR:-/tmp}/ntkw-hosts.XXXXXX")
rig=$scratch/rig
passed=0 failed=0
hosts() { "$here/hosts.sh" "$1" "$rig" "${@:2}"; }
clean_up() {
  if [ -d "$rig" ]; then hosts down; fi
  if [ $failed = 0 ] && [ $passed -gt 0 ]; then rm -rf "$scratch"; else echo "logs are in $scratch"; fi
}
trap clean_up EXIT
trap 'exit 1' INT TERM

failures=0 log=""
complain() {
  failures=$((failures + 1))
  echo "    FAILED: $*"
}
# verdict NAME: count what has failed since the last verdict as one test.
verdict() {
  if [ $failures = 0 ]; then
    passed=$((passed + 1))
    echo "ok     $1"
  else
    failed=$((failed + 1))
    echo "FAILED $1"
    tail -n 30 $log | sed 's/^/    /'
  fi
  failures=0
}

# on_hosts LIST RANKS ARGUMENT...: run ntkw over the hosts, mpirun on h1.
on_hosts() {
  local list=$1 ranks=$2
  shift 2
  hosts on h1 timeout --kill-after=5 200 mpirun --host "$list" -n "$ranks" "$ntkw" "$@" </dev/null
}

newest() { newest_step p.run; }

# named HOST COMMAND: pids of a host's processes of this name.
named() {
  local pid
  for pid in $(hosts pids "$1"); do
    if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ]; then echo "$pid"; fi
  done
}

# has_step STEP JOB: a checkpoint of that step or later is there, or the job has ended.
has_step() { [ "$(newest || true)" ] && [ "$(newest)" -ge "$1" ] || ended "$2"; }

# lose LOSS
lose() {
  case $1 in
  rank) kill -9 "$(named h2 ntkw | head -n 1)" ;;
  daemon) kill -9 $(named h2 $daemon) ;;
  host) kill -9 $(hosts pids h2) ;;
  link) hosts cut h2 ;;
  esac
}

# story LOSS: a run over three hosts loses h2, and continues on the other two.
story() {
  local job began last step host
  hosts up 3 || { complain "the hosts did not come up"; return; }
  quick_problem 2000000 >p.lua
  on_hosts h1:2,h2:2,h3:2 6 train p.lua --checkpoint-every 50 --log-every 100 --out p.run >first.log 2>&1 &
  job=$!
  if ! wait_for 60 has_step 100 $job || ended $job; then
    complain "there are no checkpoints"
    kill $job
    return
  fi
  for host in h2 h3; do
    [ "$(named $host ntkw | wc -l)" = 2 ] || complain "the ranks are not spread over the hosts"
  done
  lose "$1"
  began=$SECONDS
  if ! wait_for $LIMIT ended $job; then
    complain "mpirun still runs $LIMIT s after the loss of the $1"
    kill -9 $(hosts pids h1) $job
  fi
  wait $job && [ $told = yes ] && complain "mpirun ended with 0"
  took=$((SECONDS - began))
  sleep 1
  for host in h1 h3; do [ -z "$(named $host ntkw)" ] || complain "ranks are left on $host"; done
  # Without their daemon all ranks are still alive, and may have written a checkpoint on the SIGTERM that ends them.
  last=$(newest)
  step=$(((last / 100 + 2) * 100))
  quick_problem $step >p.lua
  on_hosts h1:2,h3:2 4 train p.lua --checkpoint-every 50 --log-every 100 --out p.run --resume >second.log 2>&1 ||
    complain "the second start ended with $?"
  grep -q "^resumed from p.run/step-$(printf %010d "$last").h5 at step $last" second.log ||
    complain "it did not go on from step $last"
  echo "$step" >reached
}

for loss in "${losses[@]}"; do
  mkdir "$scratch/$loss"
  cd "$scratch/$loss" || exit 1
  log="first.log second.log" took=0 rig=$scratch/$loss/rig
  agent "$rig"
  story "$loss"
  hosts down
  verdict "loss of a $loss: noticed after $took s, continued on the other hosts"
done

# The uninterrupted run: one rank, one host.
mkdir "$scratch/whole"
cd "$scratch/whole" || exit 1
quick_problem "$(cat "$scratch"/*/reached 2>/dev/null | sort -n | tail -n 1 | grep . || echo 100)" >p.lua
log=log
timeout 200 "$ntkw" train p.lua --checkpoint-every 100 --log-every 100 --keep 1000000 --out p.run >log 2>&1 ||
  complain "it failed"
verdict "the uninterrupted run"
for loss in "${losses[@]}"; do
  step=$(cat "$scratch/$loss/reached" 2>/dev/null) || continue # counted as a failure above
  name=step-$(printf %010d "$step").h5
  same_state "$scratch/$loss/p.run/$name" "p.run/$name" || complain "the states differ"
  verdict "after the loss of a $loss: the same bits at step $step"
done
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
