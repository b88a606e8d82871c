#!/usr/bin/env bash
# Run one command in a fresh clone on a bare Debian, as a newcomer would.
# Usage: jobs/fresh.sh [--base DIR] SUITE COMMAND
#   SUITE       bookworm, trixie, forky or another suite that the host's Debian mirror has
#   COMMAND     a line for bash; it runs as root in a clone of the committed state of this checkout
#   --base DIR  keep the bare system in DIR/SUITE (400 MB) and start from a copy; without it each run makes its own
# Examples: jobs/fresh.sh trixie jobs/quickstart.sh
#           jobs/fresh.sh --base ~/bare forky 'jobs/setup.sh && cmake -S . -B build && cmake --build build -j 2'
# Needs root, debootstrap and 3 GB in TMPDIR. The system is a folder there, with its own processes and mounts, and is
# removed at the end. The exit code is that of the command.
set -eu

usage() { sed -n '2,11s/^# \{0,1\}//p' "$0"; }
fail() { echo "fresh: $*" >&2; exit 1; }
bases=""
while [ $# -gt 0 ]; do
  case $1 in
  --base) bases=${2:-}; [ -n "$bases" ] || { echo "fresh: --base needs a folder" >&2; exit 2; }; shift ;;
  --base=*) bases=${1#--base=} ;;
  --help | -h) usage; exit 0 ;;
  -*) echo "fresh: unknown option $1" >&2; usage >&2; exit 2 ;;
  *) break ;;
  esac
  shift
done
[ $# = 2 ] || { echo "fresh: expected a suite and a command, found $# arguments" >&2; usage >&2; exit 2; }
suite=$1 command=$2
case $suite in
'' | *[!a-z]*) echo "fresh: $suite is not the name of a suite" >&2; exit 2 ;;
esac
checkout=$(git -C "$(dirname "$0")" rev-parse --show-toplevel) || fail "this is not a checkout of git"
[ "$(id -u)" = 0 ] || fail "needs root, for mounts and namespaces"
PATH=$PATH:/usr/sbin:/sbin
for tool in apt-get debootstrap unshare pivot_root chroot git; do
  command -v $tool >/dev/null || fail "needs $tool; on Debian: apt-get install debootstrap git"
done
[ -z "$(git -C "$checkout" status --porcelain)" ] || echo "fresh: what is not committed is not in the clone" >&2

folder=$(mktemp -d "${TMPDIR:-/tmp}/ntkw-fresh.XXXXXX") inside=""
# The end of the system's first process ends all its processes and mounts.
clean_up() {
  if [ -n "$inside" ]; then kill -KILL "$inside" 2>/dev/null || true; wait "$inside" 2>/dev/null || true; fi
  rm -rf --one-file-system "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The host's first source of packages that is not about security alone.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1 | sed 's,/$,,'
}

# bare SYSTEM: make the smallest Debian with git, with the host's settings of apt.
bare() {
  local system=$1 from script=()
  from=$(mirror)
  [ -n "$from" ] || fail "apt has no source of packages here"
  [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=(sid) # not released when this debootstrap was
  echo "fresh: making a bare $suite" >&2
  if ! debootstrap --variant=minbase --include=ca-certificates,git "$suite" "$system" "$from" "${script[@]}" \
    >"$folder/log" 2>&1; then
    tail -n 20 "$folder/log" >&2
    fail "debootstrap failed; does the host's mirror have $suite?"
  fi
  cp -r /etc/apt/apt.conf.d "$system/etc/apt/"
  rm -rf "$system"/etc/apt/sources.list.d/*
  echo "deb $from $suite main" >"$system/etc/apt/sources.list"
  if [ -d /usr/local/share/ca-certificates ]; then
    cp -r /usr/local/share/ca-certificates "$system/usr/local/share/"
    chroot "$system" update-ca-certificates >/dev/null 2>&1 || true
  fi
}

system=$folder/system
if [ -z "$bases" ]; then
  bare "$system"
elif [ ! -d "$bases/$suite" ]; then
  mkdir -p "$bases"
  bare "$system"
  made=$(mktemp -d "$bases/$suite.XXXXXX")
  if ! { cp -a "$system/." "$made/" && chmod 755 "$made" && mv -T "$made" "$bases/$suite"; }; then
    rm -rf "$made"
    fail "cannot keep the system in $bases"
  fi
else
  mkdir "$system"
  cp -a "$bases/$suite/." "$system/"
fi
for file in resolv.conf hosts; do cp "/etc/$file" "$system/etc/" 2>/dev/null || true; done # for its network
git clone -q "$checkout" "$system/srv/ntkw"

# The system becomes the root of a mount namespace, so that the command can make and enter namespaces. MPI needs /sys,
# and a /dev/shm of its own.
enter='set -e
cd "$1"
mount --bind . .
cd "$1"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmpfs dev/shm
pivot_root . mnt
exec bash -c "umount -l /mnt; cd /srv/ntkw || exit 1; $2"'
proxies=()
for name in http_proxy https_proxy no_proxy; do
  if [ -n "${!name:-}" ]; then proxies+=("$name=${!name}"); fi
done
clean=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM="${TERM:-dumb}")
env -i "${clean[@]}" "${proxies[@]}" \
  unshare --mount --propagation private --pid --fork --kill-child bash -c "$enter" _ "$system" "$command" <&0 &
inside=$!
code=0
wait "$inside" || code=$?
inside=""
exit $code
