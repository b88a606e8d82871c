/* Features of the inputs: the first stage of a network. It has no parameters.
 *
 * Basic features follow the order of the inputs. A usual input gives (x - shift) * scale. A periodic input gives cos
 * and sin of 2 pi k (x - start)/period for k = 1 .. harmonics. Random Fourier features (Rahimi & Recht 2007; Tancik et
 * al. 2020) are optional: cos(B f), then sin(B f), for the vector f of basic features. The entries of B are normal with
 * mean 0; the standard deviation belongs to the input of the basic feature. B depends on the seed only and is not
 * trained.
 *
 * All derivatives of a panel are propagated, also the forward Laplacian. No function here is collective. */
#ifndef NTKW_PINN_FEATURES_H
#define NTKW_PINN_FEATURES_H

#include "pinn/arithmetic/kernels.h"
#include "pinn/network/network.h"

/* Check the options of the features. @return NTKW_SUCCESS or NTKW_ERR_ARGUMENT (the message names the option). */
ntkw_status features_check(const network_options *options);

/* Number of basic features. */
int features_basic_count(const network_options *options);
bool features_are_periodic(const network_options *options);

/* Basic features of one point for all streams, in double: rows[s * n_basic + f]. Coefficient k of the forward Laplacian
 * is coefficients[k * stride]. */
void features_basic(const network_options *options, const stream_set *streams, const double *x,
                    const double *coefficients, ptrdiff_t stride, double *rows);

/* Random Fourier features as a layer of sines: [n_basic][n_fourier] weights (B twice), then n_fourier biases (pi/2 for
 * the cosines). */
void features_fourier_layer(const network_options *options, double *weights_and_biases);

#endif
