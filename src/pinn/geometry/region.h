/* Regions: sets in the space of a problem's inputs. The points of conditions lie in them or on their surfaces.
 *
 * A kind of region is one file here with its table, and one line in REGION_LIST. A region restricts some inputs, the
 * named ones. The others are free: each covers its range, independent of the named inputs. The measure of a region is
 * that of the named inputs (length, area, volume) times the ranges of the free inputs.
 *
 * All functions are pure and not collective. They use + - * / sqrt and arithmetic/reproducible.h only, so their bits
 * are the same everywhere. x is n x space->n, row-major. draws are numbers in (0, 1), n_draws per point: the first
 * space->n belong to the inputs, the others to the region. When a region computes points, the free inputs are already
 * set, and it sets the named ones. */
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

/* The description of a region in a problem file: numbers by name, in the order of the names. */
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
  double *numbers; /* meaning depends on the kind; owned */
} region;

/* Kind number k in the order of the list; NULL after the last one. */
const region_ops *region_kind(int k);

/* Called for each number that describes a region. */
typedef void region_listener(void *context, const char *name, double value);

struct region_ops {
  const char *word;    /* in problem files */
  const char *example; /* for messages, such as "box()" */
  /* Set named and numbers (with region_numbers).
   * @return NTKW_SUCCESS, NTKW_ERR_PROBLEM with a message, NTKW_ERR_MEMORY. */
  ntkw_status (*read)(const input_space *space, const unread_region *given, region *out);
  int n_draws; /* random numbers per point besides one per input */
  /* Compute uniform points of the region. */
  void (*points)(const region *region, const input_space *space, int n, int n_draws, const double draws[], double x[]);
  /* Is the point inside? With with_surface the surface counts as inside. */
  bool (*contains)(const region *region, const input_space *space, const double x[], bool with_surface);
  /* The smallest box that contains the region. */
  void (*bounds)(const region *region, const input_space *space, double lower[], double upper[]);
  double (*measure)(const region *region, const input_space *space);
  /* The surface consists of pieces. On each piece points are computed by one formula. */
  int (*n_pieces)(const region *region, const input_space *space);
  double (*piece_measure)(const region *region, const input_space *space, int piece);
  /* Compute a uniform point on a piece, and the unit normal out of the region. */
  void (*surface_point)(const region *region, const input_space *space, int piece, const double draws[], double x[],
                        double normal[]);
  /* If the region is part of a face of the box of all inputs, return true and the unit normal out of the box. NULL:
   * never part of a face. normal may be NULL. */
  bool (*face_normal)(const region *region, const input_space *space, double normal[]);
  /* Report all numbers of the region in a fixed order. */
  void (*describe)(const region *region, const input_space *space, region_listener *notify, void *context);
};

#define REGION_LIST(X) \
  X(box)               \
  X(disk)

#define REGION_DECLARATION(id) extern const region_ops region_##id;
REGION_LIST(REGION_DECLARATION)
#undef REGION_DECLARATION

/* The kind with that word; NULL: none. */
const region_ops *region_find(const char *word);

/* Create a region. *out must be destroyed with region_destroy; it is NULL after an error. @return as read. */
ntkw_status region_create(const region_ops *ops, const input_space *space, const unread_region *given, region **out);
void region_destroy(region **region);

/* Allocate the numbers of a region. Called by read. @return NTKW_SUCCESS, NTKW_ERR_MEMORY. */
ntkw_status region_numbers(region *region, int n);
/* Index of the input with that name; -1: none. */
int input_find(const input_space *space, const char *name);
/* Write "; did you mean 'x'?" or "" to text. @return text. */
const char *input_hint(const input_space *space, const char *name, char text[MAX_NAME + 32]);
/* Product of the ranges of the free inputs. */
double region_free_measure(const region *region, const input_space *space);

#endif
