# C11 with IEEE arithmetic as written: no contraction to FMA, no fast-math. Every target links ntkw_compiler.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

add_library(ntkw_compiler INTERFACE)
target_compile_definitions(ntkw_compiler INTERFACE _GNU_SOURCE)
target_compile_options(ntkw_compiler INTERFACE
  -ffp-contract=off -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes)
# MPICH's MPI_STATUSES_IGNORE is the address 1, which GCC otherwise takes for an array of no bytes.
include(CheckCCompilerFlag)
check_c_compiler_flag(--param=min-pagesize=0 NTKW_LOW_ADDRESSES)
if(NTKW_LOW_ADDRESSES AND CMAKE_C_COMPILER_ID STREQUAL "GNU") # clang takes it, and warns
  target_compile_options(ntkw_compiler INTERFACE --param=min-pagesize=0)
endif()
if(NTKW_STRICT)
  target_compile_options(ntkw_compiler INTERFACE -Werror)
endif()
if(NTKW_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_compile_options(ntkw_compiler INTERFACE ${sanitizers})
  target_link_options(ntkw_compiler INTERFACE ${sanitizers} -rdynamic)
endif()
if(NTKW_FUZZ)
  target_compile_options(ntkw_compiler INTERFACE -fsanitize=fuzzer-no-link)
endif()
