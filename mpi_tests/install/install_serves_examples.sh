#!/usr/bin/env bash
# install_serves_examples.sh CMAKE BUILD EXAMPLES MPIEXEC MPICC: install a build, then build and run the minimal example
# against the installation, once with the CMake package and once with pkg-config.
set -eu
cmake=$1 build=$2 examples=$3 mpiexec=$4 mpicc=$5
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
expected="weights: residual 0.583333, boundary 0.666667, initial 0.75"

check() { # check NAME PROGRAM
  local printed
  printed=$("$mpiexec" -n 3 "$2")
  if [ "$printed" != "$expected" ]; then
    echo "$1: printed '$printed', expected '$expected'" >&2
    exit 1
  fi
}

"$cmake" --install "$build" --prefix "$prefix/usr" >/dev/null
"$cmake" -S "$examples" -B "$prefix/cmake" -DCMAKE_PREFIX_PATH="$prefix/usr" >"$prefix/log" || { cat "$prefix/log"; exit 1; }
"$cmake" --build "$prefix/cmake" >"$prefix/log" || { cat "$prefix/log"; exit 1; }
check "CMake package" "$prefix/cmake/minimal"

PKG_CONFIG_PATH=$(dirname "$(find "$prefix/usr" -name ntkw.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
"$mpicc" -std=c11 "$examples/minimal.c" $(pkg-config --cflags --libs ntkw) -lm -o "$prefix/minimal"
check "pkg-config" "$prefix/minimal"

sed -n '/^```c$/,/^```$/{/^```/d;p}' "$examples/../README.md" >"$prefix/readme.c"
# shellcheck disable=SC2046
"$mpicc" -std=c11 "$prefix/readme.c" $(pkg-config --cflags --libs ntkw) -o "$prefix/readme"
expected=$(printf '0.714286 0.785714\n%.0s' 1 2 3)
check "the program of the README" "$prefix/readme"

for file in bin/ntkw include/ntkw/ntkw.h; do
  [ -e "$prefix/usr/$file" ] || { echo "not installed: $file" >&2; exit 1; }
done
"$prefix/usr/bin/ntkw" --version >/dev/null
