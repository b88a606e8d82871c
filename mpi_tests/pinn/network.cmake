# Matrix products, functions, random numbers.
foreach(name jets_functions_have_the_same_bits random_numbers_by_position)
  ntkw_test(NAME ${name} LABEL pinn RANKS 1 SOURCES test_${name}.c LIBRARIES ntkw_pinn)
endforeach()
ntkw_test(NAME matrix_is_a_chain_of_fma LABEL pinn RANKS 1 2 3 SOURCES test_matrix_is_a_chain_of_fma.c LIBRARIES ntkw_pinn)
