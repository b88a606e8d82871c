#include "cli/signals.h"

#include <stddef.h>

static volatile sig_atomic_t noted, interrupts;
static bool hangup_ignored;
static const int stopping[] = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU, SIGHUP};

static void note_signal(int number) {
  noted = number;
  if (number != SIGINT || interrupts++ == 0) return;
  signal(SIGINT, SIG_DFL);
  raise(SIGINT); /* delivered when this handler returns */
}

void signals_begin(void) {
  struct sigaction hangup;
  hangup_ignored = sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
  signal(SIGXFSZ, SIG_IGN);
}

void signals_catch(void) {
  const struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
  sigset_t wanted;
  sigemptyset(&wanted);
  for (size_t i = 0; i < sizeof stopping / sizeof *stopping; i++) {
    if (stopping[i] == SIGHUP && hangup_ignored) continue;
    sigaction(stopping[i], &action, NULL);
    sigaddset(&wanted, stopping[i]);
  }
  pthread_sigmask(SIG_UNBLOCK, &wanted, NULL);
  signal(SIGPIPE, SIG_IGN);
}

int signals_noted(void) {
  return noted;
}

bool signals_hangup_ignored(void) {
  return hangup_ignored;
}

sigset_t signals_ignored(void) {
  sigset_t ignored;
  sigemptyset(&ignored);
  sigaddset(&ignored, SIGXFSZ);
  sigaddset(&ignored, SIGPIPE);
  return ignored;
}
