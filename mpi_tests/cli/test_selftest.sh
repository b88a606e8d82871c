#!/usr/bin/env bash
# ntkw selftest finds the reference bits, with any kernels, ranks, threads; one wrong bit of one function is found and placed,
# problems that do not use it are not blamed; no file is needed or left behind. HELPER is the wrong function, to preload.
. "$(dirname "$0")/checks.sh"
cd "$scratch" && mkdir -p empty && cd empty || exit 1

run 3 selftest
expect_code 0
expect_output "3 ranks" "kernels" "same bits  wave, float32, weights ntk-trace every step" "all 18 problems give the reference bits" \
  "same bits  wave, float32, weights ntk-trace every step, lane_rows 64"
run 2 selftest --threads 3
expect_code 0
expect_output "2 ranks, 3 threads each" "all 18 problems give the reference bits"
# The first number imitates computers of so many ranks. MPICH spins, so that many ranks on few cores take minutes.
pairs="1:2 2:3"
if "$MPIEXEC" --version | grep -q "Open MPI\|OpenRTE\|Open-MPI"; then pairs+=" 2:5 3:8"; fi
for pair in $pairs; do
  NTKW_SHARED_RANKS=${pair%:*} run ${pair#*:} selftest
  expect_code 0
  expect_output "${pair#*:} ranks" "all 18 problems give the reference bits"
done
NTKW_SHARED_RANKS=many run 2 selftest
expect_code 2
expect_sentence 'NTKW_SHARED_RANKS is "many", expected a number of ranks from 1'
for kernels in portable avx2 avx512; do
  flag=${kernels/512/512vl} # as the kernel calls what the CPU has
  [ $kernels = portable ] || grep -qw "$flag" /proc/cpuinfo || continue
  export NTKW_KERNELS=$kernels
  run 2 selftest
  expect_code 0
  expect_output "kernels $kernels" "all 18 problems give the reference bits"
done
unset NTKW_KERNELS
NTKW_SUM_KERNELS=portable run 2 --version
expect_code 0
expect_sentence "warning: the environment variable NTKW_SUM_KERNELS is deprecated, set NTKW_KERNELS instead"

export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
export LD_PRELOAD=$HELPER
run 2 selftest
unset LD_PRELOAD
expect_code 1
expect_output "DIFFERENT  wave, float64, weights ntk-trace every 2 steps" "DIFFERENT  pair, float32" \
  "same bits  helmholtz, float32, weights none" "first at step 1 of 5, in layer0.weights: its digest is" \
  "8 of 18 problems differ from the reference bits"

checks=$((checks + 1))
what="files of ntkw selftest"
[ -z "$(ls -A .)" ] || complain "it left files behind: $(ls -A .)"

run 1 selftest --print
expect_code 0
expect_output "REFERENCE_ARITHMETIC_VERSION" "/* wave, float32, weights ntk-trace every step */" "/* step 4 */"
refused 2 2 selftest --prnt --- "there is no option --prnt" "did you mean --print?"
refused 2 2 selftest --threads 257 --- '--threads is "257"'
refused 2 1 selftest file --- "file"
finish
