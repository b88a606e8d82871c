# What cmake --install lays down: library, headers, CMake package, pkg-config file, the ntkw program, problem files.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ntkw)

install(TARGETS ntkw EXPORT ntkwTargets)
install(DIRECTORY include/ntkw TYPE INCLUDE)
install(EXPORT ntkwTargets NAMESPACE ntkw:: DESTINATION ${package_dir})
# Their full paths, for the package to name: they may have been chosen by name alone.
find_program(ntkw_mpi_compiler NAMES "${MPI_C_COMPILER}" NO_CACHE)
find_program(ntkw_hdf5_compiler NAMES "${HDF5_C_COMPILER_EXECUTABLE}" NO_CACHE)
configure_package_config_file(cmake/ntkwConfig.cmake.in ntkwConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(ntkwConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ntkwConfig.cmake ${PROJECT_BINARY_DIR}/ntkwConfigVersion.cmake
  DESTINATION ${package_dir})

# The prefix may still be chosen at cmake --install, so the pkg-config file finds it from where it lies itself.
file(RELATIVE_PATH NTKW_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)

# A static library's users must link what it links.
ntkw_link_words(ntkw_hdf5_libraries ${HDF5_C_LIBRARIES})
if(BUILD_SHARED_LIBS)
  set(NTKW_PC_LIBS_PRIVATE "${ntkw_hdf5_libraries} ${CMAKE_THREAD_LIBS_INIT} -lm")
else()
  set(NTKW_PC_LIBS "${ntkw_hdf5_libraries} ${CMAKE_THREAD_LIBS_INIT} -lm")
endif()
configure_file(cmake/ntkw.pc.in ntkw.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ntkw.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(NTKW_TRAINER)
  install(TARGETS ntkw_cli)
endif()
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
