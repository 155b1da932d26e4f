"""``tf.contrib.learn``: estimators, experiments, data sets and inputs.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn``.
"""

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.learn.estimators.canned import DNNClassifier as DNNClassifier
from smtf_core.runtime.tf1.contrib.learn.estimators.canned import (
    DNNLinearCombinedClassifier as DNNLinearCombinedClassifier,
)
from smtf_core.runtime.tf1.contrib.learn.estimators.canned import (
    DNNLinearCombinedRegressor as DNNLinearCombinedRegressor,
)
from smtf_core.runtime.tf1.contrib.learn.estimators.canned import DNNRegressor as DNNRegressor
from smtf_core.runtime.tf1.contrib.learn.estimators.canned import LinearClassifier as LinearClassifier
from smtf_core.runtime.tf1.contrib.learn.estimators.canned import LinearRegressor as LinearRegressor
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import ModeKeys as ModeKeys
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import PredictionKey as PredictionKey
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import ProblemType as ProblemType
from smtf_core.runtime.tf1.contrib.learn.estimators.constants import TaskType as TaskType
from smtf_core.runtime.tf1.contrib.learn.estimators.estimator import Estimator as Estimator
from smtf_core.runtime.tf1.contrib.learn.estimators.model_fn import ModelFnOps as ModelFnOps
from smtf_core.runtime.tf1.contrib.learn.estimators.run_config import RunConfig as RunConfig
from smtf_core.runtime.tf1.contrib.learn.experiment import Experiment as Experiment
from smtf_core.runtime.tf1.contrib.learn.export_strategy import ExportStrategy as ExportStrategy
from smtf_core.runtime.tf1.contrib.learn.export_strategy import make_export_strategy as make_export_strategy
from smtf_core.runtime.tf1.contrib.learn.inputs import (
    infer_real_valued_columns_from_input as infer_real_valued_columns_from_input,
)
from smtf_core.runtime.tf1.contrib.learn.inputs import (
    infer_real_valued_columns_from_input_fn as infer_real_valued_columns_from_input_fn,
)
from smtf_core.runtime.tf1.contrib.learn.metric_spec import MetricSpec as MetricSpec
from smtf_core.runtime.tf1.contrib.learn.utils.input_fn_utils import InputFnOps as InputFnOps
from smtf_core.runtime.tf1.contrib.learn.utils.input_fn_utils import (
    build_parsing_serving_input_fn as build_parsing_serving_input_fn,
)

NanLossDuringTrainingError = tf.train.NanLossDuringTrainingError
