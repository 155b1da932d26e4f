/* Reads passes over a channel as TensorFlow would, without TensorFlow: for sanitizers and valgrind.
 *
 * driver URI PASSES writes to its standard output, for each pass, "R" and the record for each record, "E" and the message
 * when something is wrong, then "Z"; texts come after their length as 8 bytes.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "files.h"
#include "stream.h"
#include "strings.h"

struct TF_Status {
  int code;
  char message[16384];
};

static void set_status(TF_Status *status, int code, const char *message) {
  status->code = code;
  snprintf(status->message, sizeof status->message, "%s", message);
}

static void put(char kind, const void *text, uint64_t length) {
  putchar(kind);
  fwrite(&length, sizeof length, 1, stdout);
  fwrite(text, 1, length, stdout);
}

static void check(bool good, const char *what) {
  if (good) return;
  fprintf(stderr, "not as TensorFlow needs it: %s\n", what);
  exit(3);
}

static bool checksum_fits(const char *data, uint64_t length) {
  uint32_t stored;
  memcpy(&stored, data + length, sizeof stored);
  return crc32c_mask(crc32c_extend(0, data, length)) == stored;
}

/* The records of a chunk, through TensorFlow's strings as the operator makes them. */
static void put_chunk(const char *name, uint64_t length) {
  Failure failure = {0};
  Stream *stream = stream_borrow_chunk(name, length, &failure);
  check(stream != NULL, failure.message);
  for (size_t i = 0; i < stream->records.count; i++) {
    size_t size;
    const char *text = string_text(&stream->records.strings[i], &size);
    check(!text[size], "end mark of a string");
    put('R', text, size);
  }
  stream_return_chunk(stream);
}

static void read_pass(RandomAccessFile *file, TF_Status *status) {
  uint64_t offset = 0, length;
  char header[12], name[64];
  while (file_read(file, offset, sizeof header, header, status) == sizeof header) {
    memcpy(&length, header, sizeof length);
    check(checksum_fits(header, 8) && length + 4 <= sizeof name, "header");
    check(file_read(file, offset + 12, length + 4, name, status) == (int64_t)length + 4, "body");
    check(checksum_fits(name, length), "checksum of the body");
    put_chunk(name, length);
    offset += length + 16;
  }
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  crc32c_init();
  tensorflow.TF_SetStatus = set_status;
  for (long pass = atol(arguments[2]); pass > 0; pass--) {
    TF_Status status;
    RandomAccessFile file = {0};
    file_new(NULL, arguments[1], &file, &status);
    if (!status.code) {
      read_pass(&file, &status);
      file_cleanup(&file);
    }
    if (status.code != STATUS_OUT_OF_RANGE) put('E', status.message, strlen(status.message));
    put('Z', "", 0);
    fflush(stdout);
  }
  return 0;
}
