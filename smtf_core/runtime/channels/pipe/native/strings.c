/* TensorFlow's strings, as they lie in a tensor (little-endian). */

#include "strings.h"

#include <stdlib.h>
#include <string.h>

enum { LARGE = 1, KIND = 3, KIND_BITS = 2, SMALL_CAPACITY = 22 };

_Static_assert(sizeof(String) == 24, "a string of TensorFlow's has 24 bytes");

const char *string_text(const String *string, size_t *length) {
  if ((string->small.size & KIND) == LARGE) {
    *length = string->large.size >> KIND_BITS;
    return string->large.text;
  }
  *length = string->small.size >> KIND_BITS;
  return string->small.text;
}

bool string_fill(String *string, const void *text, size_t length) {
  char *to = string->small.text;
  if (length > SMALL_CAPACITY) {
    size_t capacity = length | 15; /* with its end mark a multiple of 16 */
    to = malloc(capacity + 1);
    if (!to) return false;
    string->large.size = length << KIND_BITS | LARGE;
    string->large.capacity = capacity;
    string->large.text = to;
  } else {
    string->small.size = (unsigned char)(length << KIND_BITS);
  }
  memcpy(to, text, length);
  to[length] = 0;
  return true;
}
