# The training loop and its parts.
foreach(test tree_gives_same_bits_for_any_cut lanes_cover_points_once adam_follows_closed_form
    sampler_depends_on_position_alone)
  ntkw_test(NAME ${test} LABEL pinn RANKS 1 SOURCES test_${test}.c LIBRARIES ntkw_pinn)
endforeach()
foreach(test sharding_equals_serial_tree training_same_bits_for_any_ranks snapshot_continues_in_same_bits)
  ntkw_test(NAME ${test} LABEL pinn RANKS 1 2 3 4 5 8 SOURCES test_${test}.c LIBRARIES ntkw_pinn)
endforeach()
ntkw_test(NAME training_gradient_matches_differences LABEL pinn RANKS 1 3
  SOURCES test_training_gradient_matches_differences.c LIBRARIES ntkw_pinn)
ntkw_test(NAME training_names_what_diverges LABEL pinn RANKS 1 2 3 SOURCES test_training_names_what_diverges.c
  LIBRARIES ntkw_pinn)
ntkw_test(NAME digests_show_any_bit LABEL pinn RANKS 1 3 8 SOURCES test_digests_show_any_bit.c LIBRARIES ntkw_pinn)
