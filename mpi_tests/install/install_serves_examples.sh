#!/usr/bin/env bash
# install_serves_examples.sh CMAKE BUILD EXAMPLES MPIEXEC MPICC CXX: install a build, then build all C examples with the
# CMake package, and the minimal one with pkg-config; and a C++ program. Each example must print what its opening comment
# says, on 2, 3 and 4 ranks.
set -eu
cmake=$1 build=$2 examples=$3 mpiexec=$4 mpicc=$5 cxx=$6
here=$(dirname -- "$(readlink -f -- "$0")")
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

check() { # check WHAT NAME PROGRAM RANKS
  local printed expected
  expected=$(sed -n '/^ \*     mpirun/,/^ \*\//p' "$examples/$2.c" | sed -n 's/^ \*     //p' | sed 1d)
  [ -n "$expected" ] || { echo "$2.c does not say what it prints" >&2; exit 1; }
  printed=$("$mpiexec" -n "$4" "$3") || { echo "$1: $2 failed on $4 ranks: $printed" >&2; exit 1; }
  if [ "$printed" != "$expected" ]; then
    echo "$1: $2 printed '$printed' on $4 ranks, expected '$expected'" >&2
    exit 1
  fi
}

"$cmake" --install "$build" --prefix "$prefix/usr" >/dev/null
"$cmake" -S "$examples" -B "$prefix/cmake" -DCMAKE_PREFIX_PATH="$prefix/usr" >"$prefix/log" || { cat "$prefix/log"; exit 1; }
"$cmake" --build "$prefix/cmake" >"$prefix/log" || { cat "$prefix/log"; exit 1; }
found=0
for source in "$examples"/*.c; do
  name=$(basename "$source" .c)
  if grep -q '<ntkw/train.h>' "$source" && [ -z "$(find "$prefix/usr" -name 'libntkw_pinn.*')" ]; then
    continue # there is no trainer library
  fi
  [ -x "$prefix/cmake/$name" ] || { echo "examples/CMakeLists.txt does not build $name" >&2; exit 1; }
  for ranks in 2 3 4; do check "CMake package" "$name" "$prefix/cmake/$name" $ranks; done
  found=$((found + 1))
done
[ $found -ge 4 ] || { echo "only $found examples were found" >&2; exit 1; }

PKG_CONFIG_PATH=$(dirname "$(find "$prefix/usr" -name ntkw.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
"$mpicc" -std=c11 "$examples/minimal.c" $(pkg-config --cflags --libs ntkw) -lm -o "$prefix/minimal"
check "pkg-config" minimal "$prefix/minimal" 3

# From C++: each header by itself, and a program linked with the library.
mpi_flags=$("$mpicc" -showme:compile 2>/dev/null || "$mpicc" -compile_info | cut -d' ' -f2-) # Open MPI; MPICH
flags="-std=c++17 -Wall -Wextra -Werror -DOMPI_SKIP_MPICXX -DMPICH_SKIP_MPICXX $mpi_flags"
for header in "$prefix"/usr/include/ntkw/*.h; do
  echo "#include <ntkw/$(basename "$header")>" >"$prefix/header.cpp"
  # shellcheck disable=SC2046,SC2086
  "$cxx" $flags -Wshadow -Wconversion -Wpedantic $(pkg-config --cflags ntkw) -fsyntax-only "$prefix/header.cpp"
done
# shellcheck disable=SC2046,SC2086
"$cxx" $flags $(pkg-config --cflags ntkw) -c "$here/use.cpp" -o "$prefix/use.o"
# shellcheck disable=SC2046
"$mpicc" "$prefix/use.o" $(pkg-config --libs ntkw) -lm -lstdc++ -o "$prefix/use"
[ "$("$mpiexec" -n 2 "$prefix/use")" = "weights 0.625 0.875" ] || { echo "the C++ program failed" >&2; exit 1; }

sed -n '/^```c$/,/^```$/{/^```/d;p}' "$examples/../README.md" >"$prefix/readme.c"
# shellcheck disable=SC2046
"$mpicc" -std=c11 "$prefix/readme.c" $(pkg-config --cflags --libs ntkw) -o "$prefix/readme"
[ "$("$mpiexec" -n 3 "$prefix/readme")" = "$(printf '0.714286 0.785714\n%.0s' 1 2 3)" ] ||
  { echo "the program of README.md did not print what it says" >&2; exit 1; }

for file in bin/ntkw include/ntkw/ntkw.h; do
  [ -e "$prefix/usr/$file" ] || { echo "not installed: $file" >&2; exit 1; }
done
"$prefix/usr/bin/ntkw" --version >/dev/null
