# How tests are run: under mpirun, as root or not, with more ranks than cores, one thread a rank, with a timeout.
# The settings by version of Open MPI are those of jobs/environment.sh, whatever the shell of this configuration has chosen.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/jobs/environment.sh)
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env MPIEXEC=${MPIEXEC_EXECUTABLE}
    bash -c "unset \${!OMPI_@} \${!PRTE_@} \${!OMP_@} \${!OPENBLAS_@} && . \"$0\" && echo openmpi=$openmpi &&
      env | grep -E '^(OMPI|PRTE|OMP|OPENBLAS)_'" ${PROJECT_SOURCE_DIR}/jobs/environment.sh
  OUTPUT_VARIABLE settings COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[A-Z]+_[^\n]*" NTKW_TEST_ENVIRONMENT "${settings}")
if(settings MATCHES "openmpi=[1-4]\n")
  list(APPEND NTKW_TEST_ENVIRONMENT OMPI_MCA_oob_tcp_if_include=lo OMPI_MCA_btl_vader_single_copy_mechanism=none
    OMPI_MCA_odls_base_sigkill_timeout=5)
endif()
list(APPEND NTKW_TEST_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_smsc=^cma
  "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/mpi_tests/harness/leaks_of_mpi.txt:print_suppressions=0"
  ASAN_OPTIONS=fast_unwind_on_malloc=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1)

# Time-outs are for a usual machine; on a slower one they are so many times longer, here and in scripts.
if(NOT NTKW_TIMEOUT_FACTOR)
  set(factor 1)
  if(NOT CMAKE_CROSSCOMPILING)
    try_run(ran compiled ${PROJECT_BINARY_DIR}/machine_speed ${PROJECT_SOURCE_DIR}/mpi_tests/harness/machine_speed.c
      COMPILE_DEFINITIONS -O2 -D_GNU_SOURCE LINK_LIBRARIES m RUN_OUTPUT_VARIABLE factor)
  endif()
  string(STRIP "${factor}" factor)
  if(NOT factor MATCHES "^[0-9]+$")
    set(factor 1)
  endif()
  set(NTKW_TIMEOUT_FACTOR ${factor} CACHE STRING "Time-outs of tests are multiplied by this whole number")
endif()
list(APPEND NTKW_TEST_ENVIRONMENT NTKW_TIMEOUT_FACTOR=${NTKW_TIMEOUT_FACTOR})

# ntkw_test(NAME noun_claim LABEL area RANKS 1 2 3 SOURCES file.c... [LIBRARIES target...] [ARGUMENTS word...]
#           [TIMEOUT seconds] [SLOW])
# One program, one test per number of ranks: noun_claim.np3. SLOW ones run only under jobs/test.sh --all.
function(ntkw_test)
  cmake_parse_arguments(T "SLOW" "NAME;LABEL;TIMEOUT" "RANKS;SOURCES;LIBRARIES;ARGUMENTS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  add_executable(test_${T_NAME} ${T_SOURCES})
  target_include_directories(test_${T_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_definitions(test_${T_NAME} PRIVATE
    NTKW_TEST_DATA="${PROJECT_SOURCE_DIR}/mpi_tests/data" NTKW_EXAMPLES="${PROJECT_SOURCE_DIR}/examples")
  target_link_libraries(test_${T_NAME} PRIVATE ntkw_harness ntkw_compiler ${T_LIBRARIES} m)
  foreach(ranks ${T_RANKS})
    add_test(NAME ${T_NAME}.np${ranks}
      COMMAND ${MPIEXEC_EXECUTABLE} -n ${ranks} $<TARGET_FILE:test_${T_NAME}> ${T_ARGUMENTS})
    ntkw_test_properties(${T_NAME}.np${ranks} LABEL ${T_LABEL} TIMEOUT ${T_TIMEOUT} RANKS ${ranks} SLOW ${T_SLOW})
  endforeach()
endfunction()

function(ntkw_test_properties name)
  cmake_parse_arguments(P "" "LABEL;TIMEOUT;RANKS;SLOW" "" ${ARGN})
  set(labels ${P_LABEL})
  if(P_SLOW)
    list(APPEND labels slow)
  endif()
  math(EXPR timeout "${P_TIMEOUT} * ${NTKW_TIMEOUT_FACTOR}")
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${timeout} PROCESSORS ${P_RANKS}
    ENVIRONMENT "${NTKW_TEST_ENVIRONMENT}")
endfunction()
