# The trainer library, ntkw/train.h: as a program sees it, and beside ntkw train.
set(parts ntkw_pinn)
if(TARGET ntkw_pinn_parts) # what the harness is linked with
  set(parts ntkw_pinn_parts)
endif()
foreach(test evaluates refuses steps_and_resumes)
  ntkw_test(NAME train_api_${test} LABEL pinn RANKS 1 2 3 SOURCES test_train_api_${test}.c LIBRARIES ${parts})
endforeach()
add_executable(train_api_run train_api_run.c)
target_link_libraries(train_api_run PRIVATE ntkw_pinn_parts ntkw_compiler)
if(NTKW_SANITIZE)
  target_sources(train_api_run PRIVATE ${PROJECT_SOURCE_DIR}/mpi_tests/harness/plugins_stay_mapped.c)
endif()
add_test(NAME train_api_matches_cli COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/test_train_api_matches_cli.sh
  $<TARGET_FILE:ntkw_cli> ${MPIEXEC_EXECUTABLE} $<TARGET_FILE:train_api_run>)
ntkw_test_properties(train_api_matches_cli LABEL pinn TIMEOUT 300 RANKS 3 SLOW FALSE)

# The example of the trainer library, also where nothing is installed.
add_executable(train_problem ${PROJECT_SOURCE_DIR}/examples/train_problem.c)
target_compile_definitions(train_problem PRIVATE PROBLEM="${PROJECT_SOURCE_DIR}/examples/poisson1d.lua")
target_link_libraries(train_problem PRIVATE ntkw_pinn_parts ntkw_compiler m)
if(NTKW_SANITIZE)
  target_sources(train_problem PRIVATE ${PROJECT_SOURCE_DIR}/mpi_tests/harness/plugins_stay_mapped.c)
endif()
add_test(NAME train_api_example.np2 COMMAND ${MPIEXEC_EXECUTABLE} -n 2 $<TARGET_FILE:train_problem>)
ntkw_test_properties(train_api_example.np2 LABEL pinn TIMEOUT 120 RANKS 2 SLOW FALSE)
