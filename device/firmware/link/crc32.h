/* CRC-32 as zlib counts it (IEEE 802.3, reflected). */
#ifndef LINK_CRC32_H
#define LINK_CRC32_H

#include <stdint.h>

/* Goes on from `crc`, the value over the bytes before (0 for none): crc32_add(crc32_add(0, a), b) is the CRC of a then
 * b. */
uint32_t crc32_add(uint32_t crc, const uint8_t *bytes, uint32_t n);

#endif
