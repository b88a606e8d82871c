/* Store the nodes of a tape, with a hash table that finds equal nodes, so that each is made once. */
#include "pinn/expression/tape_nodes.h"
#include "base/hash.h"
#include "base/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

ntkw_status tape_create(tape **out) {
  tape *made = calloc(1, sizeof *made);
  *out = made;
  NTKW_CHECK(made, NTKW_ERR_MEMORY, "out of memory for a tape");
  return NTKW_SUCCESS;
}

void tape_destroy(tape **nodes) {
  if (!nodes || !*nodes) return;
  free((*nodes)->entries);
  free((*nodes)->slots);
  free(*nodes);
  *nodes = NULL;
}

static node fail(tape *nodes, ntkw_status status) {
  if (nodes->status == NTKW_SUCCESS) nodes->status = status;
  return NO_NODE;
}

static uint32_t hash_of(const tape_entry *r) {
  uint64_t bits = 0;
  memcpy(&bits, &r->value, sizeof bits);
  uint64_t hash = ntkw_i_hash_word(0, (uint64_t)r->operation);
  hash = ntkw_i_hash_word(hash, ((uint64_t)(uint32_t)r->a << 32) | (uint32_t)r->b);
  hash = ntkw_i_hash_word(ntkw_i_hash_word(hash, (uint32_t)r->c), bits);
  return (uint32_t)(hash >> 32);
}

static bool equal(const tape_entry *r, const tape_entry *s) {
  return r->operation == s->operation && r->a == s->a && r->b == s->b && r->c == s->c &&
         memcmp(&r->value, &s->value, sizeof r->value) == 0;
}

/* The slot that holds the entry, or the empty one where it belongs. */
static int *find_slot(tape *nodes, const tape_entry *wanted) {
  for (uint32_t i = hash_of(wanted);; i++) {
    int *slot = &nodes->slots[i & (nodes->n_slots - 1)];
    if (*slot == NO_NODE || equal(&nodes->entries[*slot], wanted)) return slot;
  }
}

static ntkw_status grow(tape *nodes) {
  const int capacity = nodes->capacity ? 2 * nodes->capacity : FIRST_CAPACITY;
  tape_entry *entries = realloc(nodes->entries, (size_t)capacity * sizeof *entries);
  if (entries) nodes->entries = entries;
  int *slots = malloc(2 * (size_t)capacity * sizeof *slots);
  if (!entries || !slots) {
    free(slots);
    return ntkw_i_fail(NTKW_ERR_MEMORY, "out of memory for %d nodes of a tape", capacity);
  }
  free(nodes->slots);
  nodes->slots = slots;
  nodes->n_slots = 2 * (uint32_t)capacity;
  nodes->capacity = capacity;
  for (uint32_t i = 0; i < nodes->n_slots; i++) slots[i] = NO_NODE;
  for (int k = 0; k < nodes->n; k++) *find_slot(nodes, &nodes->entries[k]) = k;
  return NTKW_SUCCESS;
}

/* The node with this entry; made if there is none yet. */
static node intern(tape *nodes, tape_entry wanted) {
  if (nodes->n == nodes->capacity && grow(nodes) != NTKW_SUCCESS) return fail(nodes, NTKW_ERR_MEMORY);
  int *slot = find_slot(nodes, &wanted);
  if (*slot != NO_NODE) return *slot;
  if (nodes->n == MAX_TAPE_NODES)
    return fail(nodes, ntkw_i_fail(NTKW_ERR_PROBLEM, "the expressions have more than %d operations", MAX_TAPE_NODES));
  const int operands[3] = {wanted.a, wanted.b, wanted.c};
  wanted.outputs = wanted.operation == OP_OUTPUT ? UINT32_C(1) << wanted.a : 0;
  for (int i = 0; i < 3 && wanted.operation > OP_OUTPUT; i++)
    if (operands[i] != NO_NODE) wanted.outputs |= nodes->entries[operands[i]].outputs;
  nodes->entries[nodes->n] = wanted;
  return *slot = nodes->n++;
}

node tape_constant(tape *nodes, double value) {
  if (!isfinite(value))
    return fail(nodes, ntkw_i_fail(NTKW_ERR_PROBLEM,
                                   "a constant is %s; expected a finite number (is something divided by zero, or "
                                   "beyond the range of a function?)",
                                   isnan(value) ? "not a number (NaN)" : "infinite"));
  return intern(nodes,
                (tape_entry){.operation = OP_CONSTANT, .a = NO_NODE, .b = NO_NODE, .c = NO_NODE, .value = value});
}

node tape_input(tape *nodes, int input) {
  return intern(nodes, (tape_entry){.operation = OP_INPUT, .a = input, .b = NO_NODE, .c = NO_NODE});
}

node tape_normal(tape *nodes, int input) {
  return tape_input(nodes, NORMAL_ALONG + input);
}

/* Three bits of c hold each input after the first: the second input itself, and the third and fourth plus 1. */
node tape_derivative(tape *nodes, int output, int order, const int inputs[]) {
  int sorted[MAX_ORDER];
  for (int i = 0; i < order; i++) {
    int at = i;
    for (; at > 0 && sorted[at - 1] > inputs[i]; at--) sorted[at] = sorted[at - 1];
    sorted[at] = inputs[i];
  }
  tape_entry made = {.operation = OP_OUTPUT, .a = output, .b = NO_INPUT, .c = NO_INPUT};
  if (order > 0) made.b = sorted[0];
  if (order > 1) made.c = sorted[1];
  for (int i = 2; i < order; i++) made.c |= (sorted[i] + 1) << (3 * (i - 1));
  return intern(nodes, made);
}

int derivative_unpack(int b, int c, int inputs[MAX_ORDER]) {
  int order = 0;
  if (b == NO_INPUT) return order;
  inputs[order++] = b;
  if (c == NO_INPUT) return order;
  inputs[order++] = c & 7;
  for (c >>= 3; c > 0; c >>= 3) inputs[order++] = (c & 7) - 1;
  return order;
}

node tape_output(tape *nodes, int output, int i, int j) {
  const bool swap = j != NO_INPUT && j < i;
  return intern(nodes, (tape_entry){.operation = OP_OUTPUT, .a = output, .b = swap ? j : i, .c = swap ? i : j});
}

node tape_unary(tape *nodes, operation op, node a) {
  double x = 0.0;
  if (a == NO_NODE) return NO_NODE;
  if (tape_is_constant(nodes, a, &x)) return tape_constant(nodes, operation_apply(op, x, 0.0));
  const node simple = tape_simplify(nodes, op, a, NO_NODE);
  if (simple != NO_NODE) return simple;
  return intern(nodes, (tape_entry){.operation = op, .a = a, .b = NO_NODE, .c = NO_NODE});
}

node tape_binary(tape *nodes, operation op, node a, node b) {
  double x = 0.0, y = 0.0;
  if (a == NO_NODE || b == NO_NODE) return NO_NODE;
  const bool y_known = tape_is_constant(nodes, b, &y);
  if (op == OP_DIVIDE && y_known && y == 0.0)
    return fail(nodes, ntkw_i_fail(NTKW_ERR_PROBLEM, "division by a constant zero; expected a divisor other than 0"));
  if (tape_is_constant(nodes, a, &x) && y_known) return tape_constant(nodes, operation_apply(op, x, y));
  const node simple = tape_simplify(nodes, op, a, b);
  if (simple != NO_NODE) return simple;
  const bool swap = (op == OP_ADD || op == OP_MULTIPLY) && b < a; /* exact, and makes more nodes equal */
  return intern(nodes, (tape_entry){.operation = op, .a = swap ? b : a, .b = swap ? a : b, .c = NO_NODE});
}

node tape_where(tape *nodes, node condition, node a, node b) {
  double value = 0.0;
  if (condition == NO_NODE || a == NO_NODE || b == NO_NODE) return NO_NODE;
  if (tape_is_constant(nodes, condition, &value)) return value != 0.0 ? a : b;
  if (a == b) return a;
  return intern(nodes, (tape_entry){.operation = OP_WHERE, .a = condition, .b = a, .c = b});
}

ntkw_status tape_status(const tape *nodes) {
  return nodes->status;
}

int tape_size(const tape *nodes) {
  return nodes->n;
}

bool tape_is_constant(const tape *nodes, node a, double *value) {
  const tape_entry *r = &nodes->entries[a];
  if (r->operation != OP_CONSTANT) return false;
  *value = r->value;
  return true;
}

bool tape_uses_outputs(const tape *nodes, node a) {
  return nodes->entries[a].outputs != 0;
}

uint32_t tape_outputs_of(const tape *nodes, node a) {
  return nodes->entries[a].outputs;
}

bool tape_is_comparison(const tape *nodes, node a) {
  const operation op = nodes->entries[a].operation;
  return op == OP_LESS || op == OP_LESS_EQUAL;
}
