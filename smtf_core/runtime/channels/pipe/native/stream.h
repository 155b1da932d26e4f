/* Streams: passes over channels that TensorFlow reads, known by number. */

#ifndef SMTF_STREAM_H
#define SMTF_STREAM_H

#include <pthread.h>

#include "records.h"

typedef struct Stream {
  pthread_mutex_t lock; /* for what follows, but not for users and next */
  Records records;
  bool failure_told;
  uint64_t chunk; /* the number of the chunk at hand */
  bool taken;     /* whether its records have been */
  uint64_t id;
  unsigned users;
  struct Stream *next;
} Stream;

enum { NAME_BYTES = 48 };

/* Begins the pass that a path of ours describes; to be released. NULL with a failure when it cannot. */
Stream *stream_open(const char *path, Failure *failure);

void stream_release(Stream *stream);

/* Goes on to the next chunk and names it. False at the end, or when something is wrong: says so once, after that the
 * stream has ended. */
bool stream_next_chunk(Stream *stream, char name[NAME_BYTES], Failure *failure);

/* The chunk of that name, once, locked until it is given back. NULL with a failure when another one is at hand. */
Stream *stream_borrow_chunk(const char *name, size_t length, Failure *failure);

void stream_return_chunk(Stream *stream);

#endif
