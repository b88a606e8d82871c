# Sourced by the jobs, and asked by CMake for the tests: settings for a clean mpirun on one host, wherever the user has not
# chosen. Open MPI names them anew in each major version, and version 6 complains of the names of version 5.
set_default() { [ -n "${!1:-}" ] || export "$1=$2"; }
openmpi=$("${MPIEXEC:-mpirun}" --version 2>/dev/null | sed -n '1s/.*(Open[ A-Z]*) \([0-9]*\).*/\1/p') # empty: another MPI
if [ "$(id -u)" = 0 ]; then
  set_default OMPI_ALLOW_RUN_AS_ROOT 1
  set_default OMPI_ALLOW_RUN_AS_ROOT_CONFIRM 1
fi
# More ranks than cores are allowed, and two runs side by side do not share one core.
case $openmpi in
'') ;;
[1-4])
  set_default OMPI_MCA_rmaps_base_oversubscribe 1
  set_default OMPI_MCA_hwloc_base_binding_policy none
  set_default OMPI_MCA_orte_execute_quiet 1 # exit codes speak for themselves; from version 5 on mpirun is never quiet
  ;;
5)
  set_default PRTE_MCA_rmaps_default_mapping_policy :oversubscribe
  set_default PRTE_MCA_hwloc_default_binding_policy none
  set_default OMPI_MCA_btl_tcp_if_include lo # which else warns of pairs of interfaces that nobody uses
  ;;
*)
  set_default PRTE_MCA_mapby :oversubscribe
  set_default PRTE_MCA_bindto none
  ;;
esac
# Where files must be small, the tables of Open MPI are kept in memory; in files they have 4 MiB.
[ "$(ulimit -f)" = unlimited ] || set_default PMIX_MCA_gds hash
set_default OMPI_MCA_mpi_yield_when_idle 1 # ranks that share cores do not spin against each other
set_default OMP_NUM_THREADS 1
set_default OPENBLAS_NUM_THREADS 1
