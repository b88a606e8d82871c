# Toolchain for 64-bit ARM: Debian's cross compiler, and a folder with Debian's arm64 libraries, NTKW_SYSROOT in the
# environment, beside which jobs/arm.sh lays the wrappers mpicc and h5pcc.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_SYSROOT $ENV{NTKW_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# The alternatives that make these libraries visible are links made by dpkg, which did not run there.
set(blas ${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu/openblas-pthread)
set(CMAKE_LIBRARY_PATH /usr/lib/aarch64-linux-gnu/openblas-pthread)
set(MPI_C_COMPILER $ENV{NTKW_SYSROOT}.tools/mpicc)
set(HDF5_C_COMPILER_EXECUTABLE $ENV{NTKW_SYSROOT}.tools/h5pcc)
