# Parallel HDF5: CMake's package or what h5pcc tells. A compiler of HDF5 that was chosen must not be overruled by a package
# that is found by name; and FindHDF5 takes such a compiler only where the library is called libhdf5. Where it is called
# libhdf5_openmpi, its package has the same name.
set(HDF5_PREFER_PARALLEL ON)
if(HDF5_C_COMPILER_EXECUTABLE AND NOT HDF5_DIR)
  execute_process(COMMAND ${HDF5_C_COMPILER_EXECUTABLE} -show OUTPUT_VARIABLE shown ERROR_QUIET)
  if(shown MATCHES "-l(hdf5_[a-z]+)[ \n]")
    find_path(HDF5_DIR NAMES hdf5-config.cmake PATH_SUFFIXES
      lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake/${CMAKE_MATCH_1} lib/cmake/${CMAKE_MATCH_1} lib64/cmake/${CMAKE_MATCH_1})
  else()
    set(HDF5_NO_FIND_PACKAGE_CONFIG_FILE ON)
  endif()
endif()
find_package(HDF5 QUIET COMPONENTS C)
