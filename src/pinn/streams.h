/* Which derivatives with respect to the inputs travel through the network beside the value: jets.
 *
 * Stream 0 is the value; stream 1 + k the first derivative by input first[k]; then either the second derivatives
 * second[k] = (a, b), a <= b, indices into first[], or, if n_pairs > 0, the one stream
 *     l = sum_k c_k d^2/(d first[pair[k].a] d first[pair[k].b])        (forward Laplacian)
 * whose coefficients c_k may depend on the point. n_second and n_pairs are never both > 0. */
#ifndef NTKW_PINN_STREAMS_H
#define NTKW_PINN_STREAMS_H

enum { MAX_INPUTS = 6, MAX_PAIRS = MAX_INPUTS * (MAX_INPUTS + 1) / 2, MAX_STREAMS = 1 + MAX_INPUTS + MAX_PAIRS };

typedef struct stream_pair {
  int a, b;
} stream_pair;

typedef struct stream_set {
  int n_first, first[MAX_INPUTS];
  int n_second;
  stream_pair second[MAX_PAIRS];
  int n_pairs;
  stream_pair pair[MAX_PAIRS];
} stream_set;

static inline int stream_count(const stream_set *streams) {
  return 1 + streams->n_first + streams->n_second + (streams->n_pairs > 0);
}

#endif
