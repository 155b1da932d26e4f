/* The files of the scheme smtfpipe://. */

#ifndef SMTF_FILES_H
#define SMTF_FILES_H

#include "tensorflow_api.h"
#include "tensorflow_filesystem.h"

void file_new(const Filesystem *filesystem, const char *path, RandomAccessFile *handle, TF_Status *status);
int64_t file_read(const RandomAccessFile *handle, uint64_t offset, size_t size, char *buffer, TF_Status *status);
void file_cleanup(RandomAccessFile *handle);

#endif
