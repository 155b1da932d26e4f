/* Finds records in the bytes of a FIFO: TFRecord, RecordIO and lines of text.
 *
 * Sources: TensorFlow's documentation of the TFRecord format; MXNet's of RecordIO, whose parts SageMaker joins plainly.
 */

#include "records.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "tensorflow_api.h"

enum { TFRECORD_HEADER = 12, TFRECORD_FOOTER = 4, RECORDIO_HEADER = 8 };
enum { WHOLE = 0, FIRST = 1, MIDDLE = 2, LAST = 3 }; /* what a RecordIO part is of its record */
static const uint32_t RECORDIO_MAGIC = 0xced7230a;

typedef enum { COMPLETE, INCOMPLETE, LEFT_OUT, BROKEN } Parsing;

/* ---- errors ---- */

__attribute__((format(printf, 3, 4))) static Parsing broken(Records *records, int code, const char *what, ...) {
  Failure *failure = &records->failure;
  int size = snprintf(failure->message, sizeof failure->message,
                      "channel '%s', epoch %llu, record %" PRIu64 ", byte %" PRIu64 ": ",
                      records->source.settings.channel, records->source.epoch, records->number,
                      records->record_offset);
  va_list values;
  va_start(values, what);
  if (size >= 0 && (size_t)size < sizeof failure->message)
    vsnprintf(failure->message + size, sizeof failure->message - (size_t)size, what, values);
  va_end(values);
  failure->code = code;
  return BROKEN;
}

static Parsing oversized(Records *records, uint64_t length) {
  return broken(records, STATUS_DATA_LOSS,
                "the record is of %" PRIu64 " bytes, over the limit max_record_bytes=%" PRIu64
                "; either the stream is corrupt or the limit has to be raised",
                length, records->source.settings.max_record_bytes);
}

/* ---- the formats ---- */

static inline uint32_t u32_at(const uint8_t *data) {
  uint32_t value;
  memcpy(&value, data, sizeof value);
  return value;
}

static inline uint32_t masked_crc(const uint8_t *data, size_t size) {
  return crc32c_mask(crc32c_extend(0, data, size));
}

/* Goes on behind a frame. */
static inline void consume(Records *records, size_t size) {
  records->parsed += size;
  records->offset += size;
}

/* Goes on to the next record. */
static inline void next_record(Records *records) {
  records->number++;
  records->record_offset = records->offset;
}

static Parsing parse_tfrecord(Records *records, Span *span) {
  const uint8_t *data = records->data + records->parsed;
  size_t available = records->end - records->parsed;
  if (available < TFRECORD_HEADER) return INCOMPLETE;
  if (masked_crc(data, 8) != u32_at(data + 8))
    return broken(records, STATUS_DATA_LOSS, "the checksum of the record's length is wrong: the stream is corrupt");
  uint64_t length;
  memcpy(&length, data, sizeof length);
  if (length > records->source.settings.max_record_bytes) return oversized(records, length);
  if (available - TFRECORD_HEADER < length + TFRECORD_FOOTER) return INCOMPLETE;
  bool intact = masked_crc(data + TFRECORD_HEADER, length) == u32_at(data + TFRECORD_HEADER + length);
  if (!intact && ++records->corrupted_in_a_row > records->source.settings.max_corrupted)
    return broken(records, STATUS_DATA_LOSS,
                  "the checksum of the record's data (%" PRIu64 " bytes) is wrong: the stream is corrupt", length);
  *span = (Span){records->parsed + TFRECORD_HEADER, length};
  consume(records, TFRECORD_HEADER + length + TFRECORD_FOOTER);
  next_record(records);
  if (!intact) return LEFT_OUT;
  records->corrupted_in_a_row = 0;
  return COMPLETE;
}

static Parsing parse_recordio(Records *records, Span *span) {
  for (;;) {
    const uint8_t *data = records->data + records->parsed;
    size_t available = records->end - records->parsed;
    if (available < RECORDIO_HEADER) return INCOMPLETE;
    uint32_t magic = u32_at(data), flag = u32_at(data + 4) >> 29, length = u32_at(data + 4) & ((1u << 29) - 1);
    if (magic != RECORDIO_MAGIC)
      return broken(records, STATUS_DATA_LOSS,
                    "at byte %" PRIu64 " is 0x%08" PRIx32 ", not RecordIO's magic number 0xced7230a: "
                    "the stream is corrupt or no RecordIO",
                    records->offset, magic);
    if (flag > LAST || records->joining != (flag == MIDDLE || flag == LAST))
      return broken(records, STATUS_DATA_LOSS, "at byte %" PRIu64 " is a part with flag %" PRIu32 "%s: the stream is corrupt",
                    records->offset, flag, records->joining ? " inside a record of several parts" : "");
    uint64_t total = (records->joining ? records->joined.length : 0) + (uint64_t)length;
    if (total > records->source.settings.max_record_bytes) return oversized(records, total);
    size_t padded = ((size_t)length + 3) & ~(size_t)3;
    if (available - RECORDIO_HEADER < padded) return INCOMPLETE;
    if (!records->joining) {
      records->joined = (Span){records->parsed + RECORDIO_HEADER, length};
    } else {
      memmove(records->data + records->joined.start + records->joined.length, data + RECORDIO_HEADER, length);
      records->joined.length = total;
    }
    consume(records, RECORDIO_HEADER + padded);
    records->joining = flag == FIRST || flag == MIDDLE;
    if (!records->joining) {
      *span = records->joined;
      next_record(records);
      return COMPLETE;
    }
  }
}

static Parsing parse_line(Records *records, Span *span) {
  const uint8_t *data = records->data + records->parsed;
  size_t available = records->end - records->parsed;
  const uint8_t *newline =
      available > records->scanned ? memchr(data + records->scanned, '\n', available - records->scanned) : NULL;
  size_t length = newline ? (size_t)(newline - data) : available;
  if (length > records->source.settings.max_record_bytes) return oversized(records, length);
  if (!newline) {
    records->scanned = available;
    return INCOMPLETE;
  }
  records->scanned = 0;
  *span = (Span){records->parsed, length};
  consume(records, length + 1);
  next_record(records);
  return COMPLETE;
}

static inline Parsing parse(Records *records, Span *span) {
  switch (records->source.settings.format) {
    case FORMAT_TFRECORD: return parse_tfrecord(records, span);
    case FORMAT_RECORDIO: return parse_recordio(records, span);
    default: return parse_line(records, span);
  }
}

/* ---- chunks ---- */

/* Moves what is still needed to the front of the buffer, and makes the buffer larger when that leaves no room. */
static bool make_room(Records *records) {
  size_t kept = records->joining ? records->joined.length : 0, unparsed = records->end - records->parsed;
  if (records->parsed > kept) {
    if (kept) memmove(records->data, records->data + records->joined.start, kept);
    memmove(records->data + kept, records->data + records->parsed, unparsed);
    records->joined.start = 0;
    records->parsed = kept;
    records->end = kept + unparsed;
  }
  if (records->capacity - records->end >= BUFFER_BYTES / 4) return true;
  size_t capacity = records->capacity ? 2 * records->capacity : BUFFER_BYTES;
  uint8_t *data = realloc(records->data, capacity);
  if (!data) return broken(records, STATUS_RESOURCE_EXHAUSTED, "no memory for %zu bytes", capacity), false;
  records->data = data;
  records->capacity = capacity;
  return true;
}

/* Says what the end of the stream means. */
static void conclude(Records *records, Span *span) {
  uint64_t left = records->offset - records->record_offset + (records->end - records->parsed);
  char reason[1024];
  bool unfinished = source_unfinished(&records->source, reason, sizeof reason);
  bool text = records->source.settings.format == FORMAT_TEXTLINE;
  if (unfinished) {
    broken(records, STATUS_DATA_LOSS, "the writer ended before it was done%s%s", *reason ? ": " : "", reason);
  } else if (left && !text) {
    broken(records, STATUS_DATA_LOSS,
           "the stream ends in the middle of this record, %" PRIu64 " bytes after its start; did its writer die?", left);
  } else {
    if (left) { /* the last line needs no newline */
      *span = (Span){records->parsed, left};
      records->count = 1;
      consume(records, left);
    }
    records->failure.code = STATUS_OUT_OF_RANGE;
  }
}

bool records_next_chunk(Records *records, int wait_ms) {
  size_t bytes = 0;
  records->count = 0;
  while (!records->failure.code) {
    Parsing parsing = LEFT_OUT;
    while (records->count < CHUNK_RECORDS && bytes < CHUNK_BYTES) {
      Span *span = &records->spans[records->count];
      parsing = parse(records, span);
      if (parsing == COMPLETE) {
        records->count++;
        bytes += span->length;
      } else if (parsing != LEFT_OUT) {
        break;
      }
    }
    /* Records before a failure are handed over first; a chunk that has some does not wait for more. */
    if (parsing != INCOMPLETE || records->count) break;
    if (!make_room(records)) break;
    size_t got = 0;
    Filling filling = source_fill(&records->source, records->data + records->end, records->capacity - records->end,
                                  wait_ms, &got, &records->failure);
    records->end += got;
    if (filling == NOTHING_YET) break;
    if (filling == ENDED) conclude(records, &records->spans[0]);
  }
  return records->count || !records->failure.code;
}
