/* TensorFlow's C interface for filesystem plugins, as far as it is used here.
 *
 * Source: TensorFlow's public interface "C API for filesystems" (ABI version 0, the same from TensorFlow 2.5 to 2.21).
 * Declared here so that the plugin builds without TensorFlow: one build serves every release. TensorFlow copies the
 * tables by the sizes that the plugin states, so entries that it does not have may be left out at a table's end.
 */

#ifndef SMTF_TENSORFLOW_FILESYSTEM_H
#define SMTF_TENSORFLOW_FILESYSTEM_H

#include <stddef.h>
#include <stdint.h>

#include "tensorflow_api.h"

typedef struct {
  void *plugin_file;
} RandomAccessFile;

typedef struct {
  void (*cleanup)(RandomAccessFile *file);
  int64_t (*read)(const RandomAccessFile *file, uint64_t offset, size_t size, char *buffer, TF_Status *status);
} RandomAccessFileOps;

typedef struct {
  void *plugin_filesystem;
} Filesystem;

/* The table ends at the last entry that is used; what is left NULL or beyond the end, TensorFlow answers itself. */
typedef struct {
  void (*init)(Filesystem *filesystem, TF_Status *status);
  void (*cleanup)(Filesystem *filesystem);
  void (*new_random_access_file)(const Filesystem *filesystem, const char *path, RandomAccessFile *file,
                                 TF_Status *status);
  /* Writable files, memory regions, folders, deletion, renaming, existence, statistics. */
  void (*unused[15])(void);
  char *(*translate_name)(const Filesystem *filesystem, const char *uri);
} FilesystemOps;

typedef struct {
  char *scheme;
  int filesystem_ops_abi, filesystem_ops_api;
  size_t filesystem_ops_size;
  FilesystemOps *filesystem_ops;
  int random_access_file_ops_abi, random_access_file_ops_api;
  size_t random_access_file_ops_size;
  RandomAccessFileOps *random_access_file_ops;
  int writable_file_ops_abi, writable_file_ops_api;
  size_t writable_file_ops_size;
  void *writable_file_ops;
  int read_only_memory_region_ops_abi, read_only_memory_region_ops_api;
  size_t read_only_memory_region_ops_size;
  void *read_only_memory_region_ops;
} FilesystemPluginOps;

typedef struct {
  size_t num_schemes;
  FilesystemPluginOps *ops;
  void *(*plugin_memory_allocate)(size_t size);
  void (*plugin_memory_free)(void *memory);
} FilesystemPluginInfo;

#endif
