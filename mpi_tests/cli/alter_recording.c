/* alter_recording FILE WHAT NAME [VALUE]: alter one thing in a recording, in place.
 *   scale NAME FACTOR        multiply the largest entry of a dataset by FACTOR
 *   neighbour NAME           replace the largest entry of a dataset by the next number of its type
 *   remove NAME              remove a dataset or group
 *   remove-attribute NAME    remove an attribute of the root group
 *   attribute NAME VALUE     replace the number in an attribute
 *   retype NAME              replace a dataset by one of integers
 *   reshape NAME             replace a dataset by one with a single dimension */
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t largest(const double values[], size_t n) {
  size_t at = 0;
  for (size_t i = 1; i < n; i++)
    if (fabs(values[i]) > fabs(values[at])) at = i;
  return at;
}

/* All entries are read and written as doubles. This is exact, so that only one entry is altered. */
static int alter_entry(hid_t file, const char *name, const char *factor) {
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(dataset), type = H5Dget_type(dataset);
  const size_t n = (size_t)H5Sget_simple_extent_npoints(space);
  double *values = malloc(n * sizeof *values);
  int bad = !values || H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0;
  if (!bad) {
    double *entry = &values[largest(values, n)];
    if (factor)
      *entry *= strtod(factor, NULL);
    else
      *entry = H5Tget_size(type) == 4 ? (double)nextafterf((float)*entry, INFINITY) : nextafter(*entry, INFINITY);
    bad = H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0;
  }
  free(values);
  H5Tclose(type);
  H5Sclose(space);
  H5Dclose(dataset);
  return bad;
}

static int alter_attribute(hid_t file, const char *name, double value) {
  const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
  const int bad = H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value) < 0;
  H5Aclose(attribute);
  return bad;
}

static int replace(hid_t file, const char *name, hid_t type, int keep_shape) {
  const hid_t old = H5Dopen2(file, name, H5P_DEFAULT), shape = H5Dget_space(old);
  const hsize_t all = (hsize_t)H5Sget_simple_extent_npoints(shape);
  const hid_t line = H5Screate_simple(1, &all, NULL);
  H5Dclose(old);
  int bad = H5Ldelete(file, name, H5P_DEFAULT) < 0;
  const hid_t new = H5Dcreate2(file, name, type, keep_shape ? shape : line, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  bad = bad || new < 0;
  H5Dclose(new);
  H5Sclose(line);
  H5Sclose(shape);
  return bad;
}

static int alter(hid_t file, const char *what, const char *name, const char *value) {
  if (strcmp(what, "scale") == 0 && value) return alter_entry(file, name, value);
  if (strcmp(what, "neighbour") == 0) return alter_entry(file, name, NULL);
  if (strcmp(what, "remove") == 0) return H5Ldelete(file, name, H5P_DEFAULT) < 0;
  if (strcmp(what, "remove-attribute") == 0) return H5Adelete(file, name) < 0;
  if (strcmp(what, "attribute") == 0 && value) return alter_attribute(file, name, strtod(value, NULL));
  if (strcmp(what, "retype") == 0) return replace(file, name, H5T_STD_I64LE, 1);
  if (strcmp(what, "reshape") == 0) return replace(file, name, H5T_IEEE_F64LE, 0);
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  const hid_t file = H5Fopen(argv[1], H5F_ACC_RDWR, H5P_DEFAULT);
  if (file < 0) return 1;
  const int bad = alter(file, argv[2], argv[3], argc > 4 ? argv[4] : NULL);
  return H5Fclose(file) < 0 || bad;
}
