/* A compact copy of the part of a tape that some roots need, run over many points at once: for the files of this
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

/* Compile the roots. streams: where their outputs are found; must hold all they use. On error nothing is left. */
ntkw_status program_create(const tape *tape, int n_roots, const node roots[], const stream_set *streams, program *out);
void program_free(program *program);
/* Mix everything that the program computes into a 64-bit hash. */
uint64_t program_fingerprint(const program *program, uint64_t hash);

/* Points and outputs. */
typedef struct program_points {
  int n, n_inputs, n_streams;
  const double *points;  /* n x n_inputs */
  const double *outputs; /* output o, stream s, point p at [(o * n_streams + s) * n + p]; may be NULL if unused */
  size_t stride;         /* >= n */
  const double *normals; /* as points; may be NULL if unused */
} program_points;

/* Fill in the values of the constants, once for a table. */
void program_constants(const program *program, double *values, size_t stride);
/* Fill in all other values. */
void program_forward(const program *program, const program_points *at, double *values);
/* From the adjoints of the roots (added by the caller to zeros) to those of the outputs, which are added to seeds (laid
 * out as outputs). Only instructions that use outputs take part. */
void program_reverse(const program *program, const program_points *at, const double *values, double *adjoints,
                     double *seeds);

#endif
