/* Finds TensorFlow's C functions in the libraries that this process has loaded. */

#define _GNU_SOURCE /* dl_iterate_phdr */
#include "tensorflow_api.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

TensorFlow tensorflow;

static bool complete(void) {
#define IS_THERE(type, name, arguments) &&tensorflow.name
  return true TENSORFLOW_FUNCTIONS(IS_THERE);
#undef IS_THERE
}

static int look_into(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  if (!info->dlpi_name || !strstr(info->dlpi_name, "tensorflow")) return 0;
  void *library = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
  if (!library) return 0;
#define LOOK_UP(type, name, arguments) \
  if (!tensorflow.name) *(void **)&tensorflow.name = dlsym(library, #name);
  TENSORFLOW_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
  dlclose(library);
  return complete();
}

bool tensorflow_find(void) {
  if (!complete()) dl_iterate_phdr(look_into, NULL);
  return complete();
}
