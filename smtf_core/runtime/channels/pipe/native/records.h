/* The records of one pass over a channel, a chunk of them at a time. */

#ifndef SMTF_RECORDS_H
#define SMTF_RECORDS_H

#include "source.h"
#include "strings.h"

enum {
  BUFFER_BYTES = 1 << 18,  /* what is read at once; more would not stay in the processor's cache until it is parsed */
  LARGE_RECORD = 1 << 15,  /* from here on a record that is not in the buffer as a whole gets memory of its own */
  READ_BEHIND = 1 << 12,   /* what is read of the records behind such a one, with its end */
  FIRST_ROOM = 1 << 20,    /* memory of a large record before more of it than that has come */
  CHUNK_BYTES = 1 << 20,   /* a chunk takes no further record from here on */
  CHUNK_RECORDS = 4096,
};

typedef struct {
  Source source;
  uint8_t data[BUFFER_BYTES];
  size_t parsed, end;     /* data[parsed..end) has been read and not been parsed */
  uint64_t offset;        /* of data[parsed] in the stream */
  uint64_t number;        /* of the record that begins there, or is incomplete there */
  uint64_t record_offset; /* where that record begins in the stream */
  String arriving;        /* what there is of a record that comes in pieces */
  bool in_frame;          /* whether a frame's header has been parsed, but not all of it has come: */
  size_t missing;         /* so much of its content */
  uint32_t crc;           /* TFRecord: of the content that has come */
  uint32_t padding;       /* RecordIO: what follows the content */
  bool parts, last_part;  /* RecordIO: the record has several parts, no other follows */
  size_t scanned;         /* TextLine: that many bytes from data[parsed] on hold no newline */
  uint64_t corrupted_in_a_row;
  Failure failure;               /* told when the records before it have been handed over */
  String strings[CHUNK_RECORDS]; /* the chunk: its first `count` are records, those behind are empty */
  size_t count;
} Records;

/* Collects the next chunk. Waits at most `wait_ms`, so a chunk may be empty. Frees what is left of the last one.
 * False at the end and when something is wrong: then `failure` says which (STATUS_OUT_OF_RANGE: the end). */
bool records_next_chunk(Records *records, int wait_ms);

/* Frees what the records hold, and closes their source. */
void records_free(Records *records);

#endif
