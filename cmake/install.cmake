# What cmake --install lays down: libraries, headers, CMake package, pkg-config files, the ntkw program, problem files.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ntkw)

install(TARGETS ntkw EXPORT ntkwTargets)
install(DIRECTORY include/ntkw TYPE INCLUDE)
install(EXPORT ntkwTargets NAMESPACE ntkw:: DESTINATION ${package_dir})
if(NTKW_TRAINER) # a component of its own: programs without it need not find Lua, SLEEF and LAPACK
  install(TARGETS ntkw_pinn EXPORT ntkwPinnTargets)
  install(EXPORT ntkwPinnTargets NAMESPACE ntkw:: DESTINATION ${package_dir})
endif()
# Their full paths, for the package to name: they may have been chosen by name alone.
find_program(ntkw_mpi_compiler NAMES "${MPI_C_COMPILER}" NO_CACHE)
find_program(ntkw_hdf5_compiler NAMES "${HDF5_C_COMPILER_EXECUTABLE}" NO_CACHE)
set(ntkw_is_static ON)
if(BUILD_SHARED_LIBS)
  set(ntkw_is_static OFF)
endif()
configure_package_config_file(cmake/ntkwConfig.cmake.in ntkwConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(ntkwConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ntkwConfig.cmake ${PROJECT_BINARY_DIR}/ntkwConfigVersion.cmake
  DESTINATION ${package_dir})

# The prefix may still be chosen at cmake --install, so the pkg-config file finds it from where it lies itself.
file(RELATIVE_PATH NTKW_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)

# ntkw_install_pc(LIBRARY "pkg-config modules" "linker words"): users of a static library must link what it links, users of a
# shared one need not.
function(ntkw_install_pc library modules words)
  set(private "")
  if(BUILD_SHARED_LIBS)
    set(private _PRIVATE)
  endif()
  set(NTKW_PC_MODULES${private} "${modules}")
  set(NTKW_PC_LIBS${private} "${words} ${CMAKE_THREAD_LIBS_INIT} -lm")
  configure_file(cmake/${library}.pc.in ${library}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${library}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
ntkw_link_words(words ${HDF5_C_LIBRARIES})
ntkw_install_pc(ntkw "" "${words}")
if(NTKW_TRAINER)
  ntkw_link_words(words ${XSMM_LIBRARY} LAPACK::LAPACK)
  ntkw_install_pc(ntkw_pinn "lua5.4 sleef" "${words}")
endif()

if(NTKW_TRAINER)
  install(TARGETS ntkw_cli)
endif()
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
