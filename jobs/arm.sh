#!/usr/bin/env bash
# The same bits on another kind of CPU: cross-build ntkw for 64-bit ARM, and run its self-test under qemu on 1 and 2
# ranks. Usage: jobs/arm.sh
# Installs Debian's cross compiler and emulator if they are missing. Unpacks Debian's arm64 libraries into
# build/arm64/sysroot (570 MB), which later runs use again. Needs Debian, root and Open MPI.
set -eu
CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

jobs/setup.sh arm
. jobs/environment.sh
folder=$PWD/build/arm64
export NTKW_SYSROOT=$folder/sysroot
triplet=aarch64-linux-gnu
libraries=libc6-dev,libgcc-12-dev,libopenmpi-dev,libhdf5-openmpi-dev,libsleef-dev,liblua5.4-dev,librandom123-dev
libraries+=,libopenblas-dev

# Make the sysroot under another name and rename it, so that it is complete if it exists.
make_sysroot() {
  [ -e "$NTKW_SYSROOT" ] && return
  local mirror
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -n 1)
  rm -rf "$NTKW_SYSROOT.new"
  mmdebstrap --quiet --mode=root --variant=extract --architectures=arm64 --include=$libraries bookworm \
    "$NTKW_SYSROOT.new" "${mirror:?arm: apt names no source of packages here}"
  mv "$NTKW_SYSROOT.new" "$NTKW_SYSROOT"
}

# Write the compiler wrappers of MPI and HDF5 that CMake calls.
make_wrappers() {
  local tools=$NTKW_SYSROOT.tools mpi=$NTKW_SYSROOT/usr/lib/$triplet/openmpi
  mkdir -p "$tools"
  cat >"$tools/mpicc" <<WRAPPER
#!/bin/sh
compile="-I$mpi/include -I$mpi/include/openmpi" link="-L$mpi/lib -lmpi"
case \${1:-} in
-showme:compile) echo "\$compile" ;;
-showme:link) echo "\$link" ;;
-showme:incdirs) echo "$mpi/include $mpi/include/openmpi" ;;
-showme:libdirs) echo "$mpi/lib" ;;
-showme:libs) echo mpi ;;
-showme | -show) echo "$triplet-gcc \$compile \$link" ;;
*) exec $triplet-gcc --sysroot="$NTKW_SYSROOT" "\$@" \$compile \$link ;;
esac
WRAPPER
  sed -e "s|\"/usr|\"$NTKW_SYSROOT/usr|; s|=/usr|=$NTKW_SYSROOT/usr|" \
    -e "s|-I/usr|-I$NTKW_SYSROOT/usr|g; s|-L/usr|-L$NTKW_SYSROOT/usr|g" \
    -e "s|mpicc.openmpi|$tools/mpicc|g" "$NTKW_SYSROOT/usr/bin/h5pcc.openmpi" >"$tools/h5pcc"
  chmod +x "$tools/mpicc" "$tools/h5pcc"
}

build() {
  export PKG_CONFIG_SYSROOT_DIR=$NTKW_SYSROOT
  export PKG_CONFIG_LIBDIR=$NTKW_SYSROOT/usr/lib/$triplet/pkgconfig:$NTKW_SYSROOT/usr/share/pkgconfig
  cmake -S . -B "$folder/build" -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/aarch64.cmake" -DCMAKE_BUILD_TYPE=Release \
    -DNTKW_STRICT=ON -DNTKW_TESTS=OFF
  cmake --build "$folder/build" -j "$(getconf _NPROCESSORS_ONLN)" --target ntkw_cli
}

mkdir -p "$folder"
make_sysroot
make_wrappers
build >"$folder/build.log" 2>&1 || { tail -n 40 "$folder/build.log" >&2; exit 1; }

ntkw=$folder/build/src/cli/ntkw failed=0
export OMPI_MCA_btl_vader_single_copy_mechanism=none # qemu has no process_vm_readv
for ranks in 1 2; do
  timeout 600 mpirun -n $ranks qemu-aarch64-static -L "$NTKW_SYSROOT" "$ntkw" selftest || failed=$((failed + 1))
done
echo "ARM: $((2 - failed)) passed, $failed failed"
[ $failed = 0 ]
