/** @file deprecated.h
 * The names of version 0.1, as macros. They will be removed with version 0.3; replace each by the name beside it.
 *
 * ntkw.h includes this header unless NTKW_NO_DEPRECATED is defined. One name is not here, as no macro can replace a
 * member: the member own_rule of ntkw_weighting_options is called user_rule.
 *
 * In version 0.1 a *trace* was two things. ntkw_trace_create, ntkw_trace_record and so on recorded a run, and are
 * called ntkw_recording_... here. ntkw_trace_add, ntkw_trace_merge and ntkw_traces were about traces of NTK blocks, and
 * are called ntkw_weighting_....
 */
#ifndef NTKW_DEPRECATED_H
#define NTKW_DEPRECATED_H

/** @cond */
/* Weighting */
#define ntkw_own_rule ntkw_user_rule
#define ntkw_gradient_add ntkw_weighting_add_gradient
#define ntkw_gradient_add_copy ntkw_weighting_add_gradient_copy
#define ntkw_gradient_merge ntkw_weighting_merge_gradient
#define ntkw_gradient_combine ntkw_weighting_combine
#define ntkw_magnitude_merge ntkw_weighting_merge_magnitudes
#define ntkw_trace_add ntkw_weighting_add_ntk_diagonal
#define ntkw_trace_merge ntkw_weighting_merge_ntk_diagonal
#define ntkw_loss_add ntkw_weighting_add_residuals
#define ntkw_loss_merge ntkw_weighting_merge_residuals
#define ntkw_loss_set ntkw_weighting_set_loss
#define ntkw_weights ntkw_weighting_weights
#define ntkw_norms ntkw_weighting_norms
#define ntkw_squared_norms ntkw_weighting_squared_norms
#define ntkw_traces ntkw_weighting_ntk_traces
#define ntkw_losses ntkw_weighting_losses
#define ntkw_mean_magnitudes ntkw_weighting_mean_magnitudes
#define ntkw_aggregate ntkw_weighting_aggregate

/* Reading checkpoints */
#define ntkw_checkpoint_open ntkw_checkpoint_reader_open
#define ntkw_checkpoint_open_newest ntkw_checkpoint_reader_open_newest
#define ntkw_checkpoint_close ntkw_checkpoint_reader_close
#define ntkw_checkpoint_path ntkw_checkpoint_reader_path
#define ntkw_checkpoint_array_count ntkw_checkpoint_reader_array_count
#define ntkw_checkpoint_array_at ntkw_checkpoint_reader_array_at
#define ntkw_checkpoint_find_array ntkw_checkpoint_reader_find_array
#define ntkw_checkpoint_attribute_count ntkw_checkpoint_reader_attribute_count
#define ntkw_checkpoint_attribute_at ntkw_checkpoint_reader_attribute_at
#define ntkw_checkpoint_get_integer ntkw_checkpoint_reader_get_integer
#define ntkw_checkpoint_get_real ntkw_checkpoint_reader_get_real
#define ntkw_checkpoint_get_text ntkw_checkpoint_reader_get_text
#define ntkw_checkpoint_read_array ntkw_checkpoint_reader_read_array
#define ntkw_checkpoint_read_slabs ntkw_checkpoint_reader_read_slabs

/* Recording runs */
#define ntkw_trace ntkw_recording
#define ntkw_trace_piece ntkw_recording_piece
#define ntkw_trace_segment ntkw_recording_segment
#define ntkw_trace_options ntkw_recording_options
#define ntkw_trace_step ntkw_recording_step
#define ntkw_trace_options_init ntkw_recording_options_init
#define ntkw_trace_create ntkw_recording_create
#define ntkw_trace_continue ntkw_recording_continue
#define ntkw_trace_record ntkw_recording_record
#define ntkw_trace_steps ntkw_recording_steps
#define ntkw_trace_close ntkw_recording_close
/** @endcond */

#endif
