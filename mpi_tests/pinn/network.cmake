# Matrix products, jets, networks, random numbers.
add_library(ntkw_jet_oracle STATIC jet_oracle.c chunk_run.c taylor.c)
target_include_directories(ntkw_jet_oracle PUBLIC ${CMAKE_CURRENT_SOURCE_DIR} PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(ntkw_jet_oracle PUBLIC ntkw_pinn_parts ntkw_harness PRIVATE ntkw_compiler m)

foreach(name jets_functions_have_the_same_bits jets_match_complex_steps jets_round_as_written
    network_gradient_matches_differences network_diagonal_matches_jacobian network_refuses_bad_options
    jacobian_rows_are_gradients_of_points network_initial_parameters_by_index features_are_periodic_and_seeded random_numbers_by_position
    network_with_other_parameters diagonal_is_sixteen_sums_and_a_tree vector_registers_are_left_clean)
  ntkw_test(NAME ${name} LABEL pinn RANKS 1 SOURCES test_${name}.c LIBRARIES ntkw_jet_oracle)
endforeach()
ntkw_test(NAME normal_equations_solve_least_squares LABEL pinn RANKS 1 2 3 5
  SOURCES test_normal_equations_solve_least_squares.c LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME cholesky_same_bits_for_any_ranks LABEL pinn RANKS 1 2 3 5 8
  SOURCES test_cholesky_same_bits_for_any_ranks.c LIBRARIES ntkw_jet_oracle)
foreach(name matrix_is_a_chain_of_fma network_same_bits_with_all_kernels network_same_bits_in_any_panels)
  ntkw_test(NAME ${name} LABEL pinn RANKS 1 2 3 SOURCES test_${name}.c LIBRARIES ntkw_jet_oracle)
endforeach()
