/* The operator SmtfPipeChunk: from the name of a chunk to its records, a vector of strings.
 *
 * A kernel by TensorFlow's C interface. It registers itself when the library is loaded, which tf.load_op_library() does.
 */

#include <string.h>

#include "stream.h"
#include "strings.h"
#include "tensorflow_api.h"

static void fail(TF_OpKernelContext *context, TF_Status *status, const Failure *failure) {
  tensorflow.TF_SetStatus(status, failure->code, failure->message);
  tensorflow.TF_OpKernelContext_Failure(context, status);
}

/* The strings become the tensor's, their memory as well. */
static void hand_over(TF_OpKernelContext *context, Records *records, TF_Status *status) {
  int64_t count = (int64_t)records->count;
  TF_Tensor *output =
      tensorflow.TF_AllocateOutput(context, 0, TYPE_STRING, &count, 1, records->count * sizeof(String), status);
  if (tensorflow.TF_GetCode(status) != STATUS_OK) {
    tensorflow.TF_OpKernelContext_Failure(context, status);
    return;
  }
  memcpy(tensorflow.TF_TensorData(output), records->strings, records->count * sizeof(String));
  memset(records->strings, 0, records->count * sizeof(String));
  records->count = 0;
  tensorflow.TF_DeleteTensor(output);
}

static void compute(void *kernel, TF_OpKernelContext *context) {
  (void)kernel;
  TF_Status *status = tensorflow.TF_NewStatus();
  TF_Tensor *input = NULL;
  tensorflow.TF_GetInput(context, 0, &input, status);
  if (tensorflow.TF_GetCode(status) != STATUS_OK) {
    tensorflow.TF_OpKernelContext_Failure(context, status);
  } else {
    Failure failure = {0};
    size_t length;
    const char *name = string_text(tensorflow.TF_TensorData(input), &length);
    Stream *stream = stream_borrow_chunk(name, length, &failure);
    if (stream) {
      hand_over(context, &stream->records, status);
      stream_return_chunk(stream);
    } else {
      fail(context, status, &failure);
    }
    tensorflow.TF_DeleteTensor(input);
  }
  tensorflow.TF_DeleteStatus(status);
}

/* TensorFlow wants a kernel to have a state of its own. */
static void *create(void *construction) {
  static char nothing;
  (void)construction;
  return &nothing;
}

static void destroy(void *kernel) { (void)kernel; }

static void shape(void *context, TF_Status *status) {
  tensorflow.TF_ShapeInferenceContextSetUnknownShape(context, status);
}

__attribute__((constructor)) static void register_operator(void) {
  if (!tensorflow_find()) return; /* then there is no operator, which the caller looks for */
  void *definition = tensorflow.TF_NewOpDefinitionBuilder("SmtfPipeChunk");
  tensorflow.TF_OpDefinitionBuilderAddInput(definition, "chunk: string");
  tensorflow.TF_OpDefinitionBuilderAddOutput(definition, "records: string");
  /* So that calls keep their order and none is left out. */
  tensorflow.TF_OpDefinitionBuilderSetIsStateful(definition, true);
  tensorflow.TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, shape);
  TF_Status *status = tensorflow.TF_NewStatus();
  tensorflow.TF_RegisterOpDefinition(definition, status);
  if (tensorflow.TF_GetCode(status) == STATUS_OK) {
    void *kernel = tensorflow.TF_NewKernelBuilder("SmtfPipeChunk", "CPU", create, compute, destroy);
    tensorflow.TF_RegisterKernelBuilder("SmtfPipeChunk", kernel, status);
  }
  tensorflow.TF_DeleteStatus(status);
}
