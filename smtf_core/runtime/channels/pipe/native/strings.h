/* TensorFlow's strings, as they lie in a tensor. */

#ifndef SMTF_STRINGS_H
#define SMTF_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

/* 24 bytes. The two lowest bits of the first say the kind: 0, the text is in it; 1, it is allocated. The size is above
 * them. All zero is the empty string. */
typedef union {
  struct {
    unsigned char size;
    char text[23];
  } small;
  struct {
    size_t size, capacity;
    char *text;
  } large;
} String;

/* The text of a string of one of these two kinds. */
const char *string_text(const String *string, size_t *length);

/* Fills an empty string; false when there is no memory. */
bool string_fill(String *string, const void *text, size_t length);

#endif
