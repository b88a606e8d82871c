# The training loop and its parts.
foreach(test tree_gives_same_bits_for_any_cut cuts_are_balanced chunks_cover_points_once adam_follows_closed_form
    sampler_depends_on_position_alone line_search_meets_wolfe)
  ntkw_test(NAME ${test} LABEL pinn RANKS 1 SOURCES test_${test}.c LIBRARIES ntkw_pinn_parts)
endforeach()
foreach(test node_memory_is_shared sharding_equals_serial_tree training_same_bits_for_any_ranks
    training_checkpoint_continues_in_same_bits)
  ntkw_test(NAME ${test} LABEL pinn RANKS 1 2 3 4 5 8 SOURCES test_${test}.c LIBRARIES ntkw_pinn_parts)
endforeach()
ntkw_test(NAME lbfgs_finds_minima LABEL pinn RANKS 1 3 SOURCES test_lbfgs_finds_minima.c LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME gauss_newton_finds_minima LABEL pinn RANKS 1 3 5 SOURCES test_gauss_newton_finds_minima.c
  LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME docs_have_every_optimizer LABEL pinn RANKS 1 SOURCES test_docs_have_every_optimizer.c
  LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME state_round_trips LABEL pinn RANKS 1 2 3 5 SOURCES test_state_round_trips.c LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME objective_is_the_trainers_own LABEL pinn RANKS 1 2 3 5 SOURCES test_objective_is_the_trainers_own.c
  LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME least_squares_of_the_trainer LABEL pinn RANKS 1 2 3 5 SOURCES test_least_squares_of_the_trainer.c
  LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME training_gradient_matches_differences LABEL pinn RANKS 1 3
  SOURCES test_training_gradient_matches_differences.c LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME regions_keep_their_word LABEL pinn RANKS 1 SOURCES test_regions_keep_their_word.c
  LIBRARIES ntkw_pinn_parts)
foreach(test domain_without_disks domain_names_mistakes)
  ntkw_test(NAME ${test} LABEL pinn RANKS 1 3 SOURCES test_${test}.c LIBRARIES ntkw_pinn_parts)
endforeach()
ntkw_test(NAME evaluation_grid_stays_small LABEL pinn RANKS 1 3 SOURCES test_evaluation_grid_stays_small.c
  LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME training_names_what_diverges LABEL pinn RANKS 1 2 3 SOURCES test_training_names_what_diverges.c
  LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME resuming_tells_what_changed LABEL pinn RANKS 1 3 SOURCES test_resuming_tells_what_changed.c
  LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME default_rule_counts_no_points LABEL pinn RANKS 1 3 SOURCES test_default_rule_counts_no_points.c
  LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME error_leaves_gaps_out LABEL pinn RANKS 3 SOURCES test_error_leaves_gaps_out.c LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME blow_up_is_counted LABEL pinn RANKS 1 3 SOURCES test_blow_up_is_counted.c LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME training_in_free_order LABEL pinn RANKS 1 2 3 5
  SOURCES test_training_in_free_order.c LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME digests_show_any_bit LABEL pinn RANKS 1 3 8 SOURCES test_digests_show_any_bit.c LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME thread_pool_does_all_the_work LABEL pinn RANKS 1 3
  SOURCES test_thread_pool_does_all_the_work.c LIBRARIES ntkw_pinn_parts)

# The trainer with its allocations counted: a copy of the library that calls counted_memory.h instead of the allocator.
set(counted ${CMAKE_CURRENT_BINARY_DIR}/libntkw_pinn_counted.a)
set(renamed "")
foreach(function malloc calloc realloc aligned_alloc free)
  list(APPEND renamed --redefine-sym ${function}=counted_${function})
endforeach()
add_custom_command(OUTPUT ${counted} COMMAND ${CMAKE_OBJCOPY} ${renamed} $<TARGET_FILE:ntkw_pinn_parts> ${counted}
  DEPENDS ntkw_pinn_parts VERBATIM)
add_custom_target(ntkw_pinn_counted_copy DEPENDS ${counted})
add_library(ntkw_counted STATIC counted_memory.c)
target_link_libraries(ntkw_counted PRIVATE ntkw_compiler)
function(ntkw_counted_test) # the linker finds everything in the copy first; the library itself brings what it needs
  ntkw_test(${ARGN} LABEL pinn LIBRARIES ${counted} ntkw_counted ntkw_pinn_parts)
  cmake_parse_arguments(T "" "NAME" "" ${ARGN})
  add_dependencies(test_${T_NAME} ntkw_pinn_counted_copy)
endfunction()
ntkw_counted_test(NAME training_allocates_nothing_per_step RANKS 1 3 SOURCES test_training_allocates_nothing_per_step.c)
ntkw_counted_test(NAME training_costs_what_is_said RANKS 1 2 3 4 5 8
  SOURCES test_training_costs_what_is_said.c counted_messages.c)

# The same bits on any ranks with any kernels: the trajectory_same_bits_anywhere.KERNELS.npRANKS here, chosen so that
# every kernel and every number of ranks occurs; the full product of ranks, kernels and cases under the label slow.
add_executable(test_trajectory_same_bits_anywhere test_trajectory_same_bits_anywhere.c)
target_include_directories(test_trajectory_same_bits_anywhere PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(test_trajectory_same_bits_anywhere PRIVATE ntkw_harness ntkw_compiler ntkw_pinn_parts m)
function(ntkw_trajectory_test kernels ranks cases)
  set(name trajectory_same_bits_anywhere.${kernels}.np${ranks})
  set(slow NO)
  if(cases STREQUAL all)
    set(name trajectory_same_bits_anywhere.${kernels}.all.np${ranks})
    set(slow YES)
  endif()
  add_test(NAME ${name} COMMAND ${MPIEXEC_EXECUTABLE} -n ${ranks} $<TARGET_FILE:test_trajectory_same_bits_anywhere>
    ${kernels} ${cases})
  ntkw_test_properties(${name} LABEL pinn TIMEOUT 300 RANKS ${ranks} SLOW ${slow})
endfunction()
foreach(pair IN ITEMS avx512:1 mixed:2 avx2:3 mixed:4 portable:5 mixed:8)
  string(REPLACE ":" ";" pair ${pair})
  ntkw_trajectory_test(${pair} pairs)
endforeach()
foreach(kernels portable avx2 avx512 mixed)
  foreach(ranks 1 2 3 4 5 8)
    ntkw_trajectory_test(${kernels} ${ranks} all)
  endforeach()
endforeach()
