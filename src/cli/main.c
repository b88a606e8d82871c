/* ntkw: dispatch to the subcommands. */
#include <stdio.h>

int main(void) {
  puts("ntkw");
  return 0;
}
