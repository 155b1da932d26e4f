/* The files of the scheme smtfpipe:// that TensorFlow reads as TFRecord files, made on the fly from a FIFO.
 *
 * smtfpipe://?channel=... opens a stream: the next pass over a channel. Its records are names, to which "small" and
 * "large" are appended, of two files that give the stream's records in turns:
 *
 *   small  records of this file are serialized tensorflow.BytesList of many records of the stream, a chunk, so that
 *          the chunk and not the record pays for what TensorFlow does around a read. Ends where large records begin.
 *   large  the stream's own records, which saves two copies. Ends where small records begin.
 *
 * Both end when nothing has come for a while, and the stream gives another name: TensorFlow gives no sign to a file that
 * it is reading, but looks between two files whether the iterator has been cancelled.
 *
 * TensorFlow reads a record in two steps, its header and its body; the body is written straight to TensorFlow's memory.
 */

#include "files.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "records.h"

enum { HEADER = 12, FOOTER = 4, WAIT_MS = 50, BYTES_LIST_VALUE_TAG = 0x0a };

SetStatus set_status;

/* ---- streams, shared by the three files ---- */

typedef struct Stream {
  Records records;
  bool failure_told;
  uint64_t id;
  unsigned users;
  struct Stream *next;
} Stream;

static pthread_mutex_t streams_lock = PTHREAD_MUTEX_INITIALIZER;
static Stream *streams;

static Stream *stream_new(const char *path, Failure *failure) {
  static uint64_t last_id;
  Stream *stream = calloc(1, sizeof *stream);
  if (!stream) {
    failure->code = STATUS_RESOURCE_EXHAUSTED;
    strcpy(failure->message, "no memory for the reader of a pipe");
    return NULL;
  }
  stream->users = 1;
  Source *source = &stream->records.source;
  source->fd = -1;
  if (!settings_parse(path, &source->settings, failure) || !source_take_epoch(source, failure)) {
    source_close(source);
    free(stream);
    return NULL;
  }
  pthread_mutex_lock(&streams_lock);
  stream->id = ++last_id;
  stream->next = streams;
  streams = stream;
  pthread_mutex_unlock(&streams_lock);
  return stream;
}

static Stream *stream_find(uint64_t id) {
  pthread_mutex_lock(&streams_lock);
  Stream *stream = streams;
  while (stream && stream->id != id) stream = stream->next;
  if (stream) stream->users++;
  pthread_mutex_unlock(&streams_lock);
  return stream;
}

static void stream_release(Stream *stream) {
  pthread_mutex_lock(&streams_lock);
  bool last = --stream->users == 0;
  for (Stream **at = &streams; last && *at; at = &(*at)->next) {
    if (*at == stream) {
      *at = stream->next;
      break;
    }
  }
  pthread_mutex_unlock(&streams_lock);
  if (!last) return;
  source_close(&stream->records.source);
  free(stream->records.data);
  free(stream);
}

/* ---- files ---- */

typedef enum { NAMES, SMALL, LARGE } Kind;

typedef struct {
  Stream *stream;
  Kind kind;
  uint64_t position;  /* of the next byte that TensorFlow has to ask for */
  bool in_body;       /* whether that is a body's */
  size_t body_length; /* of the record at hand */
  char name[64];      /* NAMES: that record */
} PipeFile;

static inline size_t varint_length(size_t value) {
  size_t length = 1;
  while (value >>= 7) length++;
  return length;
}

static inline uint8_t *put_varint(uint8_t *at, size_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = (uint8_t)(value | 0x80);
  *at++ = (uint8_t)value;
  return at;
}

static void put_u32(uint8_t *at, uint32_t value) { memcpy(at, &value, sizeof value); }

static size_t chunk_length(const Records *records) {
  size_t length = 0;
  for (size_t i = 0; i < records->count; i++)
    length += 1 + varint_length(records->spans[i].length) + records->spans[i].length;
  return length;
}

static void put_chunk(const Records *records, uint8_t *at) {
  for (size_t i = 0; i < records->count; i++) {
    Span span = records->spans[i];
    *at++ = BYTES_LIST_VALUE_TAG;
    at = put_varint(at, span.length);
    memcpy(at, records->data + span.start, span.length);
    at += span.length;
  }
}

/* Finds out what the file's next record is; false: the file ends, or something is wrong with the stream. */
static bool next_record(PipeFile *file) {
  Records *records = &file->stream->records;
  switch (file->kind) {
    case NAMES:
      if (records->failure.code) return false;
      file->body_length = (size_t)snprintf(file->name, sizeof file->name, "smtfpipe://?stream=%" PRIu64 "&file=",
                                           file->stream->id);
      return true;
    case SMALL:
      if (records->large || !records_next_chunk(records, CHUNK_RECORDS, WAIT_MS) || !records->count) return false;
      file->body_length = chunk_length(records);
      return true;
    default:
      if (!records->large || !records_next_chunk(records, 1, WAIT_MS)) return false;
      if (!records->count) {
        records->large = false; /* an idle stream is a small one: what comes next is handed over in one go */
        return false;
      }
      file->body_length = records->spans[0].length;
      return true;
  }
}

static void put_header(const PipeFile *file, uint8_t *at) {
  uint64_t length = file->body_length;
  memcpy(at, &length, sizeof length);
  put_u32(at + 8, crc32c_mask(crc32c_extend(0, at, 8)));
}

static void put_body(const PipeFile *file, uint8_t *at) {
  const Records *records = &file->stream->records;
  if (file->kind == LARGE) {
    const uint8_t *record = records->data + records->spans[0].start;
    bool has_footer = records->source.settings.format == FORMAT_TFRECORD;
    memcpy(at, record, file->body_length + (has_footer ? FOOTER : 0));
    if (has_footer) return; /* the record's own checksum, which has been verified */
  } else if (file->kind == SMALL) {
    put_chunk(records, at);
  } else {
    memcpy(at, file->name, file->body_length);
  }
  put_u32(at + file->body_length, crc32c_mask(crc32c_extend(0, at, file->body_length)));
}

/* ---- what TensorFlow calls ---- */

static int64_t refuse(const PipeFile *file, uint64_t offset, size_t size, TF_Status *status) {
  char message[512];
  const Source *source = &file->stream->records.source;
  snprintf(message, sizeof message,
           "channel '%.256s', epoch %llu: TensorFlow asks for %zu bytes at %" PRIu64 ", but a pipe can only be read on "
           "from where it is, %" PRIu64 "; it cannot be skipped in or restored from a checkpoint",
           source->settings.channel, source->epoch, size, offset, file->position);
  set_status(status, STATUS_UNIMPLEMENTED, message);
  return -1;
}

/* Says once what is wrong with the stream; after that it has ended. */
static int64_t tell_end(Stream *stream, TF_Status *status) {
  const Failure *failure = &stream->records.failure;
  bool wrong = failure->code && failure->code != STATUS_OUT_OF_RANGE && !stream->failure_told;
  stream->failure_told = stream->failure_told || wrong;
  set_status(status, wrong ? failure->code : STATUS_OUT_OF_RANGE, wrong ? failure->message : "end of the file");
  return wrong ? -1 : 0;
}

int64_t file_read(const RandomAccessFile *handle, uint64_t offset, size_t size, char *buffer, TF_Status *status) {
  PipeFile *file = handle->plugin_file;
  if (offset != file->position || size != (file->in_body ? file->body_length + FOOTER : HEADER))
    return refuse(file, offset, size, status);
  if (file->in_body)
    put_body(file, (uint8_t *)buffer);
  else if (next_record(file))
    put_header(file, (uint8_t *)buffer);
  else
    return tell_end(file->stream, status);
  file->in_body = !file->in_body;
  file->position += size;
  set_status(status, STATUS_OK, "");
  return (int64_t)size;
}

void file_cleanup(RandomAccessFile *handle) {
  PipeFile *file = handle->plugin_file;
  stream_release(file->stream);
  free(file);
}

void file_new(const Filesystem *filesystem, const char *path, RandomAccessFile *handle, TF_Status *status) {
  (void)filesystem;
  Failure failure = {0};
  uint64_t id;
  char kind[8];
  bool part = sscanf(path, "smtfpipe://?stream=%" SCNu64 "&file=%7s", &id, kind) == 2;
  Stream *stream = part ? stream_find(id) : stream_new(path, &failure);
  PipeFile *file = stream ? calloc(1, sizeof *file) : NULL;
  if (!file) {
    if (stream) stream_release(stream);
    if (failure.code)
      set_status(status, failure.code, failure.message);
    else
      set_status(status, STATUS_NOT_FOUND, stream ? "no memory for a file" : "this stream has been closed");
    return;
  }
  file->stream = stream;
  file->kind = !part ? NAMES : !strcmp(kind, "small") ? SMALL : LARGE;
  handle->plugin_file = file;
  set_status(status, STATUS_OK, "");
}
