# How the libraries are built: what they export, their versions, and archives of the same objects for tests.

# Only names with NTKW_API are exported. Before 1.0 a new minor number may change functions, so the soname has it.
function(ntkw_library_properties library)
  set(soversion ${PROJECT_VERSION_MAJOR})
  if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  endif()
  set_target_properties(${library} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${soversion}
    POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
endfunction()

# ntkw_parts(LIBRARY [PUBLIC|PRIVATE what it links...]): an archive LIBRARY_parts of the same objects, for what calls
# functions that the library does not export: the ntkw program, tests, benchmarks. A program links either the archives or
# the libraries, as a process must have one last error.
function(ntkw_parts library)
  add_library(${library}_parts STATIC $<TARGET_OBJECTS:${library}>)
  set_target_properties(${library}_parts PROPERTIES LINKER_LANGUAGE C)
  target_include_directories(${library}_parts PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${library}_parts ${ARGN})
endfunction()

# An archive has no hidden names, and those of the trainer are such as multiply. So its objects are linked into one, in which
# they become local.
function(ntkw_hide_in_archive library)
  if(NOT CMAKE_OBJCOPY OR CMAKE_INTERPROCEDURAL_OPTIMIZATION)
    return()
  endif()
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${library}.o)
  add_custom_command(TARGET ${library} POST_BUILD
    COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -o ${object} $<TARGET_OBJECTS:${library}>
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${object}
    COMMAND ${CMAKE_COMMAND} -E rm $<TARGET_FILE:${library}>
    COMMAND ${CMAKE_AR} qcs $<TARGET_FILE:${library}> ${object}
    COMMAND_EXPAND_LISTS VERBATIM)
endfunction()
