/* Write this rank's gradients directly to their chunks in the file. */
#include "fileio/file_io.h"
#include "base/dtype.h"
#include "base/check.h"
#include "recording/recording_impl.h"

/* Write a piece, which may span several chunks. */
static ntkw_status write_piece(const ntkw_recording *r, int condition, ntkw_recording_piece piece, const char *values) {
  const size_t width = ntkw_i_value_size(r->setup.dtype);
  while (piece.count > 0) {
    const int64_t chunk = piece.offset / r->chunk_length, first = piece.offset % r->chunk_length;
    const int64_t room = r->chunk_length - first, count = piece.count < room ? piece.count : room;
    NTKW_TRY(ntkw_i_array_write(r->fd, r->path, r->setup.dtype, r->addresses[condition * r->n_chunks + chunk], first,
                                (size_t)count, values));
    values += (size_t)count * width;
    piece.offset += count;
    piece.count -= count;
  }
  return NTKW_SUCCESS;
}

ntkw_status ntkw_i_recording_write_shards(const ntkw_recording *r, const void *const shards[]) {
  const recording_setup *s = &r->setup;
  for (int c = 0; c < s->n_conditions; c++) {
    size_t at = 0;
    for (int p = 0; p < s->n_pieces; p++) {
      if (s->pieces[p].count == 0) continue;
      NTKW_TRY(write_piece(r, c, s->pieces[p], (const char *)shards[c] + at));
      at += (size_t)s->pieces[p].count * ntkw_i_value_size(s->dtype);
    }
  }
  return NTKW_SUCCESS;
}
