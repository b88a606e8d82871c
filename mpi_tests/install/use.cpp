// The library from C++: its types in containers, its handle in a unique_ptr, a lambda as a rule.
#include <ntkw/ntkw.h>
#include <cstdio>
#include <memory>
#include <vector>

struct destroyer {
  void operator()(ntkw_weighting *weighting) const { ntkw_weighting_destroy(&weighting); }
};
using weighting_ptr = std::unique_ptr<ntkw_weighting, destroyer>;

static weighting_ptr make(const std::vector<const char *> &names, const ntkw_weighting_options &options) {
  ntkw_weighting *made = nullptr;
  ntkw_weighting_create(MPI_COMM_WORLD, static_cast<int>(names.size()), names.data(), &options, &made);
  return weighting_ptr(made);
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int rank = 0, failed = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  {
    const std::vector<const char *> names = {"residual", "boundary"};
    ntkw_user_rule rule = {};
    rule.name = "halves";
    rule.needs = NTKW_NEEDS_NORMS;
    rule.alpha = 0.5;
    rule.update_every = 1;
    rule.targets = [](void *, const ntkw_moments *moments, double *, double *target) {
      for (int i = 0; i < moments->n; i++) target[i] = moments->norm[i] / 4.0;
      return NTKW_SUCCESS;
    };
    ntkw_weighting_options options;
    ntkw_weighting_options_init(&options);
    options.user_rule = &rule;
    const weighting_ptr weighting = make(names, options);
    for (int c = 0; c < 2 && weighting; c++) {
      const std::vector<float> shard(rank == 0 ? 1 : 0, static_cast<float>(c == 0 ? 1 : 3));
      ntkw_weighting_add_gradient(weighting.get(), c, shard.data(), shard.size(), NTKW_FLOAT32);
    }
    if (weighting && ntkw_weighting_update(weighting.get(), 0) == NTKW_SUCCESS) {
      const double *w = ntkw_weighting_weights(weighting.get());
      if (rank == 0) std::printf("weights %g %g\n", w[0], w[1]);
      failed = 0;
    }
  }
  MPI_Finalize();
  return failed;
}
