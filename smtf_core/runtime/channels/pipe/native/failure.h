/* What went wrong: a status code of TensorFlow's and the text for the user. */

#ifndef SMTF_FAILURE_H
#define SMTF_FAILURE_H

typedef struct {
  int code; /* 0: nothing went wrong */
  char message[8192]; /* room for a path and what is said of it */
} Failure;

#endif
