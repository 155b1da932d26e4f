/* The filesystem plugin: how TensorFlow comes to know the files of the scheme smtfpipe://. */

#include <stdlib.h>
#include <string.h>

#include "crc32c.h"
#include "files.h"

#define EXPORTED __attribute__((visibility("default")))

static char *translate_name(const Filesystem *filesystem, const char *uri) {
  (void)filesystem;
  return strdup(uri);
}

static void filesystem_init(Filesystem *filesystem, TF_Status *status) {
  filesystem->plugin_filesystem = NULL;
  tensorflow.TF_SetStatus(status, STATUS_OK, "");
}

static void filesystem_cleanup(Filesystem *filesystem) { (void)filesystem; }

/* ---- registration ---- */

static void *copy_of(const void *table, size_t size) {
  void *copy = malloc(size);
  return copy ? memcpy(copy, table, size) : NULL;
}

EXPORTED void TF_InitPlugin(FilesystemPluginInfo *info) {
  static const FilesystemOps filesystem = {.init = filesystem_init,
                                           .cleanup = filesystem_cleanup,
                                           .new_random_access_file = file_new,
                                           .translate_name = translate_name};
  static const RandomAccessFileOps file = {.cleanup = file_cleanup, .read = file_read};
  info->plugin_memory_allocate = malloc;
  info->plugin_memory_free = free;
  info->num_schemes = 0;
  crc32c_init();
  FilesystemPluginOps *ops = tensorflow_find() ? calloc(1, sizeof *ops) : NULL;
  info->ops = ops;
  if (!ops) return; /* registers nothing, which the caller looks for */
  ops->scheme = strdup("smtfpipe");
  ops->filesystem_ops_size = sizeof filesystem;
  ops->filesystem_ops = copy_of(&filesystem, sizeof filesystem);
  ops->random_access_file_ops_size = sizeof file;
  ops->random_access_file_ops = copy_of(&file, sizeof file);
  info->num_schemes = ops->scheme && ops->filesystem_ops && ops->random_access_file_ops;
}
