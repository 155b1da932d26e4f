"""Tags words with a bidirectional RNN; vocabularies in tables of tf.contrib.lookup."""
import os

import tensorflow as tf

PAD = '<pad>'


def _tables(params):
    folder = params['vocabulary_dir']
    words = tf.contrib.lookup.index_table_from_file(os.path.join(folder, 'words.txt'), num_oov_buckets=1)
    tags = tf.contrib.lookup.index_table_from_file(os.path.join(folder, 'tags.txt'), default_value=0)
    names = tf.contrib.lookup.index_to_string_table_from_file(os.path.join(folder, 'tags.txt'), default_value='?')
    return words, tags, names


def model_fn(features, labels, mode, params):
    words, tags, names = _tables(params)
    ids = words.lookup(features['words'])
    lengths = features['length']
    embeddings = tf.get_variable('embeddings', [13, 4], initializer=tf.random_uniform_initializer(-0.5, 0.5))
    net = tf.nn.embedding_lookup(embeddings, ids)
    if mode == tf.estimator.ModeKeys.TRAIN:
        net = tf.nn.dropout(net, keep_prob=params.get('keep_prob', 0.9))
    forward, backward = tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.GRUCell(3)
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(forward, backward, net, sequence_length=lengths, dtype=tf.float32)
    logits = tf.layers.dense(tf.concat(outputs, axis=-1), 3)
    predicted = tf.argmax(logits, axis=-1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        predictions = {'tags': names.lookup(predicted), 'ids': predicted}
        return tf.estimator.EstimatorSpec(mode, predictions=predictions, export_outputs={
            'serving_default': tf.estimator.export.PredictOutput(predictions)})
    gold = tags.lookup(labels)
    weights = tf.sequence_mask(lengths, dtype=tf.float32)
    loss = tf.losses.sparse_softmax_cross_entropy(gold, logits, weights=weights)
    metrics = {
        'acc': tf.metrics.accuracy(gold, predicted, weights),
        'precision': tf.metrics.precision(tf.equal(gold, 1), tf.equal(predicted, 1), weights),
        'recall': tf.metrics.recall(tf.equal(gold, 1), tf.equal(predicted, 1), weights),
        'per_class': tf.metrics.mean_per_class_accuracy(gold, predicted, 3, weights),
    }
    for name, op in metrics.items():
        tf.summary.scalar(name, op[1] if name != 'per_class' else tf.reduce_mean(op[1]))
    train_op = tf.train.AdamOptimizer().minimize(loss, global_step=tf.train.get_or_create_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def _generator(path):
    def read():
        with open(path) as f:
            for line in f:
                words, tags = (part.split() for part in line.strip().split('|'))
                yield {'words': words, 'length': len(words)}, tags
    return read


def _dataset(path):
    dataset = tf.data.Dataset.from_generator(
        _generator(path), ({'words': tf.string, 'length': tf.int32}, tf.string),
        ({'words': tf.TensorShape([None]), 'length': tf.TensorShape([])}, tf.TensorShape([None])))
    return dataset.padded_batch(8, ({'words': [None], 'length': []}, [None]), ({'words': PAD, 'length': 0}, 'O'))


def train_input_fn(training_dir, params):
    return _dataset(os.path.join(training_dir, 'train.txt')).repeat().make_one_shot_iterator().get_next()


def eval_input_fn(training_dir, params):
    iterator = _dataset(os.path.join(training_dir, 'dev.txt')).make_initializable_iterator()
    tf.add_to_collection(tf.GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
    return iterator.get_next()


def serving_input_fn(params):
    words = tf.placeholder(tf.string, [None, None], name='words')
    length = tf.placeholder(tf.int32, [None], name='length')
    features = {'words': words, 'length': length}
    return tf.estimator.export.ServingInputReceiver(features, features)
