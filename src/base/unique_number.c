#include "base/unique_number.h"
#include "base/digest.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

uint64_t ntkw_i_unique_number(void) {
  uint64_t number;
  if (getrandom(&number, sizeof number, GRND_NONBLOCK) == (ssize_t)sizeof number) return number;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  number = ((uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec) + ((uint64_t)getpid() << 44);
  return ntkw_i_digest_bytes(&number, 0, sizeof number);
}
