"""What to write instead of names of TensorFlow 1 that are not to be had any more.

Sources: the names' deprecation notes in TensorFlow 1.11 and 1.15, and the release notes of TensorFlow 2.0 and 2.16.
"""

from __future__ import annotations

_TREES = "Use another library for trees (ydf, xgboost), or tf.estimator.DNNClassifier / DNNRegressor."
_TPU = "Use what tf.contrib.tpu has here, with use_tpu=False, or tf.estimator.Estimator; smtf runs no TPUs."
_STATEFUL = "Cut sequences into windows with tf.data and keep the state in a tf.get_local_variable of the model_fn."
_IO = "Use tensorflow-io (pip install tensorflow-io), or read the data from a channel."

# Longest match wins; a name stands for everything below it.
_REPLACEMENTS = {
    "contrib.all_reduce": "Use tf.distribute.",
    "contrib.batching": "Use the serving side's batching.",
    "contrib.bayesflow": "Use tensorflow-probability (pip install tensorflow-probability tf_keras).",
    "contrib.bigtable": _IO,
    "contrib.boosted_trees": _TREES,
    "contrib.cloud": _IO,
    "contrib.cluster_resolver": "Use tf.distribute.cluster_resolver.",
    "contrib.constrained_optimization": "Use tensorflow-constrained-optimization.",
    "contrib.copy_graph": "Build the graph again under the other tf.Graph.",
    "contrib.crf": "Use the pieces of tf.contrib.crf that smtf has.",
    "contrib.cudnn_rnn": "Use CudnnCompatibleLSTMCell / CudnnCompatibleGRUCell, or tf.keras.layers.LSTM / GRU.",
    "contrib.data": "Use tf.data, tf.data.experimental.",
    "contrib.deprecated": "Use tf.summary.",
    "contrib.distribute": "Use tf.distribute, or distribution= of the job.",
    "contrib.distributions": "Use tf.distributions, or tensorflow-probability.",
    "contrib.eager": "Use TensorFlow 2 (framework_version 2.x).",
    "contrib.estimator": "Use tf.estimator; RNN and multi-head estimators can be written as model_fn.",
    "contrib.factorization": "Use KMeansClustering; scikit-learn (GaussianMixture) or implicit (WALS) for the others.",
    "contrib.estimator.boosted_trees_classifier_train_in_memory": _TREES,
    "contrib.estimator.boosted_trees_regressor_train_in_memory": _TREES,
    "contrib.ffmpeg": _IO,
    "contrib.framework": "Use tf, tf.train.",
    "contrib.gan": "Use tensorflow-gan (pip install tensorflow-gan).",
    "contrib.graph_editor": "Build the graph as it is to be.",
    "contrib.image": "Use tf.image.",
    "contrib.kafka": _IO,
    "contrib.kfac": "Use kfac-jax or a tf.train optimizer.",
    "contrib.kinesis": _IO,
    "contrib.layers": "Use tf.layers, tf.keras.layers, tf.feature_column.",
    "contrib.learn": "Use tf.estimator; input functions are in tf.estimator.inputs.",
    "contrib.learn.DynamicRnnEstimator": "Use tf.estimator.Estimator with a model_fn that calls tf.nn.dynamic_rnn.",
    "contrib.learn.KMeansClustering": "Use tf.contrib.factorization.KMeansClustering.",
    "contrib.learn.LogisticRegressor": "Use tf.contrib.learn.LinearClassifier, or tf.estimator.LinearClassifier.",
    "contrib.learn.SKCompat": "Call the estimator itself, with x, y and batch_size.",
    "contrib.learn.SVM": "Use tf.estimator.LinearClassifier, or scikit-learn.",
    "contrib.learn.monitors": "Use tf.train.SessionRunHook.",
    "contrib.legacy_seq2seq": "Use the pieces of tf.contrib.legacy_seq2seq that smtf has, or tf.contrib.seq2seq.",
    "contrib.linear_optimizer": "Use tf.estimator.LinearClassifier with tf.train.FtrlOptimizer.",
    "contrib.lite": "Use tf.lite on the exported SavedModel.",
    "contrib.lookup": "Use tf.lookup.",
    "contrib.losses": "Use tf.losses.",
    "contrib.metrics": "Use tf.metrics.",
    "contrib.model_pruning": "Use tensorflow-model-optimization.",
    "contrib.mpi_collectives": "Use horovod.",
    "contrib.nccl": "Use tf.distribute.",
    "contrib.opt": "Use tf.train optimizers.",
    "contrib.optimizer_v2": "Use tf.train optimizers.",
    "contrib.periodic_resample": "Use tf.reshape, tf.gather.",
    "contrib.proto": "Use tf.io.decode_proto, tf.io.encode_proto.",
    "contrib.quantize": "Use tensorflow-model-optimization.",
    "contrib.receptive_field": "Put a copy of the piece into source_dir.",
    "contrib.reduce_slice_ops": "Use tf.math.segment_sum and its likes.",
    "contrib.rnn": "Use tf.nn.rnn_cell, tf.keras.layers.",
    "contrib.saved_model": "Use tf.saved_model.",
    "contrib.seq2seq": "Use the pieces of tf.contrib.seq2seq that smtf has, or tf.keras.layers.",
    "contrib.session_bundle": "Use tf.saved_model.",
    "contrib.slim": "Use tf.layers, tf.contrib.layers; ready-made networks are in tf.keras.applications.",
    "contrib.slim.nets": (
        "Put a copy of the network's file (research/slim/nets in TensorFlow's models repository) into source_dir: it "
        "runs. Others are in tf.keras.applications."
    ),
    "contrib.solvers": "Use scipy.sparse.linalg.",
    "contrib.sparsemax": "Put a copy of the piece into source_dir.",
    "contrib.summary": "Use tf.summary.",
    "contrib.tensor_forest": _TREES,
    "contrib.tensorrt": "Use tf.experimental.tensorrt on the exported SavedModel.",
    "contrib.text": "Use tensorflow-text.",
    "contrib.timeseries": "Use tensorflow-probability's sts.",
    "contrib.tpu": _TPU,
    "contrib.training": "Use tf.train, tf.data.",
    "contrib.training.SequenceQueueingStateSaver": _STATEFUL,
    "contrib.training.batch_sequences_with_states": _STATEFUL,
    "estimator.BoostedTreesClassifier": _TREES,
    "estimator.BoostedTreesRegressor": _TREES,
    "examples": "Put a copy of the example's module into source_dir, and its data into a channel.",
    "keras.utils.multi_gpu_model": "Use distribution='mirrored' with an estimator, or tf.distribute.",
    "keras.utils.HDF5Matrix": "Use h5py and tf.data.Dataset.from_generator.",
    "keras.wrappers": "Use scikeras (pip install scikeras).",
    "pywrap_tensorflow": "Use tf.train.NewCheckpointReader, tf.io and their likes.",
}


def replacement(dotted: str) -> str:
    """What to do without a name, e.g. ``'contrib.gan.gan_model'``."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        found = _REPLACEMENTS.get(".".join(parts[:length]))
        if found is not None:
            return found
    return "Use what replaced it in TensorFlow, or put a copy of it into source_dir."
