# HDF5 must be built on the MPI that is used: two MPIs in one program link without a word and fail when it runs.

# The names that the dynamic section of a shared library gives under a tag, NEEDED or SONAME; empty if it cannot be read.
function(ntkw_dynamic_names library tag out)
  set(names "")
  if(CMAKE_READELF AND EXISTS "${library}")
    execute_process(COMMAND ${CMAKE_READELF} -d ${library} OUTPUT_VARIABLE dynamic ERROR_QUIET)
    string(REGEX MATCHALL "\\(${tag}\\)[^\n]*" lines "${dynamic}")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE ".*\\[(.*)\\].*" "\\1" name "${line}")
      list(APPEND names "${name}")
    endforeach()
  endif()
  set(${out} "${names}" PARENT_SCOPE)
endfunction()

function(ntkw_check_one_mpi)
  set(ours "")
  foreach(library IN LISTS MPI_C_LIBRARIES)
    ntkw_dynamic_names("${library}" SONAME name)
    list(APPEND ours ${name})
  endforeach()
  ntkw_flatten_libraries(libraries ${HDF5_C_LIBRARIES})
  foreach(library IN LISTS libraries)
    ntkw_dynamic_names("${library}" NEEDED needed)
    list(FILTER needed INCLUDE REGEX "^libmpi(ch|_abi)?[.]so")
    foreach(name IN LISTS needed)
      if(ours AND NOT name IN_LIST ours)
        message(FATAL_ERROR "ntkw cannot be built: HDF5 and MPI do not belong together.\n"
          "  MPI:  ${MPI_C_LIBRARIES}\n"
          "  HDF5: ${library}, which needs ${name}\n"
          "-DMPI_C_COMPILER and -DHDF5_C_COMPILER_EXECUTABLE choose a pair, such as mpicc.mpich and h5pcc.mpich "
          "(cmake --preset mpich), or mpicc.openmpi and h5pcc.openmpi.")
      endif()
    endforeach()
  endforeach()
endfunction()
if(MPI_C_FOUND AND HDF5_FOUND)
  ntkw_check_one_mpi()
endif()
