/* Stands in for the library in which the plugin finds TF_SetStatus. */

#include "tensorflow_stub.h"

#include <stdio.h>

void TF_SetStatus(TF_Status *status, int code, const char *message) {
  status->code = code;
  snprintf(status->message, sizeof status->message, "%s", message);
}
