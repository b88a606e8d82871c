# The neural tangent kernel: its matrix and its spectrum.
foreach(test ntk_matrix_matches_jacobian spectrum_matches_closed_forms)
  ntkw_test(NAME ${test} LABEL pinn RANKS 1 2 3 4 SOURCES test_${test}.c LIBRARIES ntkw_pinn_parts)
endforeach()
