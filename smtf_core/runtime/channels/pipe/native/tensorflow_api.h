/* TensorFlow's C functions, as far as they are used here.
 *
 * Source: TensorFlow's public C API (tf_status, tf_tensor, ops, kernels) and the layout of its strings, the same from
 * TensorFlow 2.4 to 2.21. Declared here so that the plugin builds without TensorFlow, and looked up when it is loaded,
 * because in which of TensorFlow's libraries they are differs by release.
 */

#ifndef SMTF_TENSORFLOW_API_H
#define SMTF_TENSORFLOW_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TF_Status TF_Status;
typedef struct TF_Tensor TF_Tensor;
typedef struct TF_OpKernelContext TF_OpKernelContext;

/* What TensorFlow's TF_Code calls them. */
enum {
  STATUS_OK = 0,
  STATUS_INVALID_ARGUMENT = 3,
  STATUS_NOT_FOUND = 5,
  STATUS_RESOURCE_EXHAUSTED = 8,
  STATUS_FAILED_PRECONDITION = 9,
  STATUS_OUT_OF_RANGE = 11,
  STATUS_UNIMPLEMENTED = 12,
  STATUS_INTERNAL = 13,
  STATUS_DATA_LOSS = 15,
};

enum { TYPE_STRING = 7 };

/* Return type, name, arguments. */
#define TENSORFLOW_FUNCTIONS(F)                                                                        \
  F(TF_Status *, TF_NewStatus, (void))                                                                 \
  F(void, TF_DeleteStatus, (TF_Status *))                                                              \
  F(void, TF_SetStatus, (TF_Status *, int code, const char *message))                                  \
  F(int, TF_GetCode, (const TF_Status *))                                                              \
  F(void *, TF_TensorData, (const TF_Tensor *))                                                        \
  F(void, TF_DeleteTensor, (TF_Tensor *))                                                              \
  F(void, TF_GetInput, (TF_OpKernelContext *, int index, TF_Tensor **, TF_Status *))                   \
  F(TF_Tensor *, TF_AllocateOutput,                                                                    \
    (TF_OpKernelContext *, int index, int type, const int64_t *dims, int rank, size_t, TF_Status *))   \
  F(void, TF_OpKernelContext_Failure, (TF_OpKernelContext *, TF_Status *))                             \
  F(void *, TF_NewOpDefinitionBuilder, (const char *name))                                             \
  F(void, TF_OpDefinitionBuilderAddInput, (void *builder, const char *))                               \
  F(void, TF_OpDefinitionBuilderAddOutput, (void *builder, const char *))                              \
  F(void, TF_OpDefinitionBuilderSetIsStateful, (void *builder, bool))                                  \
  F(void, TF_OpDefinitionBuilderSetShapeInferenceFunction, (void *builder, void (*)(void *, TF_Status *))) \
  F(void, TF_ShapeInferenceContextSetUnknownShape, (void *context, TF_Status *))                       \
  F(void, TF_RegisterOpDefinition, (void *builder, TF_Status *))                                       \
  F(void *, TF_NewKernelBuilder,                                                                       \
    (const char *name, const char *device, void *(*create)(void *), void (*compute)(void *, TF_OpKernelContext *), \
     void (*destroy)(void *)))                                                                         \
  F(void, TF_RegisterKernelBuilder, (const char *name, void *builder, TF_Status *))

typedef struct {
#define DECLARE(type, name, arguments) type(*name) arguments;
  TENSORFLOW_FUNCTIONS(DECLARE)
#undef DECLARE
} TensorFlow;

extern TensorFlow tensorflow;

/* Looks the functions up, once; false when TensorFlow has not been loaded or lacks one. */
bool tensorflow_find(void);

#endif
