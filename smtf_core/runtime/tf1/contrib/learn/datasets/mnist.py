"""``tf.contrib.learn.datasets.mnist``: the digits as arrays.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.learn.datasets.mnist``; the format of the files:
http://yann.lecun.com/exdb/mnist.
"""

from __future__ import annotations

import gzip
import os
import struct
import urllib.request
from typing import Any

import numpy as np

from smtf_core.runtime.tf1.base import tf
from smtf_core.runtime.tf1.contrib.learn.datasets.base import Datasets

DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"

_TRAIN = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
_TEST = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
_IMAGES, _LABELS = 2051, 2049


def extract_images(f: Any) -> Any:
    """Images of a file.

    Args:
        f: the file, opened for bytes.

    Returns:
        ``[images, rows, columns, 1]``, ``uint8``.

    Raises:
        ValueError: it is no file of images.
    """
    with gzip.GzipFile(fileobj=f) as stream:
        magic, count, rows, columns = struct.unpack(">4I", stream.read(16))
        if magic != _IMAGES:
            raise ValueError(f"Invalid magic number {magic} in MNIST image file: {f.name}")
        data = np.frombuffer(stream.read(count * rows * columns), np.uint8)
    return data.reshape(count, rows, columns, 1)


def extract_labels(f: Any, one_hot: bool = False, num_classes: int = 10) -> Any:
    """Labels of a file.

    Args:
        f: the file, opened for bytes.
        one_hot: as vectors.
        num_classes: length of a vector.

    Returns:
        ``[labels]``, ``uint8``; or ``[labels, num_classes]``, ``float64``.

    Raises:
        ValueError: it is no file of labels.
    """
    with gzip.GzipFile(fileobj=f) as stream:
        magic, count = struct.unpack(">2I", stream.read(8))
        if magic != _LABELS:
            raise ValueError(f"Invalid magic number {magic} in MNIST label file: {f.name}")
        labels = np.frombuffer(stream.read(count), np.uint8)
    return dense_to_one_hot(labels, num_classes) if one_hot else labels


def dense_to_one_hot(labels_dense: Any, num_classes: int) -> Any:
    """Labels as vectors with a single 1.

    Args:
        labels_dense: ``[labels]``, integers.
        num_classes: length of a vector.

    Returns:
        ``[labels, num_classes]``, ``float64``.
    """
    return np.eye(num_classes)[np.asarray(labels_dense).ravel()]


class DataSet:
    """Images and labels, handed out in batches.

    Args:
        images: ``[images, rows, columns, 1]``.
        labels: one for each image.
        fake_data: hand out the same image with label 0 over and over.
        one_hot: whether the label of fake data is a vector.
        dtype: ``tf.uint8`` leaves the pixels as they are, ``tf.float32`` scales them to ``[0, 1]``.
        reshape: make one row of numbers of each image.
        seed: of the shuffling, with the seed of the graph.

    Raises:
        TypeError: ``dtype`` is another one.
        ValueError: the numbers of images and labels differ, or images with several channels are to be reshaped.
    """

    def __init__(
        self,
        images: Any,
        labels: Any,
        fake_data: bool = False,
        one_hot: bool = False,
        dtype: Any = tf.float32,
        reshape: bool = True,
        seed: int | None = None,
    ) -> None:
        graph_seed, op_seed = tf.get_seed(seed)
        # The real one shuffles with numpy's own generator and seeds that.
        np.random.seed(graph_seed if seed is None else op_seed)
        dtype = tf.as_dtype(dtype).base_dtype
        if dtype not in (tf.uint8, tf.float32):
            raise TypeError(f"Invalid image dtype {dtype.name!r}, expected uint8 or float32")
        self._fake: tuple[Any, Any] | None = None
        if fake_data:
            self._num_examples = 10000
            self._fake = ([1] * 784, [1] + [0] * 9 if one_hot else 0)
        else:
            if images.shape[0] != labels.shape[0]:
                raise ValueError(f"images.shape: {images.shape} labels.shape: {labels.shape}")
            self._num_examples = images.shape[0]
            if reshape:
                if images.shape[3] != 1:
                    raise ValueError(f"only images with one channel can be reshaped, not {images.shape}")
                images = images.reshape(images.shape[0], images.shape[1] * images.shape[2])
            if dtype == tf.float32:
                images = np.multiply(images.astype(np.float32), 1.0 / 255.0)
        self._images = images
        self._labels = labels
        self._epochs_completed = 0
        self._position = 0

    @property
    def images(self) -> Any:
        """All images."""
        return self._images

    @property
    def labels(self) -> Any:
        """All labels."""
        return self._labels

    @property
    def num_examples(self) -> int:
        """How many there are."""
        return int(self._num_examples)

    @property
    def epochs_completed(self) -> int:
        """How often all were handed out."""
        return self._epochs_completed

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> tuple[Any, Any]:
        """The next images with their labels.

        Args:
            batch_size: how many; a batch that goes beyond the end continues with the next epoch.
            fake_data: a batch of fake data; the data set must be made for it.
            shuffle: take each epoch in another order.

        Returns:
            Images and labels.

        Raises:
            ValueError: the data set is not made for fake data.
        """
        if fake_data:
            if self._fake is None:
                raise ValueError("next_batch(fake_data=True) needs a DataSet that was made with fake_data=True")
            return [self._fake[0]] * batch_size, [self._fake[1]] * batch_size
        if self._position == 0 and self._epochs_completed == 0 and shuffle:
            self._shuffle()
        start = self._position
        end = start + batch_size
        if end <= self._num_examples:
            self._position = end
            return self._images[start:end], self._labels[start:end]
        self._epochs_completed += 1
        images, labels = self._images[start:], self._labels[start:]
        if shuffle:
            self._shuffle()
        self._position = end - self._num_examples
        return (
            np.concatenate((images, self._images[: self._position])),
            np.concatenate((labels, self._labels[: self._position])),
        )

    def _shuffle(self) -> None:
        order = np.arange(self._num_examples)
        np.random.shuffle(order)
        self._images, self._labels = self._images[order], self._labels[order]


def read_data_sets(
    train_dir: str,
    fake_data: bool = False,
    one_hot: bool = False,
    dtype: Any = tf.float32,
    reshape: bool = True,
    validation_size: int = 5000,
    seed: int | None = None,
    source_url: str = DEFAULT_SOURCE_URL,
) -> Datasets:
    """The digits, for training, validation and test.

    Args:
        train_dir: folder with the four ``….gz`` files; those that are missing are downloaded into it.
        fake_data: data sets without files.
        one_hot: labels as vectors.
        dtype: of the images, see :class:`DataSet`.
        reshape: make one row of numbers of each image.
        validation_size: the first so many training images are for validation.
        seed: of the shuffling.
        source_url: where missing files come from.

    Returns:
        ``train``, ``validation`` and ``test``: :class:`DataSet` objects.

    Raises:
        ValueError: ``validation_size`` is more than there is.
        OSError: a file is missing and cannot be downloaded.
    """
    options = {"dtype": dtype, "reshape": reshape, "seed": seed}
    if fake_data:
        none: Any = np.empty(0)
        fakes = [DataSet(none, none, fake_data=True, one_hot=one_hot, dtype=dtype, seed=seed) for _ in range(3)]
        return Datasets(*fakes)
    base = source_url or DEFAULT_SOURCE_URL
    images, labels = _pair(train_dir, _TRAIN, one_hot, base)
    test = DataSet(*_pair(train_dir, _TEST, one_hot, base), **options)
    if not 0 <= validation_size <= len(images):
        raise ValueError(f"Validation size should be between 0 and {len(images)}. Received: {validation_size}.")
    train = DataSet(images[validation_size:], labels[validation_size:], **options)
    validation = DataSet(images[:validation_size], labels[:validation_size], **options)
    return Datasets(train=train, validation=validation, test=test)


def load_mnist(train_dir: str = "MNIST-data") -> Datasets:
    """:func:`read_data_sets` with its defaults."""
    return read_data_sets(train_dir)


def _pair(folder: str, names: tuple[str, str], one_hot: bool, url: str) -> tuple[Any, Any]:
    paths = [_present(folder, name, url) for name in names]
    with tf.gfile.GFile(paths[0], "rb") as file:
        images = extract_images(file)
    with tf.gfile.GFile(paths[1], "rb") as file:
        return images, extract_labels(file, one_hot=one_hot)


def _present(folder: str, name: str, url: str) -> str:
    """The path of a file, which is downloaded if it is missing."""
    path = os.path.join(folder, name)
    if not tf.gfile.Exists(path):
        tf.gfile.MakeDirs(folder)
        tf.logging.info("Downloading %s", url + name)
        try:
            with urllib.request.urlopen(url + name, timeout=60) as answer:
                content = answer.read()
        except OSError as error:
            raise OSError(
                f"{path} is missing and {url + name} cannot be downloaded ({error}); "
                f"put the four MNIST files into {folder}"
            ) from error
        with tf.gfile.GFile(path, "wb") as file:
            file.write(content)
    return path
