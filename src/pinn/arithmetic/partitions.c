#include "pinn/arithmetic/partitions.h"

#include <stdbool.h>
#include <string.h>

/* The code of a derivative is a number in base MAX_INPUTS + 1. Its digits are the ascending input positions + 1. */
enum { NUMERALS = MAX_INPUTS + 1, CODES = NUMERALS * NUMERALS * NUMERALS * NUMERALS };

typedef struct builder {
  uint8_t stream_of[CODES]; /* by code */
  stream_derivative whole;  /* the derivative to partition */
  jet_table *table;
  int target, first, n; /* first: index of the target's first term; n: number of terms so far */
} builder;

static int code_of(const stream_derivative *derivative) {
  int code = 0;
  for (int i = 0; i < derivative->order; i++) code = code * NUMERALS + derivative->by[i] + 1;
  return code;
}

static bool same_product(const jet_term *a, const jet_term *b) {
  return a->target == b->target && a->order == b->order && memcmp(a->factor, b->factor, sizeof a->factor) == 0;
}

/* Append a term or increase the count of an equal one. @return the number of terms. */
static int add_term(jet_term *terms, int first, int n, jet_term made) {
  for (int t = first; t < n; t++)
    if (same_product(&terms[t], &made)) {
      terms[t].count = (uint8_t)(terms[t].count + made.count);
      return n;
    }
  terms[n] = made;
  return n + 1;
}

/* Add the term of a partition. block[i]: the block of factor i. */
static void add_partition(builder *m, const int *block, int n_blocks) {
  jet_term made = {.target = (uint8_t)m->target, .count = 1, .order = (uint8_t)n_blocks};
  for (int b = 0; b < n_blocks; b++) {
    stream_derivative part = {0};
    for (int i = 0; i < m->whole.order; i++)
      if (block[i] == b) part.by[part.order++] = m->whole.by[i];
    const uint8_t stream = m->stream_of[code_of(&part)];
    int at = b;
    for (; at > 0 && made.factor[at - 1] > stream; at--) made.factor[at] = made.factor[at - 1];
    made.factor[at] = stream;
  }
  m->n = add_term(m->table->forward, m->first, m->n, made);
}

/* Assign factor i to each existing block and to a new one, and continue with the next factor. */
static void partition(builder *m, int i, int *block, int n_blocks) {
  if (i == MAX_ORDER || i == m->whole.order) {
    if (n_blocks > 1) add_partition(m, block, n_blocks);
    return;
  }
  for (int b = 0; b <= n_blocks; b++) {
    block[i] = b;
    partition(m, i + 1, block, n_blocks + (b == n_blocks));
  }
}

/* Append the backward terms of stream s: each forward term with one factor left out. */
static int transpose(jet_table *table, int s, int n) {
  const int first = n;
  for (int t = table->forward_first[s]; t < table->forward_first[s + 1]; t++) {
    const jet_term *term = &table->forward[t];
    for (int f = 0; f < term->order; f++) {
      jet_term made = {.target = term->factor[f], .count = term->count, .order = term->order};
      for (int g = 0, k = 0; g < term->order; g++)
        if (g != f) made.factor[k++] = term->factor[g];
      n = add_term(table->backward, first, n, made);
    }
  }
  return n;
}

void jet_table_make(const stream_set *streams, jet_table *table) {
  const int n_streams = stream_count(streams);
  builder m = {.table = table};
  for (int s = 0; s < n_streams; s++) {
    const stream_derivative derivative = stream_at(streams, s);
    m.stream_of[code_of(&derivative)] = (uint8_t)s;
  }
  int n_backward = 0;
  for (int s = 0; s < n_streams; s++) {
    int block[MAX_ORDER] = {0};
    m.whole = stream_at(streams, s);
    m.target = s;
    m.first = table->forward_first[s] = m.n;
    if (s > 0) partition(&m, 0, block, 0);
    table->forward_first[s + 1] = m.n;
    table->backward_first[s] = n_backward;
    n_backward = transpose(table, s, n_backward);
    table->backward_first[s + 1] = n_backward;
  }
}
