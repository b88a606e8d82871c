/* The nearest of several names to a misspelt one. */
#ifndef NTKW_WEIGHTING_NEAREST_H
#define NTKW_WEIGHTING_NEAREST_H

/* The candidate (of a list ended by NULL) with the fewest insertions, deletions and substitutions from word; the first
 * of equals; NULL if there is none. Only the first 63 characters are looked at. */
const char *ntkw_i_nearest(const char *word, const char *const candidates[]);

#endif
