#include "pinn/arithmetic/matrix.h"
#include "base/hash.h"
#include "base/check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef NTKW_HAVE_XSMM
#include <libxsmm.h>
#endif

/* The inner index is split into blocks. This changes no bit and keeps generated code fast. */
enum { GENERATED_INNER = 128, MAX_SHAPES = 2048, SLOTS = 2 * MAX_SHAPES };

typedef void (*generated_product)(void); /* run() casts it to LIBXSMM's type for the precision */

/* code[0] computes all columns but the last ones, code[1] the last ones. */
typedef struct known_shape {
  product_shape product;
  bool used;
  int last;                  /* columns of code[1]; 0: code[0] computes all columns */
  generated_product code[2]; /* NULL: use the compiled product */
} known_shape;

struct multiplier {
  const kernels *kernels;
  ntkw_dtype precision;
  bool generates;
  int n_shapes, n_refused;
  known_shape shapes[SLOTS]; /* a hash table, open addressing */
};

#ifdef NTKW_HAVE_XSMM

/* LIBXSMM is column-major: features are its M, rows its N, and our B is its A. */
static generated_product generate(ntkw_dtype precision, const product_shape *p) {
  const libxsmm_blasint m = p->width, n = p->rows, k = p->inner, lda = p->ldb, ldb = p->lda, ldc = p->ldc;
  const int flags = p->a_transposed ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE;
  const int prefetch = LIBXSMM_GEMM_PREFETCH_NONE;
  if (precision == NTKW_FLOAT64) {
    const double one = 1, beta = p->accumulate ? 1 : 0;
    return (generated_product)libxsmm_dmmdispatch(m, n, k, &lda, &ldb, &ldc, &one, &beta, &flags, &prefetch);
  }
  const float one = 1, beta = p->accumulate ? 1 : 0;
  return (generated_product)libxsmm_smmdispatch(m, n, k, &lda, &ldb, &ldc, &one, &beta, &flags, &prefetch);
}

/* LIBXSMM's code leaves the upper halves of the vector registers in use. Each later SSE instruction, such as those in
 * libm's fma, would have to preserve them. On recent Intel CPUs that costs 170 ns instead of 3. */
static inline void clear_upper_halves(void) {
  __asm__ volatile("vzeroupper" ::
                       : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                         "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

static void run(ntkw_dtype precision, generated_product code, const void *a, const void *b, void *c) {
  if (precision == NTKW_FLOAT64)
    ((libxsmm_dmmfunction)code)(b, a, c);
  else
    ((libxsmm_smmfunction)code)(b, a, c);
  clear_upper_halves();
}

static bool start_generator(kernel_variant variant) {
  if (variant == KERNELS_PORTABLE) return false;
  libxsmm_init();
  libxsmm_set_target_archid(variant == KERNELS_AVX2 ? LIBXSMM_X86_AVX2 : LIBXSMM_X86_AVX512_CORE);
  return true;
}

#else

static generated_product generate(ntkw_dtype precision, const product_shape *p) {
  (void)precision, (void)p;
  return NULL;
}

static void run(ntkw_dtype precision, generated_product code, const void *a, const void *b, void *c) {
  (void)precision, (void)code, (void)a, (void)b, (void)c;
}

static bool start_generator(kernel_variant variant) {
  (void)variant;
  return false;
}

#endif

ntkw_status multiplier_create(kernel_variant variant, ntkw_dtype precision, multiplier **out) {
  multiplier *m = calloc(1, sizeof *m);
  NTKW_CHECK(m, NTKW_ERR_MEMORY, "out of memory for the table of matrix products (%zu bytes)", sizeof *m);
  m->kernels = kernels_find(variant, precision);
  m->precision = precision;
  m->generates = start_generator(variant);
  *out = m;
  return NTKW_SUCCESS;
}

void multiplier_destroy(multiplier **m) {
  free(*m);
  *m = NULL;
}

int multiplier_generated(const multiplier *m) {
  return m->n_shapes - m->n_refused;
}

int multiplier_refused(const multiplier *m) {
  return m->n_refused;
}

/* Fill x with numbers in [-1, 1) with full significands, the same in each call. */
static void fill(ntkw_dtype precision, size_t n, uint64_t state, void *x) {
  for (size_t i = 0; i < n; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const double value = (double)(int64_t)(state ^ (state >> 29)) * 0x1p-63;
    if (precision == NTKW_FLOAT64)
      ((double *)x)[i] = value;
    else
      ((float *)x)[i] = (float)value;
  }
}

/* Does the generated code give the bits of the compiled product, also in the memory between the rows of C? */
static bool agrees(const multiplier *m, generated_product code, const product_shape *p) {
  const size_t size = m->kernels->size, n_c = (size_t)p->rows * (size_t)p->ldc;
  const size_t n_a = (size_t)(p->a_transposed ? p->inner : p->rows) * (size_t)p->lda;
  const size_t n_b = (size_t)p->inner * (size_t)p->ldb;
  char *a = aligned_alloc(64, (n_a + n_b + 2 * n_c) * size / 64 * 64 + 64);
  if (!a) return false;
  char *b = a + n_a * size, *c = b + n_b * size, *expected = c + n_c * size;
  fill(m->precision, n_a + n_b + n_c, 1, a);
  memcpy(expected, c, n_c * size);
  m->kernels->multiply(p, a, b, expected);
  run(m->precision, code, a, b, c);
  const bool same = memcmp(c, expected, n_c * size) == 0;
  free(a);
  return same;
}

static bool same_shape(const product_shape *a, const product_shape *b) {
  return a->rows == b->rows && a->width == b->width && a->inner == b->inner && a->lda == b->lda && a->ldb == b->ldb &&
         a->ldc == b->ldc && a->a_transposed == b->a_transposed && a->accumulate == b->accumulate;
}

static uint64_t two_words(int high, int low) {
  return (uint64_t)(uint32_t)high << 32 | (uint32_t)low;
}

static unsigned hash(const product_shape *p) {
  const int kind = 2 * p->a_transposed + p->accumulate;
  uint64_t value = ntkw_i_hash_word((uint64_t)kind, two_words(p->rows, p->width));
  value = ntkw_i_hash_word(value, two_words(p->inner, p->lda));
  value = ntkw_i_hash_word(value, two_words(p->ldb, p->ldc));
  return (unsigned)(value ^ (value >> 32));
}

/* Generated code that passes the check, or NULL. */
static generated_product checked_code(const multiplier *m, const product_shape *p) {
  const generated_product code = generate(m->precision, p);
  return code && agrees(m, code, p) ? code : NULL;
}

static void try_cut(const multiplier *m, int last, known_shape *shape) {
  product_shape part = shape->product;
  part.width = shape->product.width - last;
  const generated_product first = checked_code(m, &part);
  part.width = last;
  const generated_product second = first ? checked_code(m, &part) : NULL;
  if (!second) return;
  *shape = (known_shape){.product = shape->product, .used = true, .last = last, .code = {first, second}};
}

/* LIBXSMM computes some widths with several sums for an element: with AVX-512, 64 n + 16 floats and 32 n + 8 doubles.
 * Such a width is cut in two, the wider part first. */
static void find_code(const multiplier *m, known_shape *shape) {
  const int padding = feature_padding(m->precision), width = shape->product.width;
  shape->code[0] = checked_code(m, &shape->product);
  if (width % padding != 0) return;
  for (int last = 3 * padding; !shape->code[0] && last > 0; last -= padding)
    if (last < width) try_cut(m, last, shape);
}

/* The entry of a shape, or NULL: the table is full. Generates and checks the code of a new shape. */
static const known_shape *find_shape(multiplier *m, const product_shape *p) {
  unsigned slot = hash(p) % SLOTS;
  while (m->shapes[slot].used && !same_shape(&m->shapes[slot].product, p)) slot = (slot + 1) % SLOTS;
  known_shape *shape = &m->shapes[slot];
  if (shape->used) return shape;
  if (m->n_shapes == MAX_SHAPES) return NULL;
  m->n_shapes++;
  *shape = (known_shape){.product = *p, .used = true};
  find_code(m, shape);
  m->n_refused += shape->code[0] == NULL;
  return shape;
}

/* Compute a product whose inner index is at most GENERATED_INNER. */
static void multiply_block(multiplier *m, const product_shape *p, const char *a, const char *b, char *c) {
  const known_shape *shape = find_shape(m, p);
  if (!shape || !shape->code[0]) {
    m->kernels->multiply(p, a, b, c);
    return;
  }
  run(m->precision, shape->code[0], a, b, c);
  if (shape->last == 0) return;
  const size_t done = (size_t)(p->width - shape->last) * m->kernels->size;
  run(m->precision, shape->code[1], a, b + done, c + done);
}

void multiply(multiplier *m, const product_shape *p, const void *a, const void *b, void *c) {
  if (!m->generates || p->rows == 0 || p->inner == 0) {
    m->kernels->multiply(p, a, b, c);
    return;
  }
  const ptrdiff_t size = (ptrdiff_t)m->kernels->size, a_step = (p->a_transposed ? p->lda : 1) * size;
  const ptrdiff_t b_step = p->ldb * size;
  product_shape part = *p;
  for (int k = 0; k < p->inner; k += part.inner) {
    part.inner = p->inner - k < GENERATED_INNER ? p->inner - k : GENERATED_INNER;
    part.accumulate = p->accumulate || k > 0;
    multiply_block(m, &part, (const char *)a + k * a_step, (const char *)b + k * b_step, c);
  }
}

bool matrix_generates(kernel_variant variant) {
  const product_shape probe = {.rows = 16, .width = 16, .inner = 16, .lda = 16, .ldb = 16, .ldc = 16};
  multiplier *m = NULL;
  if (multiplier_create(variant, NTKW_FLOAT64, &m) != NTKW_SUCCESS) return false;
  const bool generated = m->generates && find_shape(m, &probe)->code[0] != NULL;
  multiplier_destroy(&m);
  return generated;
}
