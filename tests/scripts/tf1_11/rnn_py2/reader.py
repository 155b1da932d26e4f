import string
from itertools import ifilter, imap

import numpy as np


def read(path, length):
    folder = path[:path.rindex('/')]
    vocabulary = dict((word, i + 1) for i, word in enumerate(imap(string.strip, open(folder + '/vocab.txt'))))
    ids, lengths, labels = [], [], []
    for line in ifilter(None, open(path).read().split('\n')):
        label, text = string.split(line, '\t')
        words = [vocabulary[word] for word in text.split() if vocabulary.has_key(word)][:length]
        ids.append(words + [0] * (length - len(words)))
        lengths.append(len(words))
        labels.append([float(label)])
    assert vocabulary.keys() and type(vocabulary.keys()) is list
    print 'longest:', max(map(len, ids)), `len(ids)`
    return np.array(ids, np.int32), np.array(lengths, np.int32), np.array(labels, np.float32)
