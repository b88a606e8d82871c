/* Which derivatives with respect to the inputs travel through the network beside the value: jets.
 *
 * Stream 0 is the value; stream 1 + k the first derivative by input first[k]; then either the second derivatives
 * second[k] = (a, b), a <= b, indices into first[], or, if n_pairs > 0, the one stream
 *     l = sum_k c_k d^2/(d first[pair[k].a] d first[pair[k].b])        (forward Laplacian)
 * whose coefficients c_k may depend on the point. n_second and n_pairs are never both > 0.
 *
 * Behind the second derivatives come those of order three and four, higher[k]. A set that has some has no pairs and is
 * downward closed: with u_xxy it has u_xx, u_xy, u_x, u_y. */
#ifndef NTKW_PINN_STREAMS_H
#define NTKW_PINN_STREAMS_H

enum { MAX_INPUTS = 6, MAX_PAIRS = MAX_INPUTS * (MAX_INPUTS + 1) / 2, MAX_ORDER = 4 };
enum { MAX_STREAMS = 128, MAX_HIGHER = MAX_STREAMS - 1 - MAX_INPUTS - MAX_PAIRS };

typedef struct stream_pair {
  int a, b;
} stream_pair;

/* The derivative by first[by[0]], first[by[1]], ...; by[] ascends. */
typedef struct stream_derivative {
  int order, by[MAX_ORDER];
} stream_derivative;

typedef struct stream_set {
  int n_first, first[MAX_INPUTS];
  int n_second;
  stream_pair second[MAX_PAIRS];
  int n_pairs;
  stream_pair pair[MAX_PAIRS];
  int n_higher;
  stream_derivative higher[MAX_HIGHER];
} stream_set;

static inline int stream_count(const stream_set *streams) {
  return 1 + streams->n_first + streams->n_second + (streams->n_pairs > 0) + streams->n_higher;
}

/* What stream s is derived by; order 0 for the value. Not for the forward Laplacian. */
static inline stream_derivative stream_at(const stream_set *streams, int s) {
  stream_derivative found = {0};
  if (s >= 1 + streams->n_first + streams->n_second)
    return streams->higher[s - 1 - streams->n_first - streams->n_second];
  if (s > streams->n_first) {
    const stream_pair pair = streams->second[s - 1 - streams->n_first];
    return (stream_derivative){2, {pair.a, pair.b}};
  }
  if (s > 0) found = (stream_derivative){1, {s - 1}};
  return found;
}

#endif
