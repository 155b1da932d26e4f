/* The files of the scheme smtfpipe://, one kind: a pass over a channel, as a TFRecord file made on the fly.
 *
 * Its records are names of chunks, whose own records the operator (operator.c) hands over. So many records together pay
 * for what TensorFlow does around a record of a file, and their bytes go past the checksums that it makes of such files.
 *
 * When nothing has come for a while the name is that of an empty chunk: TensorFlow gives no sign to a file that it is
 * reading, but looks between two calls of an operator whether the iterator has been cancelled.
 */

#include "files.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "stream.h"

enum { HEADER = 12, FOOTER = 4 };

typedef struct {
  Stream *stream;
  uint64_t position; /* of the next byte that TensorFlow has to ask for */
  bool in_body;      /* whether that is a record's body */
  size_t length;     /* of the name at hand */
  char name[NAME_BYTES];
} PipeFile;

static void put_u32(uint8_t *at, uint32_t value) { memcpy(at, &value, sizeof value); }

/* TensorFlow reads a TFRecord in two steps: length with checksum, data with checksum. */
static void put_header(const PipeFile *file, uint8_t *at) {
  uint64_t length = file->length;
  memcpy(at, &length, sizeof length);
  put_u32(at + 8, crc32c_mask(crc32c_extend(0, at, 8)));
}

static void put_body(const PipeFile *file, uint8_t *at) {
  memcpy(at, file->name, file->length);
  put_u32(at + file->length, crc32c_mask(crc32c_extend(0, at, file->length)));
}

static int64_t refuse(const PipeFile *file, uint64_t offset, size_t size, TF_Status *status) {
  char message[512];
  const Source *source = &file->stream->records.source;
  snprintf(message, sizeof message,
           "channel '%.256s', epoch %llu: TensorFlow asks for %zu bytes at %" PRIu64 ", but a pipe can only be read on "
           "from where it is, %" PRIu64 "; it cannot be skipped in or restored from a checkpoint",
           source->settings.channel, source->epoch, size, offset, file->position);
  tensorflow.TF_SetStatus(status, STATUS_UNIMPLEMENTED, message);
  return -1;
}

int64_t file_read(const RandomAccessFile *handle, uint64_t offset, size_t size, char *buffer, TF_Status *status) {
  PipeFile *file = handle->plugin_file;
  if (offset != file->position || size != (file->in_body ? file->length + FOOTER : HEADER))
    return refuse(file, offset, size, status);
  if (file->in_body) {
    put_body(file, (uint8_t *)buffer);
  } else {
    Failure failure = {0};
    if (!stream_next_chunk(file->stream, file->name, &failure)) {
      tensorflow.TF_SetStatus(status, failure.code, failure.message);
      return failure.code == STATUS_OUT_OF_RANGE ? 0 : -1;
    }
    file->length = strlen(file->name);
    put_header(file, (uint8_t *)buffer);
  }
  file->in_body = !file->in_body;
  file->position += size;
  tensorflow.TF_SetStatus(status, STATUS_OK, "");
  return (int64_t)size;
}

void file_cleanup(RandomAccessFile *handle) {
  PipeFile *file = handle->plugin_file;
  stream_release(file->stream);
  free(file);
}

void file_new(const Filesystem *filesystem, const char *path, RandomAccessFile *handle, TF_Status *status) {
  (void)filesystem;
  Failure failure = {STATUS_RESOURCE_EXHAUSTED, "no memory for the reader of a pipe"};
  PipeFile *file = calloc(1, sizeof *file);
  if (!file || !(file->stream = stream_open(path, &failure))) {
    free(file);
    tensorflow.TF_SetStatus(status, failure.code, failure.message);
    return;
  }
  handle->plugin_file = file;
  tensorflow.TF_SetStatus(status, STATUS_OK, "");
}
