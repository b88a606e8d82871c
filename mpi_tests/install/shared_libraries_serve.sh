#!/usr/bin/env bash
# shared_libraries_serve.sh SOURCE CMAKE MPIEXEC MPICC CXX [ARGUMENT OF CMAKE...]: build shared libraries, without
# optimisation, and do with them all that install_serves_examples.sh does.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
source=$1 cmake=$2 mpiexec=$3 mpicc=$4 cxx=$5
shift 5
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$cmake" -S "$source" -B "$folder/build" -DBUILD_SHARED_LIBS=ON -DNTKW_TESTS=OFF -DCMAKE_BUILD_TYPE=Debug "$@" >"$folder/log" 2>&1 &&
  "$cmake" --build "$folder/build" -j 2 >"$folder/log" 2>&1 || { tail -n 30 "$folder/log" >&2; exit 1; }
bash "$here/install_serves_examples.sh" "$cmake" "$folder/build" "$source/examples" "$mpiexec" "$mpicc" "$cxx"
