#include "checkpoint/hdf5_calls.h"
#include "base/dtype.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

hdf5_voice ntkw_i_hdf5_silence(void) {
  hdf5_voice voice = {NULL, NULL};
  H5Eget_auto2(H5E_DEFAULT, &voice.handler, &voice.data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  return voice;
}

void ntkw_i_hdf5_restore(hdf5_voice voice) {
  H5Eset_auto2(H5E_DEFAULT, voice.handler, voice.data);
}

enum { REASON_LENGTH = 256 };

/* The innermost message; of one that quotes the system, only the quotation. */
static herr_t take_reason(unsigned n, const H5E_error2_t *error, void *data) {
  char *reason = data;
  if (n > 0 || !error->desc) return 0;
  static const char quotes[] = "error message = '";
  const char *quoted = strstr(error->desc, quotes);
  if (!quoted) {
    snprintf(reason, REASON_LENGTH, "%s", error->desc);
    return 0;
  }
  quoted += strlen(quotes);
  snprintf(reason, REASON_LENGTH, "%.*s", (int)strcspn(quoted, "'"), quoted);
  return 0;
}

ntkw_status ntkw_i_hdf5_fail(ntkw_status code, const char *what, const char *path) {
  char reason[REASON_LENGTH] = "HDF5 gave no reason";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_reason, reason);
  return ntkw_i_fail(code, "cannot %s %s: %s", what, path, reason);
}

hid_t ntkw_i_hdf5_access(MPI_Comm comm) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  if (comm != MPI_COMM_NULL) H5Pset_fapl_mpio(access, comm, MPI_INFO_NULL);
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MAJOR == 1 && H5_VERS_MINOR == 11)
  H5Pset_file_locking(access, true, true); /* on a file system without locks go on without them */
#endif
  return access;
}

/* A number of two bytes: sign, exponent, mantissa. */
static hid_t half_type(size_t exponent_bits, size_t bias) {
  const size_t mantissa_bits = 15 - exponent_bits;
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(type, 15, mantissa_bits, exponent_bits, 0, mantissa_bits);
  H5Tset_precision(type, 16);
  H5Tset_size(type, 2);
  H5Tset_ebias(type, bias);
  return type;
}

hid_t ntkw_i_hdf5_file_type(ntkw_dtype dtype) {
  switch (dtype) {
  case NTKW_FLOAT32:
    return H5Tcopy(H5T_IEEE_F32LE);
  case NTKW_FLOAT64:
    return H5Tcopy(H5T_IEEE_F64LE);
  case NTKW_FLOAT16:
    return half_type(5, 15);
  case NTKW_BFLOAT16:
    return half_type(8, 127);
  case NTKW_INT8:
    return H5Tcopy(H5T_STD_I8LE);
  case NTKW_INT16:
    return H5Tcopy(H5T_STD_I16LE);
  case NTKW_INT32:
    return H5Tcopy(H5T_STD_I32LE);
  case NTKW_INT64:
    return H5Tcopy(H5T_STD_I64LE);
  case NTKW_UINT8:
    return H5Tcopy(H5T_STD_U8LE);
  case NTKW_UINT16:
    return H5Tcopy(H5T_STD_U16LE);
  case NTKW_UINT32:
    return H5Tcopy(H5T_STD_U32LE);
  case NTKW_UINT64:
    return H5Tcopy(H5T_STD_U64LE);
  }
  return H5I_INVALID_HID;
}

hid_t ntkw_i_hdf5_memory_type(ntkw_dtype dtype) {
  const hid_t type = ntkw_i_hdf5_file_type(dtype);
  H5Tset_order(type, H5Tget_order(H5T_NATIVE_INT));
  return type;
}

bool ntkw_i_hdf5_find_dtype(hid_t type, ntkw_dtype *dtype) {
  bool found = false;
  for (int d = 0; d < DTYPE_COUNT && !found; d++) {
    const hid_t candidate = ntkw_i_hdf5_file_type((ntkw_dtype)d);
    found = H5Tequal(type, candidate) > 0;
    H5Tclose(candidate);
    if (found) *dtype = (ntkw_dtype)d;
  }
  return found;
}

hid_t ntkw_i_hdf5_text_type(size_t size) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, size);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}
