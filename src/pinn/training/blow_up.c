#include "pinn/training/blow_up.h"
#include "base/check.h"

static const double FACTOR = 1e6, LEAST = 1e-12;

void blow_up_reset(blow_up *b) {
  *b = (blow_up){.since = -1};
}

bool blow_up_is_above(const blow_up *b, double loss) {
  return b->counted == BLOW_UP_STEPS && b->largest >= LEAST && loss > FACTOR * b->largest;
}

bool blow_up_count(blow_up *b, int64_t step, double loss) {
  if (b->counted < BLOW_UP_STEPS) {
    b->counted++;
    if (loss > b->largest) b->largest = loss;
    return false;
  }
  if (!blow_up_is_above(b, loss))
    b->since = -1;
  else if (b->since < 0)
    b->since = step;
  return b->since >= 0 && step - b->since + 1 >= BLOW_UP_STEPS;
}

ntkw_status blow_up_visit_state(blow_up *b, state_visitor *v) {
  NTKW_TRY(v->integer(v, &(integer_entry){"blow_up_counted", &b->counted, STATE_OPTIONAL}));
  NTKW_TRY(v->integer(v, &(integer_entry){"blow_up_since", &b->since, STATE_OPTIONAL}));
  return v->real(v, &(real_entry){"blow_up_largest", &b->largest, STATE_OPTIONAL});
}
