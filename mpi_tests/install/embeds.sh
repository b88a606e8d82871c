#!/usr/bin/env bash
# embeds.sh CMAKE SOURCE MPIEXEC [ARGUMENT OF CMAKE...]: another project takes ntkw in by add_subdirectory, static and shared: it
# builds the library alone, installs nothing of it, and keeps its own build type; a program prints what the README says.
set -eu
cmake=$1 source=$2 mpiexec=$3
shift 3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
complain() { echo "$*" >&2; tail -n 30 "$folder/log" >&2; exit 1; }

sed -n '/^```c$/,/^```$/{/^```/d;p}' "$source/README.md" >"$folder/weigh.c"
cat >"$folder/version.c" <<'C'
#include <ntkw/ntkw.h>
#include <stdio.h>
int main(void) {
  char headers[32];
  snprintf(headers, sizeof headers, "%d.%d.%d", NTKW_VERSION_MAJOR, NTKW_VERSION_MINOR, NTKW_VERSION_PATCH);
  printf("%s %s\n", headers, ntkw_version());
  return 0;
}
C
cat >"$folder/CMakeLists.txt" <<C
cmake_minimum_required(VERSION 3.25)
project(host LANGUAGES C)
add_subdirectory("$source" ntkw)
add_executable(weigh weigh.c)
target_link_libraries(weigh PRIVATE ntkw::ntkw)
add_executable(version version.c)
target_link_libraries(version PRIVATE ntkw::ntkw)
install(TARGETS weigh)
C
for shared in OFF ON; do
  build=$folder/build.$shared
  "$cmake" -S "$folder" -B "$build" -DBUILD_SHARED_LIBS=$shared "$@" >"$folder/log" 2>&1 || complain "cannot be configured"
  grep -q "^CMAKE_BUILD_TYPE:STRING=$" "$build/CMakeCache.txt" || complain "the build type of the host is changed"
  "$cmake" --build "$build" -j 2 >"$folder/log" 2>&1 || complain "cannot be built"
  [ ! -e "$build/ntkw/src/pinn" ] && [ ! -e "$build/ntkw/mpi_tests" ] || complain "more than the library is built"
  [ "$("$mpiexec" -n 3 "$build/weigh")" = "$(printf '0.714286 0.785714\n%.0s' 1 2 3)" ] || complain "another result"
  [ "$("$build/version" | tr ' ' '\n' | sort -u | wc -l)" = 1 ] || complain "headers and library are of two versions"
  "$cmake" --install "$build" --prefix "$build/prefix" >"$folder/log" 2>&1 || complain "cannot be installed"
  [ "$(find "$build/prefix" -type f | wc -l)" = 1 ] || complain "ntkw installs itself with its host"
done
