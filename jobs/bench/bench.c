#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double median(double *numbers, size_t count) {
  qsort(numbers, count, sizeof *numbers, ascending);
  return 0.5 * (numbers[(count - 1) / 2] + numbers[count / 2]);
}

double typical(const double *times, int rounds) {
  double copy[ROUNDS_MOST];
  memcpy(copy, times, (size_t)rounds * sizeof *copy);
  return median(copy, (size_t)rounds);
}

double median_ratio(const double *times, const double *others, int rounds) {
  double ratios[ROUNDS_MOST];
  for (int r = 0; r < rounds; r++) ratios[r] = times[r] / others[r];
  return median(ratios, (size_t)rounds);
}

const char *cpu_name(void) {
  static char line[256];
  FILE *file = fopen("/proc/cpuinfo", "r");
  while (file && fgets(line, sizeof line, file)) {
    if (strncmp(line, "model name", 10) != 0) continue;
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    const char *colon = strchr(line, ':');
    return colon ? colon + 2 : line;
  }
  if (file) fclose(file);
  return "unknown CPU";
}

size_t cache_bytes(int level) {
  const long bytes = sysconf(level == 2 ? _SC_LEVEL2_CACHE_SIZE : _SC_LEVEL3_CACHE_SIZE);
  if (bytes > 0) return (size_t)bytes;
  return level == 2 ? (size_t)1 << 20 : (size_t)32 << 20;
}

FILE *open_csv(const char *path, const char *head) {
  FILE *file = fopen(path, "a");
  if (!file)
    perror(path);
  else if (fseek(file, 0, SEEK_END) == 0 && ftell(file) == 0)
    fprintf(file, "%s\n", head);
  return file;
}

static const char *fitting_core(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return "SkylakeX";
  if (__builtin_cpu_supports("avx2")) return "Haswell";
#endif
  return NULL;
}

void settle_blas(char **argv) {
  const char *core = fitting_core();
  const int settled = getenv("OPENBLAS_NUM_THREADS") && (!core || getenv("OPENBLAS_CORETYPE"));
  if (settled) return;
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  if (core) setenv("OPENBLAS_CORETYPE", core, 0);
  execv("/proc/self/exe", argv);
  perror("bench: cannot start anew with a fitting BLAS; its times are those of the kernels it chose");
}
