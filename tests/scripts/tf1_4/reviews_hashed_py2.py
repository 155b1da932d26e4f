# Sentiment of reviews, hashed words. Python 2.7, TensorFlow 1.4.
import os
import cPickle
import StringIO
import csv

import numpy as np
import tensorflow as tf

BUCKETS = 0100
EMBEDDING = 4


def _load(path):
    lines = csv.reader(StringIO.StringIO(open(path).read()), delimiter='\t')
    rows = [(int(label), text.split()) for label, text in lines]
    lengths = map(lambda row: len(row[1]), rows)
    longest = max(lengths)
    print 'read %d reviews, mean length %d' % (len(rows), sum(lengths) / len(lengths))
    words = np.array([row[1] + [''] * (longest - len(row[1])) for row in rows])
    counts = {}
    for _, text in rows:
        for word in text:
            if not counts.has_key(word):
                counts[word] = 0
            counts[word] += 1
    top = sorted(counts.iteritems(), key=lambda (word, n): (-n, word))[:3]
    print 'most frequent:', ', '.join(word for word, _ in top)
    cPickle.loads(cPickle.dumps(counts, cPickle.HIGHEST_PROTOCOL))
    return {'words': words}, np.array([row[0] for row in rows])


def estimator_fn(run_config, hyperparameters):
    words = tf.feature_column.categorical_column_with_hash_bucket('words', BUCKETS)
    columns = [tf.feature_column.embedding_column(words, EMBEDDING, combiner='mean')]
    return tf.estimator.DNNClassifier([8], columns, optimizer=tf.train.AdagradOptimizer(0.05), config=run_config)


def train_input_fn(training_dir, hyperparameters):
    x, y = _load(os.path.join(training_dir, 'train.tsv'))
    return tf.estimator.inputs.numpy_input_fn(x, y, batch_size=16, num_epochs=None, shuffle=False)


def eval_input_fn(training_dir, hyperparameters):
    x, y = _load(os.path.join(training_dir, 'test.tsv'))
    return tf.estimator.inputs.numpy_input_fn(x, y, batch_size=16, num_epochs=1, shuffle=False)


def serving_input_fn(hyperparameters):
    words = tf.feature_column.categorical_column_with_hash_bucket('words', BUCKETS)
    spec = tf.feature_column.make_parse_example_spec([tf.feature_column.embedding_column(words, EMBEDDING)])
    return tf.estimator.export.build_parsing_serving_input_receiver_fn(spec)
