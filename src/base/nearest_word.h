/* Find the word that a misspelt one was meant to be. */
#ifndef NTKW_BASE_NEAREST_WORD_H
#define NTKW_BASE_NEAREST_WORD_H

/* The nearest of n words, by insertions, deletions, changes and swaps of neighbours. Local.
 * @return the first of equally near words; NULL if none is near, or if word has more than 128 bytes. */
const char *ntkw_i_nearest_word(const char *word, const char *const words[], int n);

#endif
