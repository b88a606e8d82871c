# Sourced by the scripts here, and run by CMake for the tests: settings of mpirun on one host. A variable that the user
# has set is kept. Each major version of Open MPI has its own names, and version 6 complains about those of version 5.
set_default() { [ -n "${!1:-}" ] || export "$1=$2"; }
# The major version of Open MPI; empty: another MPI.
openmpi=$("${MPIEXEC:-mpirun}" --version 2>/dev/null | sed -n '1s/.*(Open[ A-Z]*) \([0-9]*\).*/\1/p')
if [ "$(id -u)" = 0 ]; then
  set_default OMPI_ALLOW_RUN_AS_ROOT 1
  set_default OMPI_ALLOW_RUN_AS_ROOT_CONFIRM 1
fi
# Allow more ranks than cores, and do not bind ranks, so that two runs side by side do not share a core.
case $openmpi in
'') ;;
[1-4])
  set_default OMPI_MCA_rmaps_base_oversubscribe 1
  set_default OMPI_MCA_hwloc_base_binding_policy none
  set_default OMPI_MCA_orte_execute_quiet 1 # no paragraph about exit codes; from version 5 on there is no such setting
  ;;
5)
  set_default PRTE_MCA_rmaps_default_mapping_policy :oversubscribe
  set_default PRTE_MCA_hwloc_default_binding_policy none
  set_default OMPI_MCA_btl_tcp_if_include lo # without it, it warns about pairs of unused interfaces
  ;;
*)
  set_default PRTE_MCA_mapby :oversubscribe
  set_default PRTE_MCA_bindto none
  ;;
esac
# If file sizes are limited, keep the tables of Open MPI in memory; as files they need 4 MiB.
[ "$(ulimit -f)" = unlimited ] || set_default PMIX_MCA_gds hash
set_default OMPI_MCA_mpi_yield_when_idle 1 # waiting ranks yield their core
set_default OMP_NUM_THREADS 1
set_default OPENBLAS_NUM_THREADS 1
