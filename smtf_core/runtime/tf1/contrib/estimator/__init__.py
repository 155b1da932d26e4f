"""``tf.contrib.estimator``. Source: TensorFlow 1.11 API documentation, ``tf.contrib.estimator``."""

from tensorflow_estimator.python.estimator.canned.saved_model_estimator import (
    SavedModelEstimator as SavedModelEstimator,
)
from tensorflow_estimator.python.estimator.early_stopping import read_eval_metrics as read_eval_metrics
from tensorflow_estimator.python.estimator.export.export import (
    build_supervised_input_receiver_fn_from_input_fn as build_supervised_input_receiver_fn_from_input_fn,
)

from smtf_core.runtime.tf1.base import estimator as _estimator
from smtf_core.runtime.tf1.contrib.estimator.export import export_all_saved_models as export_all_saved_models
from smtf_core.runtime.tf1.contrib.estimator.export import export_saved_model_for_mode as export_saved_model_for_mode
from smtf_core.runtime.tf1.contrib.estimator.extenders import clip_gradients_by_norm as clip_gradients_by_norm
from smtf_core.runtime.tf1.contrib.estimator.extenders import forward_features as forward_features
from smtf_core.runtime.tf1.contrib.estimator.head import binary_classification_head as binary_classification_head
from smtf_core.runtime.tf1.contrib.estimator.head import logistic_regression_head as logistic_regression_head
from smtf_core.runtime.tf1.contrib.estimator.head import multi_class_head as multi_class_head
from smtf_core.runtime.tf1.contrib.estimator.head import multi_label_head as multi_label_head
from smtf_core.runtime.tf1.contrib.estimator.head import poisson_regression_head as poisson_regression_head
from smtf_core.runtime.tf1.contrib.estimator.head import regression_head as regression_head
from smtf_core.runtime.tf1.contrib.estimator.multi_head import multi_head as multi_head
from smtf_core.runtime.tf1.contrib.estimator.replicate_model_fn import TowerOptimizer as TowerOptimizer
from smtf_core.runtime.tf1.contrib.estimator.replicate_model_fn import replicate_model_fn as replicate_model_fn

BaselineEstimator = _estimator.BaselineEstimator
DNNEstimator = _estimator.DNNEstimator
DNNLinearCombinedEstimator = _estimator.DNNLinearCombinedEstimator
InMemoryEvaluatorHook = _estimator.experimental.InMemoryEvaluatorHook
LinearEstimator = _estimator.LinearEstimator
add_metrics = _estimator.add_metrics
build_raw_supervised_input_receiver_fn = _estimator.experimental.build_raw_supervised_input_receiver_fn
call_logit_fn = _estimator.experimental.call_logit_fn
dnn_logit_fn_builder = _estimator.experimental.dnn_logit_fn_builder
linear_logit_fn_builder = _estimator.experimental.linear_logit_fn_builder
make_early_stopping_hook = _estimator.experimental.make_early_stopping_hook
make_stop_at_checkpoint_step_hook = _estimator.experimental.make_stop_at_checkpoint_step_hook
stop_if_higher_hook = _estimator.experimental.stop_if_higher_hook
stop_if_lower_hook = _estimator.experimental.stop_if_lower_hook
stop_if_no_decrease_hook = _estimator.experimental.stop_if_no_decrease_hook
stop_if_no_increase_hook = _estimator.experimental.stop_if_no_increase_hook
