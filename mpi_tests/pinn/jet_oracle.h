/* Jets of small networks by other means than the library's: complex steps and differences in long double, Taylor
 * polynomials where orders three and four or features of the inputs occur; and the
 * networks, streams and points that several tests share. */
#ifndef NTKW_TEST_JET_ORACLE_H
#define NTKW_TEST_JET_ORACLE_H

#include "pinn/network/network.h"

enum { ORACLE_POINTS = 5, ORACLE_CASES = 8, ORACLE_OUTPUTS = MAX_OUTPUTS * MAX_STREAMS };

/* The outputs at x, out[o * n_streams + s]. coefficients: one per pair, for this point. First derivatives are complex
 * steps; a second one is a difference of sixth order of complex steps: about 1e-15 of error. */
void oracle_outputs(const network_options *options, const long double *parameters, const stream_set *streams,
                    const double *x, const double *coefficients, long double *out);

/* Number of kinds of networks; the tests of networks run through all. */
int oracle_kinds(void);

/* A network of n_inputs inputs and two outputs, and n_hidden hidden layers; all of the first one's width if that is
 * what the kind must have. */
network_options oracle_network(int kind, int n_inputs, int n_hidden, const int *hidden, activation activation,
                               ntkw_dtype precision);

/* Let it see inputs as cosines and sines (two harmonics of input 0, input 1 as it is, one of input 2), random Fourier
 * features of its inputs, or of these. */
void oracle_add_features(network_options *options, bool periodic, bool fourier);

/* Stream sets over three inputs: value; first derivatives; mixed second ones; one second derivative of a single input;
 * the forward Laplacian of three pairs; up to the fourth by one input; of two by each of two; of one by three inputs,
 * with a third one by one of them. */
stream_set oracle_streams(int index);

/* n points of n_inputs, and n_pairs x n coefficients, in [-1, 1). */
void oracle_points(uint64_t *state, int n, double *numbers);

/* The network's parameters as doubles, from the seed, and set. */
void oracle_set_parameters(network *network, ntkw_dtype precision, uint64_t seed, double *parameters);

#endif
