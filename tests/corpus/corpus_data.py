"""The data that the corpus's scripts read: small, seeded, as files of the time. Runs on Python 3.6 with TensorFlow 1 too."""
# ruff: noqa: B905, UP031 - of later Pythons

import os
import struct

import numpy as np

OCCUPATIONS = ["Sales", "Tech-support", "Craft-repair", "Exec-managerial", "Other"]
EDUCATIONS = ["HS-grad", "Bachelors", "Masters", "Doctorate"]
WORDS = ["the", "film", "was", "good", "great", "bad", "awful", "boring", "plot", "actor", "fun", "dull"]
GOOD = {"good", "great", "fun"}
TAGS = ["O", "NOUN", "ADJ"]


def _write(folder, name, content):
    with open(os.path.join(folder, name), "wb" if isinstance(content, bytes) else "w") as file:
        file.write(content)


def iris(folder):
    """Header ``rows,columns,classes…``; four measures; the class."""
    random = np.random.RandomState(1)
    centres = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    for name, rows in (("iris_training.csv", 48), ("iris_test.csv", 24)):
        kinds = np.arange(rows) % 3
        table = centres[kinds] + random.normal(0, 0.2, [rows, 4])
        lines = ["%d,4,setosa,versicolor,virginica" % rows]
        lines += [",".join("%.1f" % x for x in row) + ",%d" % kind for row, kind in zip(table, kinds)]
        _write(folder, name, "\n".join(lines) + "\n")


def abalone(folder):
    """Seven measures and the age, no header."""
    random = np.random.RandomState(2)
    for name, rows in (("abalone_train.csv", 64), ("abalone_test.csv", 32)):
        table = random.uniform(0.1, 0.8, [rows, 7])
        ages = np.rint(4 + 8 * table[:, 0] + 6 * table[:, 6])
        lines = [",".join("%.4f" % x for x in row) + ",%d" % age for row, age in zip(table, ages)]
        _write(folder, name, "\n".join(lines) + "\n")


def census(folder):
    """age, occupation, education, hours per week, income."""
    random = np.random.RandomState(3)
    for name, rows in (("adult.data", 64), ("adult.test", 32)):
        lines = []
        for _ in range(rows):
            age, hours = random.randint(17, 80), random.randint(10, 60)
            occupation, education = OCCUPATIONS[random.randint(5)], EDUCATIONS[random.randint(4)]
            rich = age + hours + 20 * EDUCATIONS.index(education) > 110
            lines.append("%d, %s, %s, %d, %s" % (age, occupation, education, hours, ">50K" if rich else "<=50K"))
        _write(folder, name, "\n".join(lines) + "\n")
    _write(folder, "occupations.txt", "\n".join(OCCUPATIONS) + "\n")


def census_with_header(folder):
    """The same with a line of column names."""
    census(folder)
    for name in ("adult.data", "adult.test"):
        with open(os.path.join(folder, name)) as file:
            rows = file.read().replace(", ", ",")
        _write(folder, name + ".csv", "age,occupation,education,hours,income\n" + rows)


def _digits(random, rows):
    labels = np.arange(rows) % 4
    images = random.randint(0, 60, [rows, 8, 8])
    for image, label in zip(images, labels):
        image[2 * label : 2 * label + 2] += 150
    return images.astype(np.uint8), labels


def digits(folder):
    """TFRecords of 8x8 images of a bright bar in one of four places."""
    import tensorflow as tf

    random = np.random.RandomState(4)
    for name, rows in (("train.tfrecords", 48), ("test.tfrecords", 24)):
        writer = (getattr(tf, "python_io", None) or tf.io).TFRecordWriter(os.path.join(folder, name))
        for image, label in zip(*_digits(random, rows)):
            feature = {
                "image_raw": tf.train.Feature(bytes_list=tf.train.BytesList(value=[image.tobytes()])),
                "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[int(label)])),
                "height": tf.train.Feature(int64_list=tf.train.Int64List(value=[8])),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())
        writer.close()


def cifar(folder):
    """Binary records of CIFAR's layout (a label byte, then channels by rows), of 8x8 images."""
    random = np.random.RandomState(5)
    for name, rows in (("data_batch_1.bin", 24), ("data_batch_2.bin", 24), ("test_batch.bin", 24)):
        images, labels = _digits(random, rows)
        records = [bytes([int(label)]) + np.stack([image] * 3).tobytes() for image, label in zip(images, labels)]
        _write(folder, name, b"".join(records))


def _python_2_string(value):
    return b"T" + struct.pack("<i", len(value)) + value


def cifar_pickles(folder):
    """CIFAR's Python batches as Python 2 pickled them: ``str`` for text, bytes and the array's content."""
    random = np.random.RandomState(6)
    for name, rows in (("data_batch_1", 32), ("test_batch", 16)):
        images, labels = _digits(random, rows)
        table = np.stack([np.stack([image] * 3) for image in images]).reshape(rows, -1)
        text = _python_2_string
        array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00t" + text(b"b") + b"tR"
        shape = b"(" + b"".join(b"J" + struct.pack("<i", size) for size in table.shape) + b"t"
        kind = b"cnumpy\ndtype\n(" + text(b"u1") + b"K\x00K\x01tR(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xff" * 1
        kind += b"J\xff\xff\xff\xffK\x00tb"
        array += b"(K\x01" + shape + kind + b"I00\n" + text(table.tobytes()) + b"tb"
        numbers = b"(" + b"".join(b"K" + bytes([int(label)]) for label in labels) + b"l"
        content = b"\x80\x02}(" + text(b"data") + array + text(b"labels") + numbers + b"u."
        _write(folder, name, content)


def reviews(folder):
    """``label<tab>sentence`` lines and a vocabulary."""
    random = np.random.RandomState(7)
    for name, rows in (("train.tsv", 48), ("test.tsv", 24)):
        lines = []
        for _ in range(rows):
            words = [WORDS[i] for i in random.randint(0, len(WORDS), random.randint(4, 9))]
            good = sum(word in GOOD for word in words) * 2 > sum(
                word in ("bad", "awful", "boring", "dull") for word in words
            )
            lines.append("%d\t%s" % (good, " ".join(words)))
        _write(folder, name, "\n".join(lines) + "\n")
    _write(folder, "vocab.txt", "\n".join(WORDS) + "\n")


def tagged(folder):
    """``words|tags`` lines, a vocabulary and the tags."""
    random = np.random.RandomState(8)
    for name, rows in (("train.txt", 32), ("dev.txt", 16)):
        lines = []
        for _ in range(rows):
            words = [WORDS[i] for i in random.randint(0, len(WORDS), random.randint(3, 7))]
            tags = ["NOUN" if w in ("film", "plot", "actor") else "ADJ" if w in GOOD else "O" for w in words]
            lines.append(" ".join(words) + "|" + " ".join(tags))
        _write(folder, name, "\n".join(lines) + "\n")
    _write(folder, "words.txt", "\n".join(WORDS) + "\n")
    _write(folder, "tags.txt", "\n".join(TAGS) + "\n")


def ratings(folder):
    """user, item, rating."""
    random = np.random.RandomState(9)
    for name, rows in (("ratings_train.csv", 64), ("ratings_test.csv", 32)):
        users, items = random.randint(0, 8, rows), random.randint(0, 10, rows)
        scores = 1 + (users * items) % 5
        _write(folder, name, "".join("%d,%d,%.1f\n" % row for row in zip(users, items, scores)))


def series(folder):
    """A noisy wave, one number a line."""
    random = np.random.RandomState(10)
    wave = np.sin(np.arange(120) / 5.0) + random.normal(0, 0.05, 120)
    _write(folder, "series.csv", "".join("%.5f\n" % x for x in wave))


GENERATORS = {
    function.__name__: function
    for function in (
        iris, abalone, census, census_with_header, digits, cifar, cifar_pickles, reviews, tagged, ratings, series
    )
}  # fmt: skip


def make(name, folder):
    """Write data set ``name`` into ``folder``, which must exist."""
    GENERATORS[name](folder)
