/* Features of the inputs: the first stage of a network, without parameters.
 *
 * Basic features, in the order of the inputs: an input as it is, (x - shift) * scale; or, for a periodic one, cos and
 * sin of 2 pi k (x - start)/period for k = 1 .. harmonics. Then, if asked for, random Fourier features of these (Rahimi
 * & Recht 2007; Tancik et al. 2020): cos(B f) and then sin(B f), the entries of B normal with mean 0 and the deviation
 * of the input that the basic feature f is of. B is a function of the seed alone, and is not trained.
 *
 * All derivatives that a panel carries go through, the forward Laplacian too. All functions are local. */
#ifndef NTKW_PINN_FEATURES_H
#define NTKW_PINN_FEATURES_H

#include "pinn/arithmetic/kernels.h"
#include "pinn/network/network.h"

/* NTKW_ERR_ARGUMENT names what is wrong. */
ntkw_status features_check(const network_options *options);

/* Number of basic features. */
int features_basic_count(const network_options *options);
bool features_are_periodic(const network_options *options);

/* The basic features at one point and all their streams in double: rows[s * n_basic + f]. coefficient k of the forward
 * Laplacian: coefficients[k * stride]. */
void features_basic(const network_options *options, const stream_set *streams, const double *x,
                    const double *coefficients, ptrdiff_t stride, double *rows);

/* Random Fourier features as a layer of sines: [n_basic][n_fourier] weights, B twice, then n_fourier biases, pi/2 for
 * the cosines. */
void features_fourier_layer(const network_options *options, double *weights_and_biases);

#endif
