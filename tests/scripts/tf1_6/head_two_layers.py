"""A custom estimator with feature columns, a head of tf.contrib.estimator and a vocabulary file."""
import os

import tensorflow as tf

COLUMNS = ['age', 'occupation', 'education', 'hours', 'income']


def _feature_columns(folder):
    occupation = tf.feature_column.categorical_column_with_vocabulary_file(
        'occupation', os.path.join(folder, 'occupations.txt'), vocabulary_size=5, num_oov_buckets=1)
    education = tf.feature_column.categorical_column_with_vocabulary_list(
        'education', ('HS-grad', 'Bachelors', 'Masters', 'Doctorate'), default_value=0)
    return [
        tf.feature_column.numeric_column('age', normalizer_fn=lambda x: (x - 40.0) / 20.0),
        tf.feature_column.embedding_column(occupation, 3),
        tf.feature_column.indicator_column(education),
        tf.feature_column.indicator_column(tf.feature_column.bucketized_column(
            tf.feature_column.numeric_column('hours'), [20, 35, 45])),
    ]


class MyEstimator(tf.estimator.Estimator):
    def __init__(self, columns, config, learning_rate):
        def _model_fn(features, labels, mode):
            head = tf.contrib.estimator.binary_classification_head()
            net = tf.feature_column.input_layer(features, columns)
            for i, units in enumerate([8, 4]):
                net = tf.layers.dense(net, units, activation=tf.nn.relu, name='hidden_%d' % i)
            logits = tf.layers.dense(net, head.logits_dimension, name='logits')
            return head.create_estimator_spec(
                features=features, mode=mode, labels=labels, logits=logits,
                train_op_fn=lambda loss: tf.train.AdamOptimizer(learning_rate).minimize(
                    loss, global_step=tf.train.get_global_step()))
        super(MyEstimator, self).__init__(model_fn=_model_fn, config=config)


def estimator_fn(run_config, params):
    return MyEstimator(_feature_columns(params['vocabulary_dir']), run_config, params.get('learning_rate', 0.01))


def _dataset(path):
    def parse(line):
        features = dict(zip(COLUMNS, tf.decode_csv(line, [[0.0], [''], [''], [0.0], ['']])))
        label = tf.cast(tf.equal(features.pop('income'), '>50K'), tf.int32)
        return features, tf.expand_dims(label, -1)
    return tf.data.TextLineDataset(path).skip(1).map(parse)


def train_input_fn(training_dir, params):
    return _dataset(os.path.join(training_dir, 'adult.data.csv')).repeat().batch(16).make_one_shot_iterator().get_next()


def eval_input_fn(training_dir, params):
    return _dataset(os.path.join(training_dir, 'adult.test.csv')).batch(16).make_one_shot_iterator().get_next()


def serving_input_fn(params):
    receiver = {
        'age': tf.placeholder(tf.float32, [None]),
        'occupation': tf.placeholder(tf.string, [None]),
        'education': tf.placeholder(tf.string, [None]),
        'hours': tf.placeholder(tf.float32, [None]),
    }
    return tf.estimator.export.ServingInputReceiver(receiver, receiver)
