/* Reads passes over a channel through the plugin, as TensorFlow would, without TensorFlow: for sanitizers and valgrind.
 *
 * driver URI PASSES writes to its standard output, for each pass, "R" and the record for each record, "E" and the message
 * when something is wrong, then "Z"; texts come after their length as 8 bytes.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "tensorflow_filesystem.h"
#include "tensorflow_stub.h"

void TF_InitPlugin(FilesystemPluginInfo *info);

static FilesystemPluginOps *ops;

static void put(char kind, const void *text, uint64_t length) {
  putchar(kind);
  fwrite(&length, sizeof length, 1, stdout);
  fwrite(text, 1, length, stdout);
}

static void check(bool good, const char *what) {
  if (good) return;
  fprintf(stderr, "the plugin's file is no TFRecord file: %s\n", what);
  exit(3);
}

typedef struct {
  RandomAccessFile handle;
  uint64_t offset;
} File;

static File open_file(const char *path, TF_Status *status) {
  File file = {0};
  ops->filesystem_ops->new_random_access_file(NULL, path, &file.handle, status);
  return file;
}

static uint32_t stored_crc(const uint8_t *at) {
  uint32_t crc;
  memcpy(&crc, at, sizeof crc);
  return crc;
}

/* The next record, to be freed; NULL at the end or with an error. */
static uint8_t *next(File *file, uint64_t *length, TF_Status *status) {
  uint8_t header[12];
  int64_t got = ops->random_access_file_ops->read(&file->handle, file->offset, sizeof header, (char *)header, status);
  if (status->code) return NULL;
  check(got == sizeof header && crc32c_mask(crc32c_extend(0, header, 8)) == stored_crc(header + 8), "header");
  memcpy(length, header, sizeof *length);
  uint8_t *body = malloc(*length + 4);
  got = ops->random_access_file_ops->read(&file->handle, file->offset + 12, *length + 4, (char *)body, status);
  check(!status->code && got == (int64_t)*length + 4, "body");
  check(crc32c_mask(crc32c_extend(0, body, *length)) == stored_crc(body + *length), "checksum of the body");
  file->offset += *length + 16;
  return body;
}

static void put_chunk(const uint8_t *at, const uint8_t *end) {
  while (at < end) {
    uint64_t length = 0;
    check(*at++ == 0x0a, "tag");
    for (int shift = 0;; shift += 7) {
      length |= (uint64_t)(*at & 0x7f) << shift;
      if (*at++ < 0x80) break;
    }
    check(length <= (uint64_t)(end - at), "length");
    put('R', at, length);
    at += length;
  }
}

static bool told(const TF_Status *status) {
  if (!status->code || status->code == STATUS_OUT_OF_RANGE) return false;
  put('E', status->message, strlen(status->message));
  return true;
}

static void read_part(const char *name, const char *part, TF_Status *status) {
  char path[128];
  snprintf(path, sizeof path, "%s%s", name, part);
  File file = open_file(path, status);
  if (told(status)) return;
  uint64_t length;
  uint8_t *body;
  while ((body = next(&file, &length, status))) {
    if (part[0] == 's')
      put_chunk(body, body + length);
    else
      put('R', body, length);
    free(body);
  }
  told(status);
  ops->random_access_file_ops->cleanup(&file.handle);
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  FilesystemPluginInfo info;
  TF_InitPlugin(&info);
  if (info.num_schemes != 1) return 4;
  ops = info.ops;
  for (long pass = atol(arguments[2]); pass > 0; pass--) {
    TF_Status status;
    File names = open_file(arguments[1], &status);
    uint64_t length;
    uint8_t *body;
    while (!told(&status) && (body = next(&names, &length, &status))) {
      char name[100];
      snprintf(name, sizeof name, "%.*s", (int)length, (char *)body);
      free(body);
      read_part(name, "small", &status);
      read_part(name, "large", &status);
      status.code = 0;
    }
    if (names.handle.plugin_file) ops->random_access_file_ops->cleanup(&names.handle);
    put('Z', "", 0);
    fflush(stdout);
  }
  info.plugin_memory_free(ops->scheme);
  info.plugin_memory_free(ops->filesystem_ops);
  info.plugin_memory_free(ops->random_access_file_ops);
  info.plugin_memory_free(ops);
  return 0;
}
