"""``tf.contrib.layers``: layers, initializers, regularizers, ``optimize_loss``, summaries.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.layers``.
"""

from smtf_core.runtime.tf1.contrib.layers.activations import dropout as dropout
from smtf_core.runtime.tf1.contrib.layers.activations import maxout as maxout
from smtf_core.runtime.tf1.contrib.layers.activations import softmax as softmax
from smtf_core.runtime.tf1.contrib.layers.activations import spatial_softmax as spatial_softmax
from smtf_core.runtime.tf1.contrib.layers.activations import unit_norm as unit_norm
from smtf_core.runtime.tf1.contrib.layers.composition import repeat as repeat
from smtf_core.runtime.tf1.contrib.layers.composition import stack as stack
from smtf_core.runtime.tf1.contrib.layers.convolutions import conv1d as conv1d
from smtf_core.runtime.tf1.contrib.layers.convolutions import conv2d as conv2d
from smtf_core.runtime.tf1.contrib.layers.convolutions import conv2d_in_plane as conv2d_in_plane
from smtf_core.runtime.tf1.contrib.layers.convolutions import conv3d as conv3d
from smtf_core.runtime.tf1.contrib.layers.convolutions import convolution as convolution
from smtf_core.runtime.tf1.contrib.layers.convolutions import convolution1d as convolution1d
from smtf_core.runtime.tf1.contrib.layers.convolutions import convolution2d as convolution2d
from smtf_core.runtime.tf1.contrib.layers.convolutions import convolution2d_in_plane as convolution2d_in_plane
from smtf_core.runtime.tf1.contrib.layers.convolutions import convolution3d as convolution3d
from smtf_core.runtime.tf1.contrib.layers.dense import bias_add as bias_add
from smtf_core.runtime.tf1.contrib.layers.dense import elu as elu
from smtf_core.runtime.tf1.contrib.layers.dense import fully_connected as fully_connected
from smtf_core.runtime.tf1.contrib.layers.dense import legacy_fully_connected as legacy_fully_connected
from smtf_core.runtime.tf1.contrib.layers.dense import legacy_linear as legacy_linear
from smtf_core.runtime.tf1.contrib.layers.dense import legacy_relu as legacy_relu
from smtf_core.runtime.tf1.contrib.layers.dense import linear as linear
from smtf_core.runtime.tf1.contrib.layers.dense import relu as relu
from smtf_core.runtime.tf1.contrib.layers.dense import relu6 as relu6
from smtf_core.runtime.tf1.contrib.layers.encoders import bow_encoder as bow_encoder
from smtf_core.runtime.tf1.contrib.layers.encoders import embed_sequence as embed_sequence
from smtf_core.runtime.tf1.contrib.layers.encoders import embedding_lookup_unique as embedding_lookup_unique
from smtf_core.runtime.tf1.contrib.layers.encoders import safe_embedding_lookup_sparse as safe_embedding_lookup_sparse
from smtf_core.runtime.tf1.contrib.layers.feature_column import bucketized_column as bucketized_column
from smtf_core.runtime.tf1.contrib.layers.feature_column import (
    create_feature_spec_for_parsing as create_feature_spec_for_parsing,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column import crossed_column as crossed_column
from smtf_core.runtime.tf1.contrib.layers.feature_column import embedding_column as embedding_column
from smtf_core.runtime.tf1.contrib.layers.feature_column import one_hot_column as one_hot_column
from smtf_core.runtime.tf1.contrib.layers.feature_column import real_valued_column as real_valued_column
from smtf_core.runtime.tf1.contrib.layers.feature_column import scattered_embedding_column as scattered_embedding_column
from smtf_core.runtime.tf1.contrib.layers.feature_column import shared_embedding_columns as shared_embedding_columns
from smtf_core.runtime.tf1.contrib.layers.feature_column import (
    sparse_column_with_hash_bucket as sparse_column_with_hash_bucket,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column import (
    sparse_column_with_integerized_feature as sparse_column_with_integerized_feature,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column import sparse_column_with_keys as sparse_column_with_keys
from smtf_core.runtime.tf1.contrib.layers.feature_column import (
    sparse_column_with_vocabulary_file as sparse_column_with_vocabulary_file,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column import weighted_sparse_column as weighted_sparse_column
from smtf_core.runtime.tf1.contrib.layers.feature_column_ops import check_feature_columns as check_feature_columns
from smtf_core.runtime.tf1.contrib.layers.feature_column_ops import (
    infer_real_valued_columns as infer_real_valued_columns,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column_ops import (
    input_from_feature_columns as input_from_feature_columns,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column_ops import (
    joint_weighted_sum_from_feature_columns as joint_weighted_sum_from_feature_columns,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column_ops import (
    parse_feature_columns_from_examples as parse_feature_columns_from_examples,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column_ops import (
    parse_feature_columns_from_sequence_examples as parse_feature_columns_from_sequence_examples,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column_ops import (
    sequence_input_from_feature_columns as sequence_input_from_feature_columns,
)
from smtf_core.runtime.tf1.contrib.layers.feature_column_ops import transform_features as transform_features
from smtf_core.runtime.tf1.contrib.layers.feature_column_ops import (
    weighted_sum_from_feature_columns as weighted_sum_from_feature_columns,
)
from smtf_core.runtime.tf1.contrib.layers.initializers import (
    variance_scaling_initializer as variance_scaling_initializer,
)
from smtf_core.runtime.tf1.contrib.layers.initializers import xavier_initializer as xavier_initializer
from smtf_core.runtime.tf1.contrib.layers.initializers import xavier_initializer_conv2d as xavier_initializer_conv2d
from smtf_core.runtime.tf1.contrib.layers.normalization import batch_norm as batch_norm
from smtf_core.runtime.tf1.contrib.layers.normalization import group_norm as group_norm
from smtf_core.runtime.tf1.contrib.layers.normalization import instance_norm as instance_norm
from smtf_core.runtime.tf1.contrib.layers.normalization import layer_norm as layer_norm
from smtf_core.runtime.tf1.contrib.layers.optimizers import OPTIMIZER_CLS_NAMES as OPTIMIZER_CLS_NAMES
from smtf_core.runtime.tf1.contrib.layers.optimizers import OPTIMIZER_SUMMARIES as OPTIMIZER_SUMMARIES
from smtf_core.runtime.tf1.contrib.layers.optimizers import optimize_loss as optimize_loss
from smtf_core.runtime.tf1.contrib.layers.pooling import avg_pool2d as avg_pool2d
from smtf_core.runtime.tf1.contrib.layers.pooling import avg_pool3d as avg_pool3d
from smtf_core.runtime.tf1.contrib.layers.pooling import max_pool2d as max_pool2d
from smtf_core.runtime.tf1.contrib.layers.pooling import max_pool3d as max_pool3d
from smtf_core.runtime.tf1.contrib.layers.regularizers import apply_regularization as apply_regularization
from smtf_core.runtime.tf1.contrib.layers.regularizers import l1_l2_regularizer as l1_l2_regularizer
from smtf_core.runtime.tf1.contrib.layers.regularizers import l1_regularizer as l1_regularizer
from smtf_core.runtime.tf1.contrib.layers.regularizers import l2_regularizer as l2_regularizer
from smtf_core.runtime.tf1.contrib.layers.regularizers import sum_regularizer as sum_regularizer
from smtf_core.runtime.tf1.contrib.layers.reshaping import dense_to_sparse as dense_to_sparse
from smtf_core.runtime.tf1.contrib.layers.reshaping import flatten as flatten
from smtf_core.runtime.tf1.contrib.layers.reshaping import images_to_sequence as images_to_sequence
from smtf_core.runtime.tf1.contrib.layers.reshaping import one_hot_encoding as one_hot_encoding
from smtf_core.runtime.tf1.contrib.layers.reshaping import sequence_to_images as sequence_to_images
from smtf_core.runtime.tf1.contrib.layers.separable_convolutions import separable_conv2d as separable_conv2d
from smtf_core.runtime.tf1.contrib.layers.separable_convolutions import (
    separable_convolution2d as separable_convolution2d,
)
from smtf_core.runtime.tf1.contrib.layers.summaries import summarize_activation as summarize_activation
from smtf_core.runtime.tf1.contrib.layers.summaries import summarize_activations as summarize_activations
from smtf_core.runtime.tf1.contrib.layers.summaries import summarize_collection as summarize_collection
from smtf_core.runtime.tf1.contrib.layers.summaries import summarize_tensor as summarize_tensor
from smtf_core.runtime.tf1.contrib.layers.summaries import summarize_tensors as summarize_tensors
from smtf_core.runtime.tf1.contrib.layers.transposed_convolutions import conv2d_transpose as conv2d_transpose
from smtf_core.runtime.tf1.contrib.layers.transposed_convolutions import conv3d_transpose as conv3d_transpose
from smtf_core.runtime.tf1.contrib.layers.transposed_convolutions import (
    convolution2d_transpose as convolution2d_transpose,
)
from smtf_core.runtime.tf1.contrib.layers.transposed_convolutions import (
    convolution3d_transpose as convolution3d_transpose,
)
