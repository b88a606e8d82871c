#!/usr/bin/env bash
# A private Slurm on this host. Usage: cluster.sh start DIR [NODES [CPUS]] | cluster.sh stop DIR
# DIR holds key, sockets, state, spool and logs; every user must be able to enter its parents. Each node is a slurmd in
# a UTS and mount namespace of its own: it has its own hostname, and its own /dev/shm, so that the shared-memory
# segments of two nodes do not collide. Needs root.
#   NODES, CPUS       number of nodes, and of CPUs of each (default 3 and 4)
#   NTKW_SLURM_PORT   from the environment: the first of NODES + 1 ports (default 26817)
# Clients of this Slurm need SLURM_CONF=DIR/slurm.conf.
set -eu
. "$(dirname -- "$(readlink -f -- "$0")")/../harness/wait_for.sh"
action=$1 D=$2 nodes=${3:-3} cpus=${4:-4} port=${NTKW_SLURM_PORT:-26817}
export SLURM_CONF=$D/slurm.conf

configure() {
  local host i
  host=$(hostname -s)
  cat <<CONF
ClusterName=ntkw
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$D/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$D/state
SlurmdSpoolDir=$D/spool.%n
TmpFS=$D/tmp.%n
SlurmctldPidFile=$D/slurmctld.pid
SlurmdPidFile=$D/slurmd.%n.pid
SlurmctldLogFile=$D/log/slurmctld.log
SlurmdLogFile=$D/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,batch_sched_delay=0,bf_interval=2,sched_min_interval=100000
JobRequeue=1
KillWait=5
KillOnBadExit=1
UnkillableStepTimeout=20
InactiveLimit=0
MinJobAge=600
ReturnToService=2
SlurmdParameters=config_overrides
CONF
  for i in $(seq "$nodes"); do
    echo "NodeName=n$i NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + i)) CPUs=$cpus State=UNKNOWN"
  done
  echo "PartitionName=all Nodes=n[1-$nodes] Default=YES MaxTime=INFINITE DefaultTime=5 State=UP OverSubscribe=NO"
}

# start_node NAME: detached, so that it does not hold this script's output open.
start_node() {
  mkdir -p "$D/spool.$1" "$D/tmp.$1"
  unshare --uts --mount bash -c 'set -e
    hostname "$1"
    mount --make-rprivate /
    mount -t tmpfs -o size=1g tmpfs /dev/shm
    mount --bind "$2/hosts" /etc/hosts
    exec slurmd -N "$1" -f "$3"' _ "$1" "$D" "$SLURM_CONF" </dev/null >>"$D/log/slurmd.$1.start" 2>&1
}

all_idle() { [ "$(timeout 10 sinfo -h -N -t idle -o %N 2>/dev/null | wc -l)" = "$nodes" ]; }

start() {
  local i
  mkdir -p "$D/munge" "$D/state" "$D/log"
  chmod 755 "$D" "$D/munge"
  (umask 077; head -c 1024 /dev/urandom >"$D/munge/key")
  munged --key-file="$D/munge/key" --socket="$D/munge/socket" --log-file="$D/munge/log" --pid-file="$D/munge/pid" \
    --seed-file="$D/munge/seed" --num-threads=2
  configure >"$SLURM_CONF"
  echo "CgroupPlugin=cgroup/v1" >"$D/cgroup.conf" # it is loaded, but mounts and uses nothing
  {
    echo "127.0.0.1 localhost $(hostname -s)"
    for i in $(seq "$nodes"); do echo "127.0.0.1 n$i"; done
  } >"$D/hosts"
  slurmctld -c -f "$SLURM_CONF" </dev/null >"$D/log/slurmctld.start" 2>&1
  for i in $(seq "$nodes"); do start_node "n$i"; done
  if wait_for 20 all_idle; then return 0; fi
  echo "cluster: the nodes did not come up" >&2
  tail -n 5 "$D"/log/* >&2
  return 1
}

stop() {
  local file pid
  if [ -f "$SLURM_CONF" ]; then
    timeout 10 scancel -f -u "$(id -un)" 2>/dev/null || true
    sleep 1
  fi
  for file in "$D"/slurmd.*.pid "$D/slurmctld.pid" "$D/munge/pid"; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    kill "$pid" 2>/dev/null || continue
    wait_for 5 ended "$pid" || kill -9 "$pid" || true
  done
}

case $action in
start) start ;;
stop) stop ;;
*) echo "cluster: expected start or stop" >&2; exit 2 ;;
esac
