#include "fileio/hdf5_types.h"
#include "base/dtype.h"

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
