/* One pass over a channel: which FIFO it is, and the bytes that come out of it. */

#ifndef SMTF_SOURCE_H
#define SMTF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "failure.h"

typedef enum { FORMAT_TFRECORD, FORMAT_RECORDIO, FORMAT_TEXTLINE } Format;

/* What a path of ours says. */
typedef struct {
  char *channel, *pipe_dir, *state_dir;
  Format format;
  uint64_t max_record_bytes;
  uint64_t max_corrupted;  /* corrupted records in a row that are left out */
  uint64_t wait_seconds;   /* how long the FIFO may take to appear */
} Settings;

typedef struct {
  Settings settings;
  unsigned long long epoch;
  int fd;                /* -1: not opened yet */
  int64_t waiting_since; /* ms; 0: not waiting */
  bool flowing;          /* something has come already */
} Source;

typedef enum { FILLED, NOTHING_YET, ENDED, FAILED } Filling;

/* Reads a path of ours into settings; false with a failure when it is none. */
bool settings_parse(const char *path, Settings *settings, Failure *failure);
void settings_free(Settings *settings);

/* Takes the channel's next epoch, by the state file under its lock. */
bool source_take_epoch(Source *source, Failure *failure);

/* Reads what there is into `count` places; waits for some for at most `wait_ms`.
 * NOTHING_YET when none came in that time, so that the caller can look whether anyone still wants them. */
Filling source_fill(Source *source, const struct iovec *to, int count, int wait_ms, size_t *got, Failure *failure);

/* Whether the writer left its mark of an unfinished pass behind; `reason` gets what it wrote into it. */
bool source_unfinished(const Source *source, char *reason, size_t size);

void source_close(Source *source);

#endif
