"""``tf.contrib.metrics``: metrics over a stream of batches.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.metrics``. Most are those of ``tf.metrics`` with the predictions
before the labels. All give the value and the operation that adds a batch.
"""

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.metrics.agreement import accuracy as accuracy
from smtf_core.runtime.tf1.contrib.metrics.agreement import cohen_kappa as cohen_kappa
from smtf_core.runtime.tf1.contrib.metrics.gathering import aggregate_metric_map as aggregate_metric_map
from smtf_core.runtime.tf1.contrib.metrics.gathering import aggregate_metrics as aggregate_metrics
from smtf_core.runtime.tf1.contrib.metrics.gathering import count as count
from smtf_core.runtime.tf1.contrib.metrics.gathering import streaming_concat as streaming_concat
from smtf_core.runtime.tf1.contrib.metrics.moments import streaming_covariance as streaming_covariance
from smtf_core.runtime.tf1.contrib.metrics.moments import streaming_pearson_correlation as streaming_pearson_correlation
from smtf_core.runtime.tf1.contrib.metrics.rates import f1_score as f1_score
from smtf_core.runtime.tf1.contrib.metrics.rates import precision_at_recall as precision_at_recall
from smtf_core.runtime.tf1.contrib.metrics.rates import recall_at_precision as recall_at_precision
from smtf_core.runtime.tf1.contrib.metrics.rates import streaming_false_negative_rate as streaming_false_negative_rate
from smtf_core.runtime.tf1.contrib.metrics.rates import (
    streaming_false_negative_rate_at_thresholds as streaming_false_negative_rate_at_thresholds,
)
from smtf_core.runtime.tf1.contrib.metrics.rates import streaming_false_positive_rate as streaming_false_positive_rate
from smtf_core.runtime.tf1.contrib.metrics.rates import (
    streaming_false_positive_rate_at_thresholds as streaming_false_positive_rate_at_thresholds,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_accuracy as streaming_accuracy
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_auc as streaming_auc
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_false_negatives as streaming_false_negatives
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_false_negatives_at_thresholds as streaming_false_negatives_at_thresholds,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_false_positives as streaming_false_positives
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_false_positives_at_thresholds as streaming_false_positives_at_thresholds,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_mean_absolute_error as streaming_mean_absolute_error
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_mean_cosine_distance as streaming_mean_cosine_distance,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_mean_iou as streaming_mean_iou
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_mean_relative_error as streaming_mean_relative_error
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_mean_squared_error as streaming_mean_squared_error
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_precision as streaming_precision
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_precision_at_thresholds as streaming_precision_at_thresholds,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_recall as streaming_recall
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_recall_at_thresholds as streaming_recall_at_thresholds,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_root_mean_squared_error as streaming_root_mean_squared_error,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_sensitivity_at_specificity as streaming_sensitivity_at_specificity,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_sparse_average_precision_at_k as streaming_sparse_average_precision_at_k,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_sparse_precision_at_k as streaming_sparse_precision_at_k,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_sparse_recall_at_k as streaming_sparse_recall_at_k
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_specificity_at_sensitivity as streaming_specificity_at_sensitivity,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_true_negatives as streaming_true_negatives
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_true_negatives_at_thresholds as streaming_true_negatives_at_thresholds,
)
from smtf_core.runtime.tf1.contrib.metrics.swapped import streaming_true_positives as streaming_true_positives
from smtf_core.runtime.tf1.contrib.metrics.swapped import (
    streaming_true_positives_at_thresholds as streaming_true_positives_at_thresholds,
)
from smtf_core.runtime.tf1.contrib.metrics.top_k import sparse_recall_at_top_k as sparse_recall_at_top_k
from smtf_core.runtime.tf1.contrib.metrics.top_k import streaming_recall_at_k as streaming_recall_at_k
from smtf_core.runtime.tf1.contrib.metrics.top_k import (
    streaming_sparse_average_precision_at_top_k as streaming_sparse_average_precision_at_top_k,
)
from smtf_core.runtime.tf1.contrib.metrics.top_k import (
    streaming_sparse_precision_at_top_k as streaming_sparse_precision_at_top_k,
)

confusion_matrix = tf.confusion_matrix
set_difference = tf.sets.set_difference
set_intersection = tf.sets.set_intersection
set_size = tf.sets.set_size
set_union = tf.sets.set_union
streaming_mean = tf.metrics.mean
streaming_mean_tensor = tf.metrics.mean_tensor
streaming_percentage_less = tf.metrics.percentage_below
