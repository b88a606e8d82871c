/* Compile the nodes that the roots need to instructions. */
#include "pinn/expression/program.h"
#include "base/hash.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

static bool is_stream(const stream_set *streams, const stream_derivative *stream, int order, const int inputs[]) {
  if (stream->order != order) return false;
  for (int i = 0; i < order; i++)
    if (streams->first[stream->by[i]] != inputs[i]) return false;
  return true;
}

/* The index of an output's stream by its derivative (b and c of a tape_entry), as in streams.h; -1: not carried. */
static int stream_index(const stream_set *streams, int b, int c) {
  if (b == LAPLACIAN) return streams->n_pairs > 0 ? 1 + streams->n_first : -1;
  int inputs[MAX_ORDER];
  const int order = derivative_unpack(b, c, inputs);
  const int n = stream_count(streams) - (streams->n_pairs > 0);
  for (int s = 0; s < n; s++) {
    const stream_derivative stream = stream_at(streams, s);
    if (is_stream(streams, &stream, order, inputs)) return s;
  }
  return -1;
}

/* Set place[k] to the instruction of node k; -1: the roots do not need it. Returns the number of instructions. */
static int place_nodes(const tape *nodes, int n_roots, const node roots[], int *place) {
  for (int k = 0; k < nodes->n; k++) place[k] = -1;
  for (int i = 0; i < n_roots; i++) place[roots[i]] = 0;
  for (int k = nodes->n - 1; k >= 0; k--) { /* operands come before their users */
    const tape_entry *r = &nodes->entries[k];
    if (place[k] < 0 || r->operation <= OP_OUTPUT) continue;
    place[r->a] = 0;
    if (r->b != NO_NODE) place[r->b] = 0;
    if (r->c != NO_NODE) place[r->c] = 0;
  }
  int n = 0;
  for (int k = 0; k < nodes->n; k++)
    if (place[k] == 0) place[k] = n++;
  return n;
}

static instruction translate(const tape_entry *r, const int *place, const stream_set *streams) {
  instruction made = {r->operation, r->a, r->b, r->c, r->value, r->outputs != 0};
  if (r->operation == OP_OUTPUT) made.b = stream_index(streams, r->b, r->c);
  if (r->operation <= OP_OUTPUT) return made;
  made.a = place[r->a];
  made.b = r->b == NO_NODE ? -1 : place[r->b];
  made.c = r->c == NO_NODE ? -1 : place[r->c];
  return made;
}

ntkw_status program_create(const tape *nodes, int n_roots, const node roots[], const stream_set *streams,
                           program *out) {
  *out = (program){.n_roots = n_roots};
  int *place = malloc(((size_t)nodes->n + 1) * sizeof *place);
  if (place) out->n = place_nodes(nodes, n_roots, roots, place);
  out->list = malloc(((size_t)out->n + 1) * sizeof *out->list);
  out->roots = malloc(((size_t)n_roots + 1) * sizeof *out->roots);
  if (!place || !out->list || !out->roots) {
    free(place);
    program_free(out);
    return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for compiling %d equations", n_roots);
  }
  for (int k = 0; k < nodes->n; k++)
    if (place[k] >= 0) out->list[place[k]] = translate(&nodes->entries[k], place, streams);
  for (int i = 0; i < n_roots; i++) out->roots[i] = place[roots[i]];
  free(place);
  return NTKW_SUCCESS;
}

void program_free(program *code) {
  free(code->list);
  free(code->roots);
  code->list = NULL;
  code->roots = NULL;
}

uint64_t program_fingerprint(const program *code, uint64_t hash) {
  for (int k = 0; k < code->n; k++) {
    const instruction *at = &code->list[k];
    uint64_t bits;
    memcpy(&bits, &at->value, sizeof bits);
    hash = ntkw_i_hash_word(hash, (uint64_t)at->operation);
    hash =
        ntkw_i_hash_word(ntkw_i_hash_word(ntkw_i_hash_word(hash, (uint64_t)at->a), (uint64_t)at->b), (uint64_t)at->c);
    hash = ntkw_i_hash_word(hash, bits);
  }
  for (int i = 0; i < code->n_roots; i++) hash = ntkw_i_hash_word(hash, (uint64_t)code->roots[i]);
  return hash;
}
