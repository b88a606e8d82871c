/* Reference values for the jets of small networks, computed independently of the library in long double: by complex
 * steps and differences, or by Taylor polynomials if there are derivatives of order three or four or features of the
 * inputs. Also the networks, streams and points that several tests share. */
#ifndef NTKW_TEST_JET_ORACLE_H
#define NTKW_TEST_JET_ORACLE_H

#include "pinn/network/network.h"

enum { ORACLE_POINTS = 5, ORACLE_CASES = 8, ORACLE_OUTPUTS = MAX_OUTPUTS * MAX_STREAMS };

/* Compute all streams of the outputs at x: out[o * n_streams + s]. coefficients: one per pair, for this point. First
 * derivatives are complex steps. Second derivatives are differences of sixth order of complex steps; their error is
 * about 1e-15. */
void oracle_outputs(const network_options *options, const long double *parameters, const stream_set *streams,
                    const double *x, const double *coefficients, long double *out);

/* Number of kinds of networks. The tests of networks run all kinds. */
int oracle_kinds(void);

/* Options of a network with two outputs. hidden: widths of the n_hidden hidden layers. If the kind needs equal widths,
 * all hidden layers have the width hidden[0]. */
network_options oracle_network(int kind, int n_inputs, int n_hidden, const int *hidden, activation activation,
                               ntkw_dtype precision);

/* Add features to the options. periodic: cosines and sines, two harmonics of input 0, one of input 2; input 1 stays.
 * fourier: random Fourier features, of the inputs or of those cosines and sines. */
void oracle_add_features(network_options *options, bool periodic, bool fourier);

/* Stream set number index < ORACLE_CASES, over three inputs:
 * 0  the value
 * 1  two first derivatives
 * 2  all first and four second derivatives, some mixed
 * 3  one second derivative
 * 4  the forward Laplacian of three pairs
 * 5  derivatives by one input up to order four
 * 6  derivatives by two inputs up to order two in each
 * 7  derivatives by three inputs up to order four, some mixed */
stream_set oracle_streams(int index);

/* Fill with n random numbers in [-1, 1), for points and coefficients. */
void oracle_points(uint64_t *state, int n, double *numbers);

/* Set the network's parameters to the initial ones of the seed, and write them to `parameters` as doubles. */
void oracle_set_parameters(network *network, ntkw_dtype precision, uint64_t seed, double *parameters);

#endif
