/* CRC-32C: with the processor's instruction where it has one, three streams at a time, because the instruction takes
 * three cycles but one can be started every cycle; by table elsewhere. */

#include "crc32c.h"

#include <string.h>

enum { STREAM = 256 }; /* bytes of each of the three streams */

static uint32_t byte_table[256];
/* What STREAM zero bytes make of a CRC, by each of its four bytes: it is linear, so the four are added. */
static uint32_t zeros_table[4][256];

static uint32_t by_table(uint32_t state, const uint8_t *data, size_t size) {
  while (size--) state = byte_table[(state ^ *data++) & 0xff] ^ (state >> 8);
  return state;
}

#if defined(__x86_64__)
#include <nmmintrin.h>
#define HAS_INSTRUCTION 1
#define INSTRUCTION_TARGET __attribute__((target("sse4.2")))
static int instruction_is_there(void) { return __builtin_cpu_supports("sse4.2"); }
#define STEP_8(state, word) ((uint32_t)_mm_crc32_u64(state, word))
#define STEP_1(state, byte) _mm_crc32_u8(state, byte)
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#define HAS_INSTRUCTION 1
#define INSTRUCTION_TARGET
static int instruction_is_there(void) { return 1; }
#define STEP_8(state, word) __crc32cd(state, word)
#define STEP_1(state, byte) __crc32cb(state, byte)
#endif

#ifdef HAS_INSTRUCTION
static inline uint64_t word_at(const uint8_t *data) {
  uint64_t word;
  memcpy(&word, data, sizeof word);
  return word;
}

static inline uint32_t after_zeros(uint32_t state) {
  return zeros_table[0][state & 0xff] ^ zeros_table[1][(state >> 8) & 0xff] ^ zeros_table[2][(state >> 16) & 0xff] ^
         zeros_table[3][state >> 24];
}

INSTRUCTION_TARGET static uint32_t by_instruction(uint32_t state, const uint8_t *data, size_t size) {
  for (; size >= 3 * STREAM; data += 3 * STREAM, size -= 3 * STREAM) {
    uint32_t second = 0, third = 0;
    for (size_t i = 0; i < STREAM; i += 8) {
      state = STEP_8(state, word_at(data + i));
      second = STEP_8(second, word_at(data + STREAM + i));
      third = STEP_8(third, word_at(data + 2 * STREAM + i));
    }
    state = after_zeros(after_zeros(state) ^ second) ^ third;
  }
  for (; size >= 8; data += 8, size -= 8) state = STEP_8(state, word_at(data));
  while (size--) state = STEP_1(state, *data++);
  return state;
}
#endif

static uint32_t (*advance)(uint32_t state, const uint8_t *data, size_t size) = by_table;

void crc32c_init(void) {
  static const uint8_t zeros[STREAM];
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t state = byte;
    for (int bit = 0; bit < 8; bit++) state = (state >> 1) ^ (state & 1 ? 0x82f63b78u : 0);
    byte_table[byte] = state;
  }
  for (int position = 0; position < 4; position++) {
    for (uint32_t byte = 0; byte < 256; byte++)
      zeros_table[position][byte] = by_table(byte << (8 * position), zeros, STREAM);
  }
#ifdef HAS_INSTRUCTION
  if (instruction_is_there()) advance = by_instruction;
#endif
}

uint32_t crc32c_extend(uint32_t crc, const void *data, size_t size) { return ~advance(~crc, data, size); }
