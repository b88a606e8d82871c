#!/usr/bin/env bash
# Install the packages that ntkw needs, on Debian and Ubuntu; only those that are missing.
# Usage: jobs/setup.sh [run|test|mpich|slurm|hosts|faults|fuzz|arm]
#   run     to build and train (default)
#   test    also for the tests
#   mpich   also MPICH beside Open MPI
#   slurm, hosts, faults, fuzz, arm   for the options of jobs/test.sh of these names
set -eu

packages=(gcc libc6-dev make cmake pkg-config libopenmpi-dev openmpi-bin libhdf5-openmpi-dev liblua5.4-dev
  librandom123-dev libsleef-dev libopenblas-dev gnuplot-nox)
useful=() # installed only if the distribution has them
if [ "$(uname -m)" = x86_64 ]; then useful+=(libxsmm-dev); fi
tests=(g++ doxygen e2fsprogs libcunit1-dev libmpfr-dev hdf5-tools mount python3-h5py)
case ${1:-run} in
run) ;;
test) packages+=("${tests[@]}") ;;
faults) packages+=("${tests[@]}" python3) ;;
fuzz) packages+=("${tests[@]}" clang) ;;
mpich) packages+=("${tests[@]}" mpich libmpich-dev libhdf5-mpich-dev) ;;
slurm) packages+=("${tests[@]}" slurmctld slurmd slurm-client munge) ;;
hosts) packages+=("${tests[@]}" iproute2) ;;
arm) packages+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static mmdebstrap) ;;
*) echo "setup: unknown argument $1; expected run, test, mpich, slurm, hosts, faults, fuzz or arm" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null; then
  echo "setup: no apt-get here, so nothing is installed; CMake names what is missing" >&2
  exit 0
fi
installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }
available() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'; }
missing=()
for package in "${packages[@]}"; do installed "$package" || missing+=("$package"); done
add_useful() {
  local package
  for package in "${useful[@]}"; do
    if ! installed "$package" && available "$package"; then missing+=("$package"); fi
  done
}
needed=${#missing[@]}
if [ "$needed" = 0 ]; then add_useful; fi # otherwise after the update, which tells what the distribution has
if [ ${#missing[@]} = 0 ]; then exit 0; fi

if [ "$(id -u)" = 0 ]; then
  as_root=()
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
  as_root=(sudo) # it may ask for the password
elif [ "$needed" = 0 ]; then
  echo "setup: installing ${missing[*]}, which makes ntkw faster, needs root; going on without" >&2
  exit 0
else
  echo "setup: these packages are missing: ${missing[*]}" >&2
  echo "setup: installing them needs root; ask for: apt-get install ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
if [ "$needed" != 0 ]; then add_useful; fi
echo "setup: installing ${missing[*]}"
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
