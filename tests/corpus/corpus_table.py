"""The corpus: what each script needs. Read by the tests and by ``tests/fixtures/make_fixtures.py`` (Python 2.7 and 3.6)."""

from collections import namedtuple

#: name: path below ``tests/scripts`` without ``.py``; the folder's name says the release.
#: kind: the one function of the three that it defines.
#: data: name of the generator in ``corpus_data``, or None.
#: hyperparameters: ``{training}`` in a string stands for the channel's folder.
#: python2: source that only Python 2 reads.
#: repeatable: no shuffling, dropout or other chance while training: its losses can be compared.
Script = namedtuple("Script", "name kind data hyperparameters python2 repeatable")


def _script(name, kind, data=None, python2=False, repeatable=True, **hyperparameters):
    return Script(name, kind, data, hyperparameters, python2, repeatable)


SCRIPTS = [
    _script("tf1_4/abalone_optimize_loss", "model_fn", "abalone", learning_rate=0.001),
    _script("tf1_4/digits_queues", "model_fn", "digits", repeatable=False),
    _script("tf1_4/iris_classifier", "estimator_fn", "iris"),
    _script("tf1_4/reviews_hashed_py2", "estimator_fn", "reviews", python2=True),
    _script("tf1_4/keras_contrib", "keras_model_fn"),
    _script("tf1_5/series_rnn", "model_fn", "series"),
    _script("tf1_5/census_wide_deep", "estimator_fn", "census"),
    _script("tf1_5/abalone_py2/train", "model_fn", "abalone", python2=True, learning_rate=0.1),
    _script("tf1_5/csv_text_reader", "estimator_fn", "abalone"),
    _script("tf1_6/cifar_resnet", "model_fn", "cifar"),
    _script("tf1_6/points_clusters", "model_fn"),
    _script("tf1_6/keras_two_inputs", "keras_model_fn"),
    _script("tf1_6/head_two_layers", "estimator_fn", "census_with_header", vocabulary_dir="{training}"),
    _script("tf1_7/linear_weighted", "estimator_fn", "census"),
    _script("tf1_7/tagger_lookup", "model_fn", "tagged", vocabulary_dir="{training}", keep_prob=1.0),
    _script("tf1_7/cifar_pickles_py2", "model_fn", "cifar_pickles", python2=True, repeatable=False),
    _script("tf1_8/digits_map_and_batch", "model_fn", "digits", repeatable=False),
    _script("tf1_8/dnn_regressor_extended", "estimator_fn", "abalone"),
    _script("tf1_8/keras_lstm", "keras_model_fn"),
    _script("tf1_8/hooks_of_its_own", "model_fn"),
    _script("tf1_9/heads", "model_fn", "iris", units=6, learning_rate=0.01),
    _script("tf1_9/keras_cnn", "keras_model_fn", "cifar", dropout=0.0),
    _script("tf1_9/towers_ema", "model_fn"),
    _script("tf1_9/linear_flags_py2", "estimator_fn", "ratings", python2=True),
    _script("tf1_10/word2vec_py2", "model_fn", "reviews", python2=True, repeatable=False),
    _script("tf1_10/early_stopping", "estimator_fn", "iris"),
    _script("tf1_10/wide_deep_regressor", "estimator_fn", "census_with_header", vocabulary_dir="{training}"),
    _script("tf1_10/autoencoder", "model_fn", "digits"),
    _script("tf1_11/keras_recommender", "keras_model_fn", "ratings"),
    _script("tf1_11/text_cnn_hparams", "model_fn", "reviews", vocabulary_dir="{training}", hparams="filters=2"),
    _script("tf1_11/line_constant", "model_fn"),
    _script("tf1_11/rnn_py2/main", "model_fn", "reviews", python2=True),
    _script("tf1_11/gru_keras_functional", "keras_model_fn", "series"),
    _script("tf1_11/baseline_and_dataset", "estimator_fn", "iris"),
    _script("tf1_7/keras_autoencoder", "keras_model_fn"),
    _script("tf1_9/slim_digits", "model_fn", "digits"),
    _script("tf1_10/seq2seq_copy", "model_fn"),
    _script("tf1_11/quantiles", "model_fn", "abalone"),
]


def release(script):
    """``1.4`` of ``tf1_4/...``."""
    return script.name.split("/")[0][2:].replace("_", ".")


def hyperparameters(script, folder):
    """The script's hyperparameters with the channel's folder filled in."""
    return {
        name: value.format(training=folder) if isinstance(value, str) else value
        for name, value in script.hyperparameters.items()
    }


def by_name(name):
    """One entry."""
    return next(script for script in SCRIPTS if script.name == name)
