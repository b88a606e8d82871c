# Sourced by the jobs: settings for a clean mpirun on one host, wherever the user has not chosen.
set_default() { [ -n "${!1:-}" ] || export "$1=$2"; }
if [ "$(id -u)" = 0 ]; then
  set_default OMPI_ALLOW_RUN_AS_ROOT 1
  set_default OMPI_ALLOW_RUN_AS_ROOT_CONFIRM 1
fi
set_default OMPI_MCA_rmaps_base_oversubscribe 1     # more ranks than cores are allowed
set_default OMPI_MCA_mpi_yield_when_idle 1          # and do not spin against each other
set_default OMPI_MCA_hwloc_base_binding_policy none # two runs side by side do not share one core
set_default OMPI_MCA_orte_execute_quiet 1           # exit codes speak for themselves
set_default OMP_NUM_THREADS 1
set_default OPENBLAS_NUM_THREADS 1
