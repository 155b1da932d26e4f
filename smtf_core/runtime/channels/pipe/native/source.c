/* One pass over a channel: settings from a path, the epoch from the state file, bytes from the FIFO. */

#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include "source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tensorflow_api.h"

enum { PIPE_BYTES = 1 << 20, LONGEST_NAP_MS = 50 };

static bool fail(Failure *failure, int code, const Source *source, const char *what, const char *path) {
  int number = errno;
  failure->code = code;
  snprintf(failure->message, sizeof failure->message, "channel '%s', epoch %llu: %s %s: %s", source->settings.channel,
           source->epoch, what, path, strerror(number));
  return false;
}

/* ---- the path ---- */

/* The value of `key` in "scheme://?key=value&key=value", percent-decoded; NULL when it is not there. */
static char *query_value(const char *path, const char *key) {
  size_t length = strlen(key);
  const char *at = strchr(path, '?');
  while (at && (strncmp(at + 1, key, length) || at[1 + length] != '=')) at = strchr(at + 1, '&');
  if (!at) return NULL;
  at += length + 2;
  char *value = malloc(strcspn(at, "&") + 1), *end = value;
  if (!value) return NULL;
  for (; *at && *at != '&'; at++) {
    unsigned byte;
    if (*at == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]) &&
        sscanf(at + 1, "%2x", &byte) == 1) {
      *end++ = (char)byte;
      at += 2;
    } else {
      *end++ = *at;
    }
  }
  *end = 0;
  return value;
}

static bool query_number(const char *path, const char *key, uint64_t *number) {
  char *text = query_value(path, key), *end = NULL;
  bool found = text && isdigit((unsigned char)*text);
  if (found) {
    *number = strtoull(text, &end, 10);
    found = *end == 0;
  }
  free(text);
  return found;
}

bool settings_parse(const char *path, Settings *settings, Failure *failure) {
  *settings = (Settings){.channel = query_value(path, "channel"),
                         .pipe_dir = query_value(path, "pipe_dir"),
                         .state_dir = query_value(path, "state_dir")};
  static const char *const names[] = {"TFRecord", "RecordIO", "TextLine"};
  char *format = query_value(path, "format");
  bool known = false;
  for (unsigned i = 0; format && i < 3; i++) {
    if (!strcmp(format, names[i])) settings->format = (Format)i, known = true;
  }
  free(format);
  if (known && settings->channel && settings->pipe_dir && settings->state_dir &&
      query_number(path, "max_record_bytes", &settings->max_record_bytes) &&
      query_number(path, "max_corrupted", &settings->max_corrupted) &&
      query_number(path, "wait_seconds", &settings->wait_seconds))
    return true;
  settings_free(settings);
  failure->code = STATUS_INVALID_ARGUMENT;
  snprintf(failure->message, sizeof failure->message, "%s is no path of a pipe; PipeModeDataset makes such paths",
           path);
  return false;
}

void settings_free(Settings *settings) {
  free(settings->channel);
  free(settings->pipe_dir);
  free(settings->state_dir);
  *settings = (Settings){0};
}

/* ---- the epoch ---- */

static bool read_epoch(Source *source, const char *path, Failure *failure) {
  char text[32] = "", *start, *end;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? true : fail(failure, STATUS_INTERNAL, source, "cannot read", path);
  ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  start = text + strspn(text, " \t\r\n");
  errno = 0;
  source->epoch = strtoull(start, &end, 10);
  /* An empty file is what a reader of AWS's leaves that was killed between truncating and writing it. */
  if (size >= 0 && !*start) return true;
  if (size > 0 && isdigit((unsigned char)*start) && end[strspn(end, " \t\r\n")] == 0 && !errno) return true;
  failure->code = STATUS_FAILED_PRECONDITION;
  snprintf(failure->message, sizeof failure->message,
           "channel '%s': the state file %s must hold the number of the next epoch; delete it to start from 0",
           source->settings.channel, path);
  return false;
}

static bool write_epoch(Source *source, const char *path, unsigned long long next, Failure *failure) {
  char temporary[PATH_MAX], text[32];
  int length = snprintf(text, sizeof text, "%llu", next);
  if ((size_t)snprintf(temporary, sizeof temporary, "%s.next", path) >= sizeof temporary) {
    errno = ENAMETOOLONG;
    return fail(failure, STATUS_INTERNAL, source, "cannot write", path);
  }
  int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool written = fd >= 0 && write(fd, text, (size_t)length) == length;
  if (fd >= 0) written = close(fd) == 0 && written;
  if (written && rename(temporary, path) == 0) return true;
  return fail(failure, STATUS_INTERNAL, source, "cannot write", path);
}

bool source_take_epoch(Source *source, Failure *failure) {
  char state[PATH_MAX], lock[PATH_MAX];
  const Settings *settings = &source->settings;
  snprintf(state, sizeof state, "%s/.%s-pipe_mode-state", settings->state_dir, settings->channel);
  snprintf(lock, sizeof lock, "%s/.%s-pipe_mode-lock", settings->state_dir, settings->channel);
  int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return fail(failure, STATUS_INTERNAL, source, "cannot open", lock);
  int locked;
  do locked = flock(fd, LOCK_EX);
  while (locked && errno == EINTR);
  bool taken = locked == 0 ? read_epoch(source, state, failure) && write_epoch(source, state, source->epoch + 1, failure)
                           : fail(failure, STATUS_INTERNAL, source, "cannot lock", lock);
  close(fd);
  return taken;
}

/* ---- the FIFO ---- */

static int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Opens the FIFO once it is there. Without O_NONBLOCK the opening itself would wait for a writer. */
static Filling open_fifo(Source *source, int wait_ms, Failure *failure) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s_%llu", source->settings.pipe_dir, source->settings.channel, source->epoch);
  int64_t start = now_ms();
  if (!source->waiting_since) source->waiting_since = start;
  for (int nap = 1;; nap = nap < LONGEST_NAP_MS / 2 ? 2 * nap : LONGEST_NAP_MS) {
    source->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (source->fd >= 0) break;
    if (errno != ENOENT && errno != EINTR) return fail(failure, STATUS_INTERNAL, source, "cannot open", path), FAILED;
    int64_t now = now_ms();
    if (now - source->waiting_since >= (int64_t)source->settings.wait_seconds * 1000) {
      failure->code = STATUS_NOT_FOUND;
      snprintf(failure->message, sizeof failure->message,
               "channel '%s', epoch %llu, record 0, byte 0: File does not exist: %s. It did not appear within %llu s; "
               "is something writing this channel, and for this many epochs?",
               source->settings.channel, source->epoch, path, (unsigned long long)source->settings.wait_seconds);
      return FAILED;
    }
    if (now - start >= wait_ms) return NOTHING_YET;
    nanosleep(&(struct timespec){.tv_nsec = nap * 1000000L}, NULL);
  }
  /* More room saves switches between writer and reader. The system may refuse it; the pipe works all the same. */
  (void)fcntl(source->fd, F_SETPIPE_SZ, PIPE_BYTES);
  return FILLED;
}

/* Waits for something to read. */
static bool wait_for(const Source *source, int wait_ms, Filling *filling) {
  struct pollfd poll_for = {.fd = source->fd, .events = POLLIN};
  int ready = poll(&poll_for, 1, wait_ms);
  *filling = ready >= 0 || errno == EINTR ? NOTHING_YET : FAILED;
  return ready > 0;
}

Filling source_fill(Source *source, const struct iovec *to, int count, int wait_ms, size_t *got, Failure *failure) {
  if (source->fd < 0) {
    Filling opened = open_fifo(source, wait_ms, failure);
    if (opened != FILLED) return opened;
  }
  Filling filling = NOTHING_YET;
  /* Before a writer has come, read() says "end" as it does after the last one has gone; poll() does not. */
  if (source->flowing || wait_for(source, wait_ms, &filling)) {
    ssize_t size = readv(source->fd, to, count);
    if (size < 0 && errno == EAGAIN && wait_for(source, wait_ms, &filling)) size = readv(source->fd, to, count);
    if (size > 0) {
      source->flowing = true;
      *got = (size_t)size;
      return FILLED;
    }
    if (size == 0) return ENDED;
    if (errno != EAGAIN && errno != EINTR) filling = FAILED;
  }
  if (filling == FAILED) fail(failure, STATUS_INTERNAL, source, "cannot read", "the FIFO");
  return filling;
}

bool source_unfinished(const Source *source, char *reason, size_t size) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/.%s_%llu.unfinished", source->settings.pipe_dir, source->settings.channel,
           source->epoch);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t count = read(fd, reason, size - 1);
  reason[count < 0 ? 0 : count] = 0;
  close(fd);
  return true;
}

void source_close(Source *source) {
  if (source->fd >= 0) close(source->fd);
  source->fd = -1;
  settings_free(&source->settings);
}
