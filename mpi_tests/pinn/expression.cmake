# Tapes, equations and problem files.
foreach(noun_claim
    tape_makes_equal_nodes_once tape_folds_only_what_is_exact equations_match_closed_forms
    equations_carry_laplacians equations_keep_unchosen_branches_out)
  ntkw_test(NAME ${noun_claim} LABEL pinn RANKS 1 SOURCES test_${noun_claim}.c LIBRARIES ntkw_pinn)
endforeach()
