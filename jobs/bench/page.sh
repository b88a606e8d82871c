# Sourced by run.sh: write the tables of this run and the machine that they were measured on into one page.
cpu() { lscpu | sed -n "s/^ *$1: *//p" | head -n 1; }
number() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt" | head -n 1; }

# about BENCHMARK: the words above its table.
about() {
  case $1 in
  sums)
    cat <<'TEXT'
## Exact sums of squares

The exact sum of ntkw (`ntkw_sum_add_squares`, then `ntkw_sum_value`) beside inexact sums of the same values,
one core. "bins" are reproducible sums in three bins after Demmel and Nguyen, written for this comparison.
"dot" is the BLAS named above the table. Aims relative to dot: from memory 0.8 (float32) and 0.6 (float64), in the
L2 cache 0.3 and 0.2, for exponents spread over the whole range 0.05.
TEXT
    ;;
  combine)
    cat <<'TEXT'
## Weighted sums of gradients

`ntkw_weighting_combine` of K gradients beside a loop compiled for this CPU, the BLAS, and moving the same bytes, one
core. The limit of what memory and caches allow is "move". combine works in double whatever the type, rounds once,
and has the same bits everywhere; the others do not.
TEXT
    ;;
  update)
    cat <<'TEXT'
## Update of the weights

`ntkw_weighting_update` (and the same by begin and end), gradients already added, beside a bare `MPI_Allreduce` of
the same bytes, and one of 8 bytes. Aim: at most 1.5 times the bare one of the same bytes. With more ranks than cores
the ranks wait for each other's turn, bare or not.
TEXT
    ;;
  checkpoint)
    cat <<'TEXT'
## Checkpoints

"synced" is `ntkw_checkpoint_publish` until everything is written and synced; "published" the whole of it, with what it
always does then: reading all back from the disk, comparing, sealing with a digest, renaming; "MPI-IO" the same
written over MPI-IO. "restart" is open and read_array, the digests of the file and of the array verified. H5Dwrite is
not synced and promises nothing. Aims from 100 MB on: synced 0.8 of raw, published 0.6 of raw, restart 1 GB/s per rank.
TEXT
    ;;
  esac
}

{
  cat <<TEXT
# Benchmarks

Made by \`$command\` on $(date -u +%Y-%m-%d); do not edit. Ratios are medians of ratios within a round, in which all
methods take turns.

| | |
| --- | --- |
TEXT
  cores=$(getconf _NPROCESSORS_ONLN)
  echo "| CPU | $(cpu 'Model name'), $cores cores, family $(cpu 'CPU family') model $(cpu Model) |"
  echo "| Caches | L1d $(cpu 'L1d cache'), L2 $(cpu 'L2 cache'), L3 $(cpu 'L3 cache') |"
  echo "| Vectors | $(cpu Flags | tr ' ' '\n' | grep -xE 'avx2|fma|avx512(f|dq|vl|ifma)|sve' | paste -sd ' ') |"
  echo "| Memory | $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo) |"
  echo "| File system of the checkpoints | $(df -T "$folder" | awk 'NR == 2 { print $2 }') |"
  echo "| System | $(uname -sr), $(. /etc/os-release 2>/dev/null && echo "${PRETTY_NAME:-}") |"
  echo "| Compiler | $("$(number CMAKE_C_COMPILER)" --version | head -n 1), $(number CMAKE_BUILD_TYPE) |"
  echo "| MPI | $("$mpirun" --version 2>/dev/null | head -n 1) |"
  if [ -f "$out/sums.txt" ]; then
    echo "| BLAS | $(sed -n 's/^BLAS: //p' "$out/sums.txt") |"
    echo "| Kernels of ntkw | $(sed -n 's/^ntkw: kernels //p' "$out/sums.txt") |"
  fi
  for name in "${benchmarks[@]}"; do
    echo
    about "$name"
    echo
    echo '```text'
    grep -vE '^(CPU|BLAS|ntkw): |^$' "$out/$name.txt"
    echo '```'
  done
} >"$page"
echo "written: $page"
