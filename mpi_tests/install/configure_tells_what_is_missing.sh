#!/usr/bin/env bash
# configure_tells_what_is_missing.sh CMAKE SOURCE [ARGUMENT OF CMAKE...]: without CUnit and MPFR a plain configuration goes
# without tests and says so; where tests were asked for it fails. LIBXSMM is not needed.
set -eu
cmake=$1 source=$2
shift 2
choice=("$@")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
complain() { echo "$*" >&2; tail -n 30 "$folder/log" >&2; exit 1; }
says() { grep -qF -- "$1" "$folder/log" || complain "the configuration does not say: $1"; }
configure() { "$cmake" -S "$source" -B "$folder/$1" "${choice[@]}" "${@:2}" >"$folder/log" 2>&1; }

# pkg-config without the two.
mkdir "$folder/packages"
IFS=: read -ra paths <<<"${PKG_CONFIG_PATH:-}:${PKG_CONFIG_LIBDIR:-$(pkg-config --variable pc_path pkg-config)}"
for path in "${paths[@]}"; do
  for file in "$path"/*.pc; do
    case $file in
    */cunit.pc | */mpfr.pc | */\*.pc) ;;
    *) cp -L "$file" "$folder/packages/" ;;
    esac
  done
done
export PKG_CONFIG_LIBDIR=$folder/packages PKG_CONFIG_PATH=

configure plain || complain "a plain configuration failed"
says "ntkw is built without its tests"
says "CUnit: package libcunit1-dev"
says "MPFR: package libmpfr-dev"
[ ! -e "$folder/plain/mpi_tests" ] || complain "there are tests without CUnit"
"$cmake" "$folder/plain" >"$folder/log" 2>&1 || complain "a second configuration failed"
says "ntkw is built without its tests"

configure asked -DNTKW_TESTS=ON && complain "tests that were asked for are left out"
says "ntkw cannot be built"
says "CUnit: package libcunit1-dev"
configure not -DNTKW_TESTS=OFF || complain "a configuration without tests failed"
if grep -q CUnit "$folder/log"; then complain "CUnit is missed where no tests are wanted"; fi

if [ "$(uname -m)" = x86_64 ]; then
  configure slower -DNTKW_TESTS=OFF -DXSMM_INCLUDE_DIR= || complain "a configuration without LIBXSMM failed"
  says "LIBXSMM is missing"
fi
grep -qE -- '-shared|\$<|::' "$folder/plain/ntkw.pc" && complain "ntkw.pc names targets of CMake: $(grep Libs "$folder/plain/ntkw.pc")"
for path in "$source" "$folder"; do
  if grep -qF "$path" "$folder/plain/ntkw.pc"; then complain "ntkw.pc names $path, which is of this build"; fi
done
exit 0
