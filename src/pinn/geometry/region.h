/* Regions: sets in the space of a problem's inputs, in which or on whose surface the points of conditions lie.
 *
 * A kind of region is one file here with its table and one line in REGION_LIST. A region restricts some of the inputs,
 * the named ones; the others are free: each goes over its range, whatever the named ones are. Measures are those of the
 * named inputs (length, area, volume) times the ranges of the free ones.
 *
 * All functions are local and pure, in + - * / sqrt and the functions of arithmetic/reproducible.h, so that their bits
 * are the same everywhere. They work on points row by row: x is n x space->n. draws are numbers in (0, 1), n_draws of
 * them for each point: the first space->n belong to the inputs, one each, the others are the region's. When a region is
 * asked for points, free inputs are there already: it fills in the named ones. */
#ifndef NTKW_PINN_REGION_H
#define NTKW_PINN_REGION_H

#include <stdbool.h>
#include "ntkw/status.h"
#include "pinn/streams.h"

enum { MAX_NAME = 64 };

/* The inputs of a problem, borrowed. */
typedef struct input_space {
  int n;
  const char *names[MAX_INPUTS];
  const double *lower, *upper;
} input_space;

/* The words of a problem file about a region: numbers by name, in the order of the names. */
enum { MAX_REGION_NUMBERS = 16 };
typedef struct unread_region {
  int line, n;
  char names[MAX_REGION_NUMBERS][MAX_NAME];
  double values[MAX_REGION_NUMBERS];
} unread_region;

typedef struct region_ops region_ops;

typedef struct region {
  const region_ops *ops;
  int n_named, named[MAX_INPUTS]; /* ascending */
  int n_numbers;
  double *numbers; /* the kind's own; owned */
} region;

/* The kinds, in the order of the list; NULL behind the last one. */
const region_ops *region_kind(int k);

/* Told of each number that describes a region. */
typedef void region_listener(void *context, const char *name, double value);

struct region_ops {
  const char *word;    /* in problem files */
  const char *example; /* for messages: how it is written */
  /* Fill in named and numbers (by region_numbers).
   * @return NTKW_SUCCESS, NTKW_ERR_PROBLEM with a sentence, NTKW_ERR_MEMORY. */
  ntkw_status (*read)(const input_space *space, const unread_region *given, region *out);
  int n_draws; /* of a point, beyond one for each input */
  /* Points that are uniform in the region. */
  void (*points)(const region *region, const input_space *space, int n, int n_draws, const double draws[], double x[]);
  /* Is the point inside, or, with_surface, on the surface? */
  bool (*contains)(const region *region, const input_space *space, const double x[], bool with_surface);
  /* The smallest box around it. */
  void (*bounds)(const region *region, const input_space *space, double lower[], double upper[]);
  double (*measure)(const region *region, const input_space *space);
  /* The surface, as pieces on each of which points are made in one way. */
  int (*n_pieces)(const region *region, const input_space *space);
  double (*piece_measure)(const region *region, const input_space *space, int piece);
  /* A point that is uniform on a piece, and the unit normal that points out of the region. */
  void (*surface_point)(const region *region, const input_space *space, int piece, const double draws[], double x[],
                        double normal[]);
  /* The unit normal out of the box of all inputs, where the region is a part of one of its faces; else false. NULL:
   * never. normal may be NULL. */
  bool (*face_normal)(const region *region, const input_space *space, double normal[]);
  /* Tell all that makes it this region, in an order of its own. */
  void (*describe)(const region *region, const input_space *space, region_listener *tell, void *context);
};

#define REGION_LIST(X) \
  X(box)               \
  X(disk)

#define REGION_DECLARATION(id) extern const region_ops region_##id;
REGION_LIST(REGION_DECLARATION)
#undef REGION_DECLARATION

/* The kind of that word, or NULL. */
const region_ops *region_find(const char *word);

/* *out is freed by region_destroy; NULL after an error. @return as read. */
ntkw_status region_create(const region_ops *ops, const input_space *space, const unread_region *given, region **out);
void region_destroy(region **region);

/* For the kinds: make room for numbers. @return NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status region_numbers(region *region, int n);
/* The input of that name, or -1. */
int input_find(const input_space *space, const char *name);
/* "; did you mean 'x'?" or "", in text. */
const char *input_hint(const input_space *space, const char *name, char text[MAX_NAME + 32]);
/* The product of the ranges of the inputs that the region leaves free. */
double region_free_measure(const region *region, const input_space *space);

#endif
