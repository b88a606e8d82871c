#!/usr/bin/env bash
# The library's update at 64 to 1024 simulated ranks, and the bare MPI_Allreduce of as many bytes, under SimGrid's SMPI.
# Usage: jobs/bench/scale/run.sh [--short] [--out DIR] [--markdown [FILE]]
#   --short          64 ranks only
#   --out DIR        folder of the results and of the build (default build/scale): scale.txt, scale.csv
#   --markdown FILE  also write the table as a page (without FILE: jobs/bench/scale/RESULTS.md)
# Needs SimGrid (Debian: libsimgrid-dev simgrid). Times are simulated and do not depend on this machine: computation is
# switched off, only the network counts. The networks are a fat tree (32 ranks a leaf switch, 16 spines) and a
# dragonfly, with links of 12.5 GB/s and 500 ns and one rank a host. Every MPI_Allreduce uses recursive doubling.
set -eu
command="jobs/bench/scale/run.sh${*:+ $*}"
self=$(readlink -f -- "$0")
CDPATH= cd -- "$(dirname -- "$self")/../../.."

sizes="64 128 256 512 1024" out=build/scale page=
while [ $# -gt 0 ]; do
  case $1 in
  --short) sizes=64 ;;
  --out) out=${2:?--out needs a folder}; shift ;;
  --markdown)
    page=jobs/bench/scale/RESULTS.md
    case ${2:-} in *.md) page=$2; shift ;; esac
    ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$self" >&2; exit 2 ;;
  esac
  shift
done
if ! command -v smpicc smpirun >/dev/null; then
  echo "SimGrid is not installed (Debian: apt-get install libsimgrid-dev simgrid)" >&2
  exit 1
fi
mkdir -p "$out"

# Compile the sources of the weighting with SMPI's mpi.h, and link them statically, so that each rank has its own
# variables.
build() {
  local object objects=() options=(-std=c11 -D_GNU_SOURCE -O2 -ffp-contract=off -fno-trapping-math -Iinclude -Isrc)
  for source in src/base/*.c src/ranks/*.c src/sums/*.c src/weighting/*.c src/weighting/rules/*.c jobs/bench/scale/scale.c; do
    object=$out/$(tr / _ <<<"${source%.c}").o flags=
    case $source in
    src/sums/avx2.c) [ "$(uname -m)" = x86_64 ] && flags="-mavx2 -mfma" ;;
    src/sums/avx512.c) [ "$(uname -m)" = x86_64 ] && flags="-mavx512f" ;;
    esac
    # shellcheck disable=SC2086
    smpicc "${options[@]}" $flags -c "$source" -o "$object"
    objects+=("$object")
  done
  smpicc "${objects[@]}" -lm -o "$out/scale"
}

# platform KIND RANKS: SimGrid's description of the network
platform() {
  local topology parameters
  case $1 in
  fat-tree) topology=FAT_TREE parameters="2;32,$(($2 / 32));1,16;1,1" ;;
  dragonfly)
    topology=DRAGONFLY
    case $2 in
    64) parameters="2,3;2,2;4,1;4" ;;
    128) parameters="4,3;2,2;4,1;4" ;;
    256) parameters="4,3;4,2;4,1;4" ;;
    512) parameters="4,3;4,2;8,1;4" ;; # SimGrid 3.32 crashes on "8,3;4,2;4,1;4"
    1024) parameters="8,3;4,2;8,1;4" ;;
    esac ;;
  esac
  cat <<XML
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1"><zone id="world" routing="Full">
<cluster id="c" prefix="node-" radical="0-$(($2 - 1))" suffix="" speed="10Gf" bw="12.5GBps" lat="500ns"
 loopback_bw="20GBps" loopback_lat="100ns" topology="$topology" topo_parameters="$parameters"
 sharing_policy="SPLITDUPLEX"/>
</zone></platform>
XML
}

# simulate KIND RANKS ARGUMENT...
simulate() {
  local kind=$1 ranks=$2
  shift 2
  smpirun -np "$ranks" -platform "$out/$kind.$ranks.xml" -hostfile "$out/hosts.$ranks" --cfg=smpi/host-speed:10Gf \
    --cfg=smpi/simulate-computation:no --cfg=smpi/allreduce:rdb --log=root.thresh:error \
    "$out/scale" "$@" 2>"$out/errors.log"
}

cases=("3 float32 gradient-share" "3 float64 gradient-share" "3 float32 ntk-trace" "16 float32 gradient-share"
  "3 float32 learning-rate-annealing")
build
echo "network,ranks,conditions,precision,rule,bytes,allreduces,update_us,bare_us" >"$out/scale.csv"
{
  printf '%-10s %6s %11s %9s %-22s %7s %11s %11s %9s %6s\n' network ranks conditions precision rule bytes allreduces \
    'update, us' 'bare, us' ratio
  for kind in fat-tree dragonfly; do
    for ranks in $sizes; do
      platform "$kind" "$ranks" >"$out/$kind.$ranks.xml"
      seq -f 'node-%.0f' 0 $((ranks - 1)) >"$out/hosts.$ranks"
      for case in "${cases[@]}"; do
        # shellcheck disable=SC2086
        if ! line=$(simulate "$kind" "$ranks" $case); then
          echo "$kind, $ranks ranks, $case: failed" >&2
          cat "$out/errors.log" >&2
          exit 1
        fi
        read -r n conditions precision rule bytes calls update bare <<<"$line"
        ratio=$(awk "BEGIN { printf \"%.3f\", $update / $bare }")
        printf '%-10s %6d %11d %9s %-22s %7d %11d %11.1f %9.1f %6s\n' "$kind" "$n" "$conditions" "$precision" \
          "$rule" "$bytes" "$calls" "$update" "$bare" "$ratio"
        echo "$kind,$n,$conditions,$precision,$rule,$bytes,$calls,$update,$bare" >>"$out/scale.csv"
      done
    done
  done
} | tee "$out/scale.txt"

write_page() {
  local simgrid
  simgrid=$(smpirun --version 2>&1 | grep -oE 'SimGrid[^0-9]*[0-9.]+' | head -n 1)
  cat <<TEXT
# The update at 64 to 1024 ranks

Made by \`$command\` on $(date -u +%Y-%m-%d) with $simgrid; do not edit.
\`ntkw_weighting_update\` beside one bare \`MPI_Allreduce\` of as many bytes. All times are simulated: the network
alone, as computation is switched off, so they say how many messages are sent and how long they travel, not what the
arithmetic takes. Fat tree: 32 ranks a leaf switch, 16 spines. Both networks: links of 12.5 GB/s and 500 ns, one rank a
host, every \`MPI_Allreduce\` by recursive doubling. Bytes and calls are those of one update; medians of 5, the slowest
rank counts.

| network | ranks | conditions | precision | rule | bytes | allreduces | update, us | bare, us | ratio |
| --- | ---: | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |
TEXT
  sed -E '1d; s/ +/ | /g; s/^/| /; s/$/ |/' "$out/scale.txt"
}
if [ -n "$page" ]; then
  write_page >"$page"
  echo "written: $page"
fi
