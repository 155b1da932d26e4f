/* The records of one pass over a channel, a chunk of them at a time. */

#ifndef SMTF_RECORDS_H
#define SMTF_RECORDS_H

#include "source.h"

enum {
  BUFFER_BYTES = 1 << 21,  /* what is read ahead of the consumer; grows when one record is larger */
  CHUNK_BYTES = 1 << 20,   /* a chunk takes no further record from here on */
  CHUNK_RECORDS = 4096,
};

/* A record in the buffer. */
typedef struct {
  size_t start, length;
} Span;

typedef struct {
  Source source;
  uint8_t *data;
  size_t parsed, end, capacity; /* data[parsed..end) has been read and not been parsed */
  uint64_t offset;              /* of data[parsed] in the stream */
  uint64_t number;              /* of the record that begins there, or is incomplete there */
  uint64_t record_offset;       /* where that record begins in the stream */
  bool joining;                 /* RecordIO: parts of it have been parsed already ... */
  Span joined;                  /* ... and are here */
  size_t scanned;               /* TextLine: that many bytes from data[parsed] on hold no newline */
  uint64_t corrupted_in_a_row;
  Failure failure; /* told when the records before it have been handed over */
  Span spans[CHUNK_RECORDS];
  size_t count; /* of records in the chunk */
} Records;

/* Collects the next chunk in `spans`, valid until the next call. Waits at most `wait_ms`, so a chunk may be empty.
 * False at the end and when something is wrong: then `failure` says which (STATUS_OUT_OF_RANGE: the end). */
bool records_next_chunk(Records *records, int wait_ms);

#endif
