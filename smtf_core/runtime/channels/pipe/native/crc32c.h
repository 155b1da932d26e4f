/* CRC-32C (Castagnoli), and the masked form that TFRecord stores. */

#ifndef SMTF_CRC32C_H
#define SMTF_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Makes the tables; to be called once before the others. */
void crc32c_init(void);

/* The CRC of what gave `crc` so far (0 at first), followed by `size` more bytes. */
uint32_t crc32c_extend(uint32_t crc, const void *data, size_t size);

/* TFRecord rotates a CRC and adds a constant, because the CRC of data that holds its own CRC tells little. */
static inline uint32_t crc32c_mask(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

#endif
