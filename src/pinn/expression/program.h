/* A compact copy of the part of a tape that some roots need. It is evaluated at many points at once. For use in this
 * folder.
 *
 * Values and adjoints are tables of doubles: instruction k, point p at [k * stride + p]. */
#ifndef NTKW_PINN_PROGRAM_H
#define NTKW_PINN_PROGRAM_H

#include <stdint.h>
#include "pinn/expression/tape_nodes.h"

/* Like a tape_entry, but operands are instructions; OP_OUTPUT: a is the output, b the stream. */
typedef struct instruction {
  operation operation;
  int a, b, c;
  double value;
  bool uses_outputs;
} instruction;

typedef struct program {
  int n, n_roots;
  instruction *list; /* operands first */
  int *roots;
} program;

/* Compile the roots. streams must contain every derivative that they use. After an error there is nothing to free. */
ntkw_status program_create(const tape *tape, int n_roots, const node roots[], const stream_set *streams, program *out);
void program_free(program *program);
/* Mix everything that the program computes into a 64-bit hash. */
uint64_t program_fingerprint(const program *program, uint64_t hash);

/* The arrays that a program reads: points, outputs of the network, normals. */
typedef struct program_points {
  int n, n_inputs, n_streams;
  const double *points;  /* n x n_inputs */
  const double *outputs; /* output o, stream s, point p at [(o * n_streams + s) * n + p]; may be NULL if unused */
  size_t stride;         /* >= n */
  const double *normals; /* as points; may be NULL if unused */
} program_points;

/* Fill in the values of the constants. Once for each table is enough. */
void program_constants(const program *program, double *values, size_t stride);
/* Fill in all other values. */
void program_forward(const program *program, const program_points *at, double *values);
/* Propagate adjoints from the roots to the outputs, through the instructions that use outputs. adjoints: those of the
 * roots, set by the caller, and zeros. The adjoints of the outputs are added to seeds, which is laid out as outputs. */
void program_reverse(const program *program, const program_points *at, const double *values, double *adjoints,
                     double *seeds);

#endif
