# What cmake --install lays down: library, headers, CMake package, pkg-config file, and the ntkw program.
include(CMakePackageConfigHelpers)
install(TARGETS ntkw EXPORT ntkwTargets)
install(DIRECTORY include/ntkw TYPE INCLUDE)
if(NTKW_TRAINER)
  install(TARGETS ntkw_cli)
endif()
