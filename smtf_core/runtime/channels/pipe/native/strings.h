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

size_t string_length(const String *string);

/* Fills an empty string; false when there is no memory. */
bool string_fill(String *string, const void *text, size_t length);

/* A string that grows: room for so many bytes in all (false when there is no memory), where its next bytes are to be put
 * and how many can be, and that so many have been. */
bool string_reserve(String *string, size_t capacity);
char *string_end(String *string, size_t *room);
void string_extend(String *string, size_t size);

/* Gives memory back that a grown string does not need. */
void string_trim(String *string);

/* Frees its memory; it is empty then. */
void string_free(String *string);

#endif
