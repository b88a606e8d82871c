# Tapes, equations and problem files.
foreach(noun_claim
    tape_makes_equal_nodes_once tape_folds_only_what_is_exact equations_match_closed_forms
    equations_carry_laplacians equations_carry_higher_orders equations_keep_unchosen_branches_out)
  ntkw_test(NAME ${noun_claim} LABEL pinn RANKS 1 SOURCES test_${noun_claim}.c LIBRARIES ntkw_pinn_parts)
endforeach()
foreach(noun_claim
    problem_names_have_one_reading problem_names_mistakes problem_refuses_symbolic_misuse problem_stays_in_its_sandbox
    problem_reads_examples problem_computes_as_written problem_teaches_syntax)
  ntkw_test(NAME ${noun_claim} LABEL pinn RANKS 1 3 SOURCES test_${noun_claim}.c LIBRARIES ntkw_pinn_parts)
endforeach()
