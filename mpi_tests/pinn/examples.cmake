# The problem files of examples/ and their reference solutions.
ntkw_test(NAME examples_take_steps LABEL pinn RANKS 1 2 3 SOURCES test_examples_take_steps.c LIBRARIES ntkw_pinn_parts)
ntkw_test(NAME references_are_reproduced LABEL pinn RANKS 1 3 SOURCES test_references_are_reproduced.c
  ${PROJECT_SOURCE_DIR}/examples/reference/spectral.c LIBRARIES ntkw_pinn_parts)
target_include_directories(test_references_are_reproduced PRIVATE ${PROJECT_SOURCE_DIR}/examples/reference)
ntkw_test(NAME references_of_others_are_read LABEL pinn RANKS 1 3 SOURCES test_references_of_others_are_read.c
  LIBRARIES ntkw_pinn_parts hdf5::hdf5)
ntkw_test(NAME examples_reach_their_error LABEL pinn RANKS 2 SLOW TIMEOUT 900 SOURCES test_examples_reach_their_error.c
  LIBRARIES ntkw_pinn_parts)
