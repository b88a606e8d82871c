#!/usr/bin/env bash
# Hosts that are namespaces of this one.
# Usage: hosts.sh up DIR N                  make the hosts h1 ... hN
#        hosts.sh on DIR HOST COMMAND...    run a command on a host
#        hosts.sh pids DIR HOST             print the processes of a host
#        hosts.sh cut DIR HOST              cut its link
#        hosts.sh down DIR                  end all processes, and with them the hosts
# Each host has a network, UTS and mount namespace of its own: a hostname, a /dev/shm, an /etc/hosts, and one link to a
# bridge, which has a namespace too. The hosts share the file system, as the nodes of a cluster do, and have no other
# network. `up` leaves in DIR: hosts (the /etc/hosts), rsh (to use instead of ssh), and for each namespace the pid of
# the process that keeps it. Needs root.
set -eu
. "$(dirname -- "$(readlink -f -- "$0")")/../harness/wait_for.sh"
action=$1 D=$2
shift 2

pid_of() { cat "$D/$1.pid"; }
on_switch() { nsenter -t "$(pid_of switch)" -n ip "$@"; }
on() {
  local host=$1
  shift
  exec nsenter -t "$(pid_of "$host")" -n -u -m --wd="$PWD" "$@"
}

# anchor NAME COMMAND...: start a process that keeps new namespaces; return when it is in them.
anchor() {
  local name=$1
  shift
  "$@" </dev/null >"$D/$name.log" 2>&1 &
  echo $! >"$D/$name.pid"
  if wait_for 5 grep -qs ready "$D/$name.log"; then return 0; fi
  echo "hosts: $name did not come up" >&2
  cat "$D/$name.log" >&2
  return 1
}

add_host() {
  anchor "h$1" unshare --net --uts --mount --propagation private bash -c 'set -e
    hostname "$1"
    mount -t tmpfs -o size=1g tmpfs /dev/shm
    mount --bind "$2/hosts" /etc/hosts
    echo ready
    exec sleep infinity' _ "h$1" "$D"
  on_switch link add "port$1" type veth peer name eth0 netns "$(pid_of "h$1")"
  on_switch link set "port$1" master bridge up
  nsenter -t "$(pid_of "h$1")" -n bash -c "ip link set lo up; ip addr add 10.77.0.$1/24 dev eth0; ip link set eth0 up"
}

up() {
  local n=$1 i
  mkdir -p "$D"
  {
    echo "127.0.0.1 localhost"
    for i in $(seq "$n"); do echo "10.77.0.$i h$i"; done
  } >"$D/hosts"
  cat >"$D/rsh" <<RSH
#!/bin/bash
while [[ \$1 == -* ]]; do shift; done
host=\$1
shift
exec nsenter -t "\$(cat "$D/\$host.pid")" -n -u -m --wd="\$PWD" /bin/bash -c "\$*"
RSH
  chmod +x "$D/rsh"
  anchor switch unshare --net bash -c 'echo ready; exec sleep infinity'
  on_switch link add bridge type bridge
  on_switch link set bridge up
  for i in $(seq "$n"); do add_host "$i"; done
}

# pids HOST: the processes of a host except its anchor.
pids() {
  local anchor process
  anchor=$(pid_of "$1")
  for process in /proc/[0-9]*; do
    process=${process#/proc/}
    if [ "$process" != "$anchor" ] && [ "/proc/$process/ns/net" -ef "/proc/$anchor/ns/net" ]; then
      echo "$process"
    fi
  done
}

down() {
  local file name process
  for file in "$D"/*.pid; do
    [ -f "$file" ] || continue
    name=$(basename "$file" .pid)
    for process in $(pids "$name"); do kill -9 "$process" 2>/dev/null || true; done
    kill -9 "$(cat "$file")" 2>/dev/null || true
  done
}

case $action in
up) up "$@" ;;
on) on "$@" ;;
pids) pids "$@" ;;
cut) on_switch link set "port${1#h}" down ;;
down) down ;;
*) echo "hosts: expected up, on, pids, cut or down" >&2; exit 2 ;;
esac
