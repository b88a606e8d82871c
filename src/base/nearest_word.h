/* What a misspelt word was probably meant to be. */
#ifndef NTKW_BASE_NEAREST_WORD_H
#define NTKW_BASE_NEAREST_WORD_H

/* The nearest of n words to a misspelt one, by insertions, deletions, changes and swaps of neighbours; the first of
 * equals; NULL if none is near. Words of more than 128 bytes are near to none. Local. */
const char *ntkw_i_nearest_word(const char *word, const char *const words[], int n);

#endif
