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

/* ---- the buffer ---- */

static inline uint32_t u32_at(const uint8_t *data) {
  uint32_t value;
  memcpy(&value, data, sizeof value);
  return value;
}

static inline uint32_t masked_crc(const uint8_t *data, size_t size) {
  return crc32c_mask(crc32c_extend(0, data, size));
}

/* Goes on behind what has been parsed. */
static inline void consume(Records *records, size_t size) {
  records->parsed += size;
  records->offset += size;
}

/* Goes on to the next record. */
static inline Parsing next_record(Records *records, Parsing parsing) {
  records->number++;
  records->record_offset = records->offset;
  return parsing;
}

static inline size_t available(const Records *records) { return records->end - records->parsed; }

static Parsing no_memory(Records *records, size_t size) {
  return broken(records, STATUS_RESOURCE_EXHAUSTED, "no memory for %zu bytes", size);
}

/* A record that lies in the buffer as a whole, and a footer behind it. */
static inline Parsing copy_whole(Records *records, size_t header, size_t length, size_t footer, String *record) {
  if (!string_fill(record, records->data + records->parsed + header, length)) return no_memory(records, length);
  consume(records, header + length + footer);
  return next_record(records, COMPLETE);
}

/* ---- a record that arrives in pieces, in memory of its own ---- */

/* Makes room for `size` of the bytes that come next: for all of them when they are few, else for no more than as many
 * again as have come, because their number may be wrong. */
static bool make_room(Records *records, size_t size) {
  size_t room, length = string_length(&records->arriving), capacity = 2 * (length + size);
  string_end(&records->arriving, &room);
  if (room >= size) return true;
  if (!records->parts && records->missing) {
    if (capacity < FIRST_ROOM) capacity = FIRST_ROOM;
    if (capacity > length + records->missing) capacity = length + records->missing;
  }
  return string_reserve(&records->arriving, capacity) || (no_memory(records, capacity), false);
}

/* So many bytes have been put behind what had arrived. */
static void arrived(Records *records, size_t size) {
  size_t room;
  if (records->source.settings.format == FORMAT_TFRECORD)
    records->crc = crc32c_extend(records->crc, string_end(&records->arriving, &room), size);
  string_extend(&records->arriving, size);
}

static bool append(Records *records, size_t size) {
  size_t room;
  if (!make_room(records, size)) return false;
  memcpy(string_end(&records->arriving, &room), records->data + records->parsed, size);
  arrived(records, size);
  consume(records, size);
  return true;
}

static void begin_frame(Records *records, size_t header, size_t length) {
  consume(records, header);
  records->in_frame = true;
  records->missing = length;
  records->crc = 0;
}

/* Takes what there is of a frame's content out of the buffer. COMPLETE: that was all, and its footer is there as well. */
static Parsing take_content(Records *records, size_t footer) {
  size_t size = available(records) < records->missing ? available(records) : records->missing;
  if (size && !append(records, size)) return BROKEN;
  records->missing -= size;
  return records->missing || available(records) < footer ? INCOMPLETE : COMPLETE;
}

static Parsing hand_over(Records *records, String *record) {
  string_trim(&records->arriving);
  *record = records->arriving;
  records->arriving = (String){0};
  return next_record(records, COMPLETE);
}

/* ---- the formats ---- */

static Parsing parse_tfrecord(Records *records, String *record) {
  const uint8_t *data = records->data + records->parsed;
  uint64_t length;
  bool whole = false;
  uint32_t crc;
  if (!records->in_frame) {
    if (available(records) < TFRECORD_HEADER) return INCOMPLETE;
    if (masked_crc(data, 8) != u32_at(data + 8))
      return broken(records, STATUS_DATA_LOSS, "the checksum of the record's length is wrong: the stream is corrupt");
    memcpy(&length, data, sizeof length);
    if (length > records->source.settings.max_record_bytes) return oversized(records, length);
    whole = available(records) - TFRECORD_HEADER >= length + TFRECORD_FOOTER;
    if (!whole && length < LARGE_RECORD) return INCOMPLETE;
    if (!whole) begin_frame(records, TFRECORD_HEADER, length);
  }
  if (whole) {
    crc = masked_crc(data + TFRECORD_HEADER, length);
    data += TFRECORD_HEADER + length;
  } else {
    Parsing parsing = take_content(records, TFRECORD_FOOTER);
    if (parsing != COMPLETE) return parsing;
    length = string_length(&records->arriving);
    crc = crc32c_mask(records->crc);
    data = records->data + records->parsed;
  }
  bool intact = crc == u32_at(data);
  if (!intact && ++records->corrupted_in_a_row > records->source.settings.max_corrupted)
    return broken(records, STATUS_DATA_LOSS,
                  "the checksum of the record's data (%" PRIu64 " bytes) is wrong: the stream is corrupt", length);
  if (intact) records->corrupted_in_a_row = 0;
  if (intact && whole) return copy_whole(records, TFRECORD_HEADER, length, TFRECORD_FOOTER, record);
  consume(records, whole ? TFRECORD_HEADER + length + TFRECORD_FOOTER : TFRECORD_FOOTER);
  records->in_frame = false;
  if (intact) return hand_over(records, record);
  string_free(&records->arriving);
  return next_record(records, LEFT_OUT);
}

static Parsing parse_recordio(Records *records, String *record) {
  for (;;) {
    if (!records->in_frame) {
      const uint8_t *data = records->data + records->parsed;
      if (available(records) < RECORDIO_HEADER) return INCOMPLETE;
      uint32_t magic = u32_at(data), flag = u32_at(data + 4) >> 29, length = u32_at(data + 4) & ((1u << 29) - 1);
      if (magic != RECORDIO_MAGIC)
        return broken(records, STATUS_DATA_LOSS,
                      "at byte %" PRIu64 " is 0x%08" PRIx32 ", not RecordIO's magic number 0xced7230a: "
                      "the stream is corrupt or no RecordIO",
                      records->offset, magic);
      if (flag > LAST || records->parts != (flag == MIDDLE || flag == LAST))
        return broken(records, STATUS_DATA_LOSS,
                      "at byte %" PRIu64 " is a part with flag %" PRIu32 "%s: the stream is corrupt", records->offset,
                      flag, records->parts ? " inside a record of several parts" : "");
      uint64_t total = string_length(&records->arriving) + (uint64_t)length;
      if (total > records->source.settings.max_record_bytes) return oversized(records, total);
      size_t padding = -length & 3;
      bool whole = available(records) - RECORDIO_HEADER >= length + padding;
      if (!whole && length < LARGE_RECORD) return INCOMPLETE;
      if (whole && flag == WHOLE) return copy_whole(records, RECORDIO_HEADER, length, padding, record);
      begin_frame(records, RECORDIO_HEADER, length);
      records->padding = padding;
      records->parts = flag != WHOLE;
      records->last_part = flag == WHOLE || flag == LAST;
    }
    Parsing parsing = take_content(records, records->padding);
    if (parsing != COMPLETE) return parsing;
    consume(records, records->padding);
    records->in_frame = false;
    if (records->last_part) {
      records->parts = false;
      return hand_over(records, record);
    }
  }
}

static Parsing parse_line(Records *records, String *record) {
  const uint8_t *data = records->data + records->parsed;
  size_t before = string_length(&records->arriving), there = available(records);
  const uint8_t *newline =
      there > records->scanned ? memchr(data + records->scanned, '\n', there - records->scanned) : NULL;
  size_t length = newline ? (size_t)(newline - data) : there;
  if (before + length > records->source.settings.max_record_bytes) return oversized(records, before + length);
  records->scanned = newline ? 0 : there;
  if (newline && !before) return copy_whole(records, 0, length, 1, record);
  if (!newline && there < LARGE_RECORD) return INCOMPLETE;
  records->scanned = 0;
  if (!append(records, length)) return BROKEN;
  if (!newline) return INCOMPLETE;
  consume(records, 1);
  return hand_over(records, record);
}

static inline Parsing parse(Records *records, String *record) {
  switch (records->source.settings.format) {
    case FORMAT_TFRECORD: return parse_tfrecord(records, record);
    case FORMAT_RECORDIO: return parse_recordio(records, record);
    default: return parse_line(records, record);
  }
}

/* ---- chunks ---- */

/* Reads on: a record that is arriving into its own memory, and what comes behind it into the buffer. A little of that
 * is enough, because large records are followed by large ones, which are not to be copied. */
static Filling fill(Records *records, int wait_ms) {
  size_t unparsed = available(records), direct = records->in_frame ? records->missing : 0, room, got = 0;
  if (records->parsed) memmove(records->data, records->data + records->parsed, unparsed);
  records->parsed = 0;
  records->end = unparsed;
  if (direct) {
    if (!make_room(records, direct < LARGE_RECORD ? direct : LARGE_RECORD)) return FAILED;
    string_end(&records->arriving, &room);
    if (direct > room) direct = room;
  }
  size_t behind = direct ? READ_BEHIND : BUFFER_BYTES - unparsed;
  if (direct < records->missing) behind = 0;
  struct iovec to[] = {{string_end(&records->arriving, &room), direct}, {records->data + unparsed, behind}};
  Filling filling = source_fill(&records->source, direct ? to : to + 1, direct ? 2 : 1, wait_ms, &got, &records->failure);
  if (direct > got) direct = got;
  if (direct) {
    arrived(records, direct);
    records->missing -= direct;
    records->offset += direct;
  }
  records->end += got - direct;
  return filling;
}

/* Says what the end of the stream means. */
static void conclude(Records *records) {
  uint64_t left = records->offset - records->record_offset + available(records);
  char reason[1024];
  bool unfinished = source_unfinished(&records->source, reason, sizeof reason);
  bool text = records->source.settings.format == FORMAT_TEXTLINE;
  if (unfinished) {
    broken(records, STATUS_DATA_LOSS, "the writer ended before it was done%s%s", *reason ? ": " : "", reason);
  } else if (left && !text) {
    broken(records, STATUS_DATA_LOSS,
           "the stream ends in the middle of this record, %" PRIu64 " bytes after its start; did its writer die?", left);
  } else if (!left || append(records, available(records))) {
    if (left) hand_over(records, &records->strings[records->count++]); /* the last line needs no newline */
    records->failure.code = STATUS_OUT_OF_RANGE;
  }
}

static void forget_chunk(Records *records) {
  while (records->count) string_free(&records->strings[--records->count]);
}

bool records_next_chunk(Records *records, int wait_ms) {
  size_t bytes = 0;
  forget_chunk(records);
  while (!records->failure.code) {
    Parsing parsing = LEFT_OUT;
    while (records->count < CHUNK_RECORDS && bytes < CHUNK_BYTES) {
      String *record = &records->strings[records->count];
      parsing = parse(records, record);
      if (parsing == COMPLETE) {
        records->count++;
        bytes += string_length(record);
      } else if (parsing != LEFT_OUT) {
        break;
      }
    }
    /* Records before a failure are handed over first; a chunk that has some does not wait for more. */
    if (parsing != INCOMPLETE) break;
    Filling filling = fill(records, records->count ? 0 : wait_ms);
    if (filling == NOTHING_YET || filling == FAILED) break;
    if (filling == ENDED) conclude(records);
  }
  return records->count || !records->failure.code;
}

void records_free(Records *records) {
  forget_chunk(records);
  string_free(&records->arriving);
  source_close(&records->source);
}
