"""Wide and deep on census data, after the official model of the time."""
import os

import tensorflow as tf

_CSV_COLUMNS = ['age', 'occupation', 'education', 'hours', 'income']
_CSV_COLUMN_DEFAULTS = [[0], [''], [''], [0], ['']]


def build_model_columns():
    age = tf.feature_column.numeric_column('age')
    hours = tf.feature_column.numeric_column('hours')
    education = tf.feature_column.categorical_column_with_vocabulary_list(
        'education', ['HS-grad', 'Bachelors', 'Masters', 'Doctorate'])
    occupation = tf.feature_column.categorical_column_with_hash_bucket('occupation', hash_bucket_size=10)
    age_buckets = tf.feature_column.bucketized_column(age, boundaries=[18, 25, 30, 40, 50, 60])

    base_columns = [education, occupation, age_buckets]
    crossed_columns = [
        tf.feature_column.crossed_column(['education', 'occupation'], hash_bucket_size=20),
        tf.feature_column.crossed_column([age_buckets, 'education'], hash_bucket_size=20),
    ]
    deep_columns = [
        age, hours,
        tf.feature_column.indicator_column(education),
        tf.feature_column.embedding_column(occupation, dimension=2),
    ]
    return base_columns + crossed_columns, deep_columns


def estimator_fn(run_config, hyperparameters):
    wide_columns, deep_columns = build_model_columns()
    return tf.estimator.DNNLinearCombinedClassifier(
        config=run_config,
        linear_feature_columns=wide_columns,
        dnn_feature_columns=deep_columns,
        dnn_hidden_units=hyperparameters.get('hidden_units', [8, 4]))


def _input_fn(data_file, num_epochs, batch_size):
    def parse_csv(value):
        columns = tf.decode_csv(value, record_defaults=_CSV_COLUMN_DEFAULTS)
        features = dict(zip(_CSV_COLUMNS, columns))
        for key in ('occupation', 'education', 'income'):
            features[key] = tf.string_join([tf.substr(features[key], 1, 40)])
        labels = features.pop('income')
        return features, tf.equal(labels, '>50K')

    dataset = tf.data.TextLineDataset(data_file)
    dataset = dataset.map(parse_csv, num_parallel_calls=5)
    dataset = dataset.repeat(num_epochs)
    dataset = dataset.batch(batch_size)
    features, labels = dataset.make_one_shot_iterator().get_next()
    return features, labels


def train_input_fn(training_dir, hyperparameters):
    return lambda: _input_fn(os.path.join(training_dir, 'adult.data'), None, 20)


def eval_input_fn(training_dir, hyperparameters):
    return lambda: _input_fn(os.path.join(training_dir, 'adult.test'), 1, 20)


def serving_input_fn(hyperparameters):
    wide, deep = build_model_columns()
    spec = tf.feature_column.make_parse_example_spec(wide + deep)
    return tf.estimator.export.build_parsing_serving_input_receiver_fn(spec)
