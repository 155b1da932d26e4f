/* Streams: passes over channels that TensorFlow reads, known by number, and their chunks, by theirs. */

#include "stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensorflow_api.h"

enum { WAIT_MS = 50 };

static pthread_mutex_t streams_lock = PTHREAD_MUTEX_INITIALIZER;
static Stream *streams;

Stream *stream_open(const char *path, Failure *failure) {
  static uint64_t last_id;
  Stream *stream = calloc(1, sizeof *stream);
  if (!stream) {
    *failure = (Failure){STATUS_RESOURCE_EXHAUSTED, "no memory for the reader of a pipe"};
    return NULL;
  }
  stream->users = 1;
  pthread_mutex_init(&stream->lock, NULL);
  Source *source = &stream->records.source;
  source->fd = -1;
  if (!settings_parse(path, &source->settings, failure) || !source_take_epoch(source, failure)) {
    source_close(source);
    pthread_mutex_destroy(&stream->lock);
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

void stream_release(Stream *stream) {
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
  records_free(&stream->records);
  pthread_mutex_destroy(&stream->lock);
  free(stream);
}

bool stream_next_chunk(Stream *stream, char name[NAME_BYTES], Failure *failure) {
  pthread_mutex_lock(&stream->lock);
  stream->chunk++;
  stream->taken = false;
  bool more = records_next_chunk(&stream->records, WAIT_MS);
  if (more) {
    snprintf(name, NAME_BYTES, "%" PRIu64 " %" PRIu64, stream->id, stream->chunk);
  } else if (stream->failure_told) {
    failure->code = STATUS_OUT_OF_RANGE;
  } else {
    *failure = stream->records.failure;
    stream->failure_told = true;
  }
  pthread_mutex_unlock(&stream->lock);
  return more;
}

Stream *stream_borrow_chunk(const char *name, size_t length, Failure *failure) {
  char text[NAME_BYTES];
  uint64_t id, chunk;
  if (length < sizeof text) {
    memcpy(text, name, length);
    text[length] = 0;
    if (sscanf(text, "%" SCNu64 " %" SCNu64, &id, &chunk) == 2) {
      pthread_mutex_lock(&streams_lock);
      Stream *stream = streams;
      while (stream && stream->id != id) stream = stream->next;
      if (stream) stream->users++;
      pthread_mutex_unlock(&streams_lock);
      if (stream) {
        pthread_mutex_lock(&stream->lock);
        if (stream->chunk == chunk && !stream->taken) {
          stream->taken = true;
          return stream;
        }
        stream_return_chunk(stream);
      }
    }
  }
  /* Chunks are asked for one after the other, each before the next one is named. */
  *failure = (Failure){STATUS_FAILED_PRECONDITION, "this chunk of a pipe is not at hand any more"};
  return NULL;
}

void stream_return_chunk(Stream *stream) {
  pthread_mutex_unlock(&stream->lock);
  stream_release(stream);
}
