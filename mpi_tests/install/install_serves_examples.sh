#!/usr/bin/env bash
# install_serves_examples.sh CMAKE BUILD EXAMPLES MPIEXEC MPICC CXX: install a build, compare its libraries' names with the
# headers, build all C examples with the CMake package, the minimal one with pkg-config, a program with the trainer, and a C++
# program. Each example must print what its opening comment says, on 2, 3 and 4 ranks.
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
for file in bin/ntkw include/ntkw/ntkw.h; do
  [ -e "$prefix/usr/$file" ] || { echo "not installed: $file" >&2; exit 1; }
done
"$prefix/usr/bin/ntkw" --version >/dev/null

# What the headers declare, and what the libraries have for others to link.
functions() { grep -hE '^NTKW_API ' "$@" | grep -oE '\bntkw_[a-z0-9_]+\(' | tr -d '('; }
library_dir=$(dirname "$(find "$prefix/usr" -name 'libntkw.*' | head -n 1)")
headers=$(find "$prefix/usr/include/ntkw" -name '*.h' ! -name train.h)
trainer_header=$(find "$prefix/usr/include/ntkw" -name train.h)
same_names() { # same_names LIBRARY NAME...
  local found
  found=$(nm $dynamic --extern-only --defined-only "$library_dir/$1" | awk 'NF == 3 { print $3 }' | sort -u)
  diff <(printf '%s\n' "${@:2}" | grep . | sort -u) <(printf '%s\n' "$found" | grep .) >"$prefix/log" ||
    { echo "$1 and the headers differ (<: headers only, >: library only):" >&2; cat "$prefix/log" >&2; exit 1; }
}
dynamic=
if [ -e "$library_dir/libntkw.so" ]; then
  dynamic=--dynamic
  # shellcheck disable=SC2046,SC2086
  same_names libntkw.so $(functions $headers) ntkw_private_set_last_error # src/base/last_error.h
  # shellcheck disable=SC2046,SC2086
  same_names libntkw_pinn.so $([ -z "$trainer_header" ] || functions $trainer_header)
  if nm "$library_dir/libntkw_pinn.so" | grep -w last_error; then
    echo "libntkw_pinn.so has a last error of its own" >&2
    exit 1
  fi
  export LD_LIBRARY_PATH=$library_dir
else # an archive has no hidden names: those of libntkw.a begin with ntkw_i_, those of libntkw_pinn.a are local
  # shellcheck disable=SC2046,SC2086
  same_names libntkw_pinn.a $([ -z "$trainer_header" ] || functions $trainer_header)
fi
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

# The trainer, linked in both ways; the linker must keep it.
printf '%s\n' '#include <ntkw/ntkw.h>' 'int main(void) { return ntkw_version() == NULL; }' >"$prefix/trainer.c"
printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(trainer LANGUAGES C)' 'find_package(ntkw REQUIRED COMPONENTS pinn)' \
  'add_executable(trainer trainer.c)' 'target_link_libraries(trainer PRIVATE -Wl,--no-as-needed ntkw::pinn)' >"$prefix/CMakeLists.txt"
"$cmake" -S "$prefix" -B "$prefix/trainer" -DCMAKE_PREFIX_PATH="$prefix/usr" >"$prefix/log" || { cat "$prefix/log"; exit 1; }
"$cmake" --build "$prefix/trainer" >"$prefix/log" || { cat "$prefix/log"; exit 1; }
# shellcheck disable=SC2046
"$mpicc" -std=c11 "$prefix/trainer.c" -Wl,--no-as-needed $(pkg-config --cflags --libs ntkw_pinn) -o "$prefix/trainer-pc"
for program in "$prefix/trainer/trainer" "$prefix/trainer-pc"; do
  "$program" || { echo "$program does not run" >&2; exit 1; }
  copies=$(ldd "$program" | awk '/libntkw/ { sub(/[.]so.*/, "", $1); print $1 }' | sort | tr '\n' ' ')
  [ "$copies" = "${dynamic:+libntkw libntkw_pinn }" ] || { echo "$program is linked with '$copies'" >&2; exit 1; }
done

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
