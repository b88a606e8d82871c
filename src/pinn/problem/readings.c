/* A word is a concatenation of one to MAX_ORDER names of inputs. All words are entered into a hash table of texts. Two
 * words with the same text and different inputs are two readings. A field can be a derivative of two outputs only if
 * one output's name begins with the other's and "_": the table then tells whether the rest is a word. */
#include "pinn/problem/readings.h"
#include "base/hash.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

enum { NO_WORD = -1 };

typedef struct dictionary {
  const char *const *inputs;
  int n_inputs, n_words;
  int first[MAX_ORDER + 2]; /* word of each order; each word of an order is a word of the order below and an input */
  uint64_t *hash;           /* of each word */
  int *slots;               /* words by hash, NO_WORD: free */
  size_t mask;
} dictionary;

static uint64_t hash_on(uint64_t hash, const char *text) {
  return ntkw_i_hash_bytes(hash, text, strlen(text));
}

static symbol_name meaning_of(const dictionary *d, int word) {
  symbol_name made = {.order = 1};
  while (word >= d->first[made.order + 1]) made.order++;
  for (int k = made.order; k > 0; k--) {
    const int index = word - d->first[k];
    made.inputs[k - 1] = index % d->n_inputs;
    if (k > 1) word = d->first[k - 1] + index / d->n_inputs;
  }
  return made;
}

static char *put(char *to, const char *text) {
  const size_t length = strlen(text);
  memcpy(to, text, length + 1);
  return to + length;
}

static void put_word(const dictionary *d, int word, char *to) {
  const symbol_name meant = meaning_of(d, word);
  for (int k = 0; k < meant.order; k++) to = put(to, d->inputs[meant.inputs[k]]);
}

static bool same_inputs(const symbol_name *a, const symbol_name *b) {
  unsigned char left[256] = {0};
  if (a->order != b->order) return false;
  for (int k = 0; k < a->order; k++) left[a->inputs[k]]++;
  for (int k = 0; k < b->order; k++)
    if (left[b->inputs[k]]-- == 0) return false;
  return true;
}

/* The slot of the text in the table, or the free slot where it belongs. */
static int *place_of(const dictionary *d, uint64_t hash, const char *text) {
  char other[LONGEST_FIELD];
  for (size_t at = (size_t)(hash ^ hash >> 32) & d->mask;; at = (at + 1) & d->mask) {
    int *const slot = &d->slots[at];
    if (*slot == NO_WORD) return slot;
    if (d->hash[*slot] != hash) continue;
    put_word(d, *slot, other);
    if (strcmp(text, other) == 0) return slot;
  }
}

static int find(const dictionary *d, const char *text) {
  return *place_of(d, hash_on(NTKW_I_HASH_FNV, text), text);
}

static ntkw_status dictionary_create(dictionary *d) {
  size_t size = 8;
  d->first[1] = 0;
  for (int k = 1, count = d->n_inputs; k <= MAX_ORDER; k++, count *= d->n_inputs) d->first[k + 1] = d->first[k] + count;
  d->n_words = d->first[MAX_ORDER + 1];
  while (size < 2 * (size_t)d->n_words) size *= 2;
  d->mask = size - 1;
  d->hash = malloc((size_t)d->n_words * sizeof *d->hash);
  d->slots = malloc(size * sizeof *d->slots);
  NTKW_CHECK(d->hash && d->slots, NTKW_ERR_MEMORY, "out of memory for the names of derivatives");
  for (size_t i = 0; i < size; i++) d->slots[i] = NO_WORD;
  return NTKW_SUCCESS;
}

static void dictionary_free(dictionary *d) {
  free(d->hash);
  free(d->slots);
}

/* Enter all words into the table, until two of them are two readings. */
static void enter_words(dictionary *d, const char *output, double_reading *out) {
  char text[LONGEST_FIELD];
  for (int order = 1; order <= MAX_ORDER; order++)
    for (int word = d->first[order]; word < d->first[order + 1]; word++) {
      const int index = word - d->first[order], input = index % d->n_inputs;
      const uint64_t start = order == 1 ? NTKW_I_HASH_FNV : d->hash[d->first[order - 1] + index / d->n_inputs];
      d->hash[word] = hash_on(start, d->inputs[input]);
      put_word(d, word, text);
      int *const slot = place_of(d, d->hash[word], text);
      if (*slot == NO_WORD) {
        *slot = word;
        continue;
      }
      out->first = meaning_of(d, *slot);
      out->second = meaning_of(d, word);
      if (same_inputs(&out->first, &out->second)) continue;
      put(put(put(out->field, output), "_"), text);
      out->found = true;
      return;
    }
}

/* The rest of a name after the name of an output and "_"; NULL: the name does not begin with these. */
static const char *rest_after(const char *output, const char *name) {
  const size_t length = strlen(output);
  return strncmp(name, output, length) == 0 && name[length] == '_' ? name + length + 1 : NULL;
}

/* The field has the reading `other`: an input, an output or a derivative. Does it also read as the derivative of
 * `output` by the word `rest`? Then set *out. */
static bool is_derivative_too(const dictionary *d, int output, const char *rest, symbol_name other, const char *field,
                              double_reading *out) {
  const int word = find(d, rest);
  if (word == NO_WORD) return false;
  out->found = true;
  out->first = meaning_of(d, word);
  out->first.output = output;
  out->second = other;
  put(out->field, field);
  return true;
}

/* The same for all derivatives of the output `longer`, whose name begins with the name of `output` and "_". */
static bool derivatives_meet(const dictionary *d, int output, const char *rest, int longer, const char *name,
                             double_reading *out) {
  char field[LONGEST_FIELD];
  char *const end = put(put(field, name), "_");
  const size_t skipped = strlen(name) - strlen(rest);
  for (int word = 0; word < d->n_words; word++) {
    symbol_name other = meaning_of(d, word);
    other.output = longer;
    put_word(d, word, end);
    if (is_derivative_too(d, output, field + skipped, other, field, out)) return true;
  }
  return false;
}

static bool outputs_meet(const dictionary *d, const char *const outputs[], int output, int longer,
                         double_reading *out) {
  const char *rest = rest_after(outputs[output], outputs[longer]);
  if (!rest) return false;
  return is_derivative_too(d, output, rest, (symbol_name){.output = longer}, outputs[longer], out) ||
         derivatives_meet(d, output, rest, longer, outputs[longer], out);
}

static bool input_is_derivative(const dictionary *d, const char *const outputs[], int output, int input,
                                double_reading *out) {
  const char *rest = rest_after(outputs[output], d->inputs[input]);
  return rest &&
         is_derivative_too(d, output, rest, (symbol_name){.output = -1, .inputs = {input}}, d->inputs[input], out);
}

static void compare_outputs(const dictionary *d, const char *const outputs[], int n_outputs, double_reading *out) {
  for (int o = 0; o < n_outputs; o++) {
    for (int i = 0; i < d->n_inputs; i++)
      if (input_is_derivative(d, outputs, o, i, out)) return;
    for (int longer = 0; longer < n_outputs; longer++)
      if (outputs_meet(d, outputs, o, longer, out)) return;
  }
}

/* Does the field of the normal along an input have a second reading? */
static bool normal_meets(const dictionary *d, const char *const outputs[], int n_outputs, int input,
                         double_reading *out) {
  const symbol_name normal = {.output = -1, .inputs = {input}, .normal = true};
  char field[LONGEST_FIELD] = {NORMAL};
  put(field + 1, d->inputs[input]);
  out->second = normal;
  put(out->field, field);
  for (int i = 0; i < d->n_inputs; i++) {
    out->first = (symbol_name){.output = -1, .inputs = {i}};
    if (strcmp(field, d->inputs[i]) == 0) return out->found = true;
  }
  for (int o = 0; o < n_outputs; o++) {
    const char *rest = rest_after(outputs[o], field);
    out->first = (symbol_name){.output = o};
    if (strcmp(field, outputs[o]) == 0) return out->found = true;
    if (rest && is_derivative_too(d, o, rest, normal, field, out)) return true;
  }
  return false;
}

ntkw_status normal_reading_find(const char *const inputs[], int n_inputs, const char *const outputs[], int n_outputs,
                                double_reading *out) {
  dictionary d = {.inputs = inputs, .n_inputs = n_inputs};
  *out = (double_reading){0};
  const ntkw_status status = dictionary_create(&d);
  if (status == NTKW_SUCCESS) {
    enter_words(&d, outputs[0], out);
    for (int i = 0; i < n_inputs && !normal_meets(&d, outputs, n_outputs, i, out); i++) continue;
  }
  dictionary_free(&d);
  return status;
}

ntkw_status double_reading_find(const char *const inputs[], int n_inputs, const char *const outputs[], int n_outputs,
                                double_reading *out) {
  dictionary d = {.inputs = inputs, .n_inputs = n_inputs};
  *out = (double_reading){0};
  const ntkw_status status = dictionary_create(&d);
  if (status == NTKW_SUCCESS) {
    enter_words(&d, outputs[0], out);
    if (!out->found) compare_outputs(&d, outputs, n_outputs, out);
  }
  dictionary_free(&d);
  return status;
}
