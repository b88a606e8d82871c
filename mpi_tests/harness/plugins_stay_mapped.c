/* For the leak checker: dlclose does nothing, so that Open MPI's plug-ins stay mapped and their leaks can be named and
 * suppressed. */
int dlclose(void *handle);
int dlclose(void *handle) {
  (void)handle;
  return 0;
}
