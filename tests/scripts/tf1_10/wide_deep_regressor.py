"""Hours of work from age, occupation and education; two optimizers, a shared embedding and a vocabulary file."""
import os

import tensorflow as tf


def _columns(folder):
    fc = tf.feature_column
    age = fc.numeric_column('age', dtype=tf.float32)
    occupation = fc.categorical_column_with_vocabulary_file(
        key='occupation', vocabulary_file=os.path.join(folder, 'occupations.txt'), default_value=4)
    education = fc.categorical_column_with_hash_bucket('education', 8)
    aged = fc.bucketized_column(age, [25, 35, 45, 55])
    wide = [occupation, fc.crossed_column([aged, 'occupation', 'education'], 30)]
    deep = [fc.indicator_column(aged),
            fc.embedding_column(education, 2, combiner='sqrtn', max_norm=1.0),
            fc.embedding_column(occupation, 2, initializer=tf.truncated_normal_initializer(stddev=0.1))]
    return wide, deep


def estimator_fn(run_config, hyperparameters):
    wide, deep = _columns(hyperparameters['vocabulary_dir'])
    return tf.estimator.DNNLinearCombinedRegressor(
        linear_feature_columns=wide,
        linear_optimizer=tf.train.FtrlOptimizer(0.5),
        dnn_feature_columns=deep,
        dnn_optimizer=tf.train.AdamOptimizer(0.02, epsilon=1e-6),
        dnn_hidden_units=[6, 4],
        dnn_activation_fn=tf.nn.elu,
        label_dimension=1,
        config=run_config)


def _dataset(pattern):
    return tf.contrib.data.make_csv_dataset(
        pattern, batch_size=16, column_names=['age', 'occupation', 'education', 'hours', 'income'],
        column_defaults=[tf.float32, tf.string, tf.string, tf.float32],
        label_name='hours', select_columns=['age', 'occupation', 'education', 'hours'],
        num_epochs=1, shuffle=False)


def train_input_fn(training_dir, hyperparameters):
    return _dataset(os.path.join(training_dir, 'adult.data.csv')).repeat()


def eval_input_fn(training_dir, hyperparameters):
    return _dataset(os.path.join(training_dir, 'adult.test.csv'))


def serving_input_fn(hyperparameters):
    wide, deep = _columns(hyperparameters['vocabulary_dir'])
    return tf.estimator.export.build_parsing_serving_input_receiver_fn(
        tf.feature_column.make_parse_example_spec(wide + deep), default_batch_size=None)()
