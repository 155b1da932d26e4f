/* TensorFlow's strings, as they lie in a tensor (little-endian). */

#include "strings.h"

#include <stdlib.h>
#include <string.h>

enum { LARGE = 1, KIND = 3, KIND_BITS = 2, SMALL_CAPACITY = 22 };

_Static_assert(sizeof(String) == 24, "a string of TensorFlow's has 24 bytes");

static inline bool is_large(const String *string) { return (string->small.size & KIND) == LARGE; }

const char *string_text(const String *string, size_t *length) {
  if (is_large(string)) {
    *length = string->large.size >> KIND_BITS;
    return string->large.text;
  }
  *length = string->small.size >> KIND_BITS;
  return string->small.text;
}

size_t string_length(const String *string) {
  return (is_large(string) ? string->large.size : string->small.size) >> KIND_BITS;
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

static bool reallocate(String *string, size_t capacity) {
  capacity |= 15;
  char *to = realloc(is_large(string) ? string->large.text : NULL, capacity + 1);
  if (!to) return false;
  if (!is_large(string)) {
    size_t length = string_length(string);
    memcpy(to, string->small.text, length + 1);
    string->large.size = length << KIND_BITS | LARGE;
  }
  string->large.capacity = capacity;
  string->large.text = to;
  return true;
}

bool string_reserve(String *string, size_t capacity) {
  if (capacity <= (is_large(string) ? string->large.capacity : SMALL_CAPACITY)) return true;
  return reallocate(string, capacity);
}

char *string_end(String *string, size_t *room) {
  size_t length = string_length(string);
  *room = (is_large(string) ? string->large.capacity : SMALL_CAPACITY) - length;
  return (is_large(string) ? string->large.text : string->small.text) + length;
}

void string_extend(String *string, size_t size) {
  if (is_large(string))
    string->large.size += size << KIND_BITS;
  else
    string->small.size = (unsigned char)(string->small.size + (size << KIND_BITS));
  size_t room;
  *string_end(string, &room) = 0;
}

void string_trim(String *string) {
  if (!is_large(string)) return;
  size_t length = string_length(string);
  /* Where it cannot be made smaller it is as good as before. */
  if (string->large.capacity - length > length / 8 + 15) (void)reallocate(string, length);
}

void string_free(String *string) {
  if (is_large(string)) free(string->large.text);
  *string = (String){0};
}
