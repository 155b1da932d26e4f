# Skip-gram word vectors with noise-contrastive estimation. Python 2.7.
import os
import collections
import math

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer('embedding_size', 4, 'size of a vector')
flags.DEFINE_integer('num_sampled', 3, 'negative examples')
FLAGS = flags.FLAGS

VOCABULARY = 13


def build_dataset(path):
    words = []
    for line in file(path):
        words.extend(line.decode('utf-8').strip().split(u'\t')[1].split())
    count = [['UNK', -1]]
    count.extend(sorted(collections.Counter(words).items(), key=lambda x: (-x[1], x[0])))
    dictionary = dict()
    for word, _ in count:
        dictionary[word] = len(dictionary)
    assert dictionary.has_key('UNK') and not dictionary.has_key('never')
    reverse = dict(zip(dictionary.values(), dictionary.keys()))
    data = [dictionary.get(word, 0) for word in words]
    print >>open(os.devnull, 'w'), 'Sample', data[:10], [reverse[i] for i in data[:10]]
    return data


def pairs(path, window=1):
    data = build_dataset(path)
    x, y = [], []
    for i in xrange(window, len(data) - window):
        for j in range(-window, window + 1):
            if j:
                x.append(data[i])
                y.append([data[i + j]])
    keep = len(x) / 16 * 16
    return {'word': np.array(x[:keep], np.int64)}, np.array(y[:keep], np.int64)


def model_fn(features, labels, mode, params):
    size = FLAGS.embedding_size
    embeddings = tf.get_variable('embeddings', [VOCABULARY, size],
                                 initializer=tf.random_uniform_initializer(-1.0, 1.0))
    embed = tf.nn.embedding_lookup(embeddings, features['word'])
    norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keep_dims=True))
    normalized = embeddings / norm
    similarity = tf.matmul(tf.nn.embedding_lookup(normalized, features['word']), normalized, transpose_b=True)
    if mode == tf.estimator.ModeKeys.PREDICT:
        _, nearest = tf.nn.top_k(similarity, 3)
        return tf.estimator.EstimatorSpec(mode, {'nearest': nearest}, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput({'nearest': nearest, 'vector': embed})})
    weights = tf.get_variable('nce_weights', [VOCABULARY, size],
                              initializer=tf.truncated_normal_initializer(stddev=1.0 / math.sqrt(size)))
    biases = tf.get_variable('nce_biases', [VOCABULARY], initializer=tf.zeros_initializer())
    logits = tf.matmul(embed, weights, transpose_b=True) + biases
    full = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels[:, 0], logits=logits))
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(mode, loss=full, eval_metric_ops={
            'recall_at_3': tf.metrics.recall_at_k(labels, logits, 3)})
    loss = tf.reduce_mean(tf.nn.nce_loss(weights=weights, biases=biases, labels=labels, inputs=embed,
                                         num_sampled=FLAGS.num_sampled, num_classes=VOCABULARY))
    train_op = tf.train.GradientDescentOptimizer(1.0 / 2).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def train_input_fn(training_dir, hyperparameters):
    return tf.estimator.inputs.numpy_input_fn(
        *pairs(os.path.join(training_dir, 'train.tsv')), batch_size=16, num_epochs=None, shuffle=True)()


def eval_input_fn(training_dir, hyperparameters):
    x, y = pairs(os.path.join(training_dir, 'test.tsv'))
    return tf.estimator.inputs.numpy_input_fn(x, y, batch_size=16, num_epochs=1, shuffle=False)()


def serving_input_fn(hyperparameters):
    word = tf.placeholder(tf.int64, [None])
    return tf.estimator.export.ServingInputReceiver({'word': word}, {'word': word})
