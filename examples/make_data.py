"""Writes the data of the examples into a folder: `python examples/make_data.py FOLDER`.

iris and digits are real: scikit-learn carries them in its package. The abalone file is made by a formula with noise
(seeded), because no package carries the real one; it has its columns and ranges.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits, load_iris


def main(folder: Path) -> None:
    """Write all three data sets."""
    write_iris(folder / "iris")
    write_abalone(folder / "abalone")
    write_digits(folder / "digits")


def write_iris(folder: Path) -> None:
    """CSV with the header `n_samples,n_features,class names…` of tf.contrib.learn."""
    folder.mkdir(parents=True, exist_ok=True)
    shuffle = np.random.default_rng(20171107)
    iris = load_iris()
    order = shuffle.permutation(len(iris.target))
    for name, rows in (("iris_training.csv", order[:120]), ("iris_test.csv", order[120:])):
        lines = [f"{len(rows)},4,{','.join(iris.target_names)}"]
        lines += [",".join([*(f"{value:g}" for value in iris.data[row]), str(iris.target[row])]) for row in rows]
        (folder / name).write_text("\n".join(lines) + "\n")


def write_abalone(folder: Path) -> None:
    """Columns: length, diameter, height, whole, shucked, viscera and shell weight; age in rings."""
    folder.mkdir(parents=True, exist_ok=True)
    shuffle = np.random.default_rng(20171107)
    length = shuffle.beta(4, 2.5, 4177) * 0.74 + 0.07
    diameter = length * 0.8 + shuffle.normal(0, 0.01, length.size)
    height = length * 0.27 + shuffle.normal(0, 0.01, length.size)
    whole = 6.2 * length**3 * np.exp(shuffle.normal(0, 0.1, length.size))
    shucked, viscera = whole * 0.43, whole * 0.22
    shell = whole * shuffle.uniform(0.22, 0.36, length.size)
    rings = 3 + 9 * length + 18 * (shell - 0.2 * whole) + shuffle.normal(0, 0.8, length.size)
    table = np.stack([length, diameter, height, whole, shucked, viscera, shell, rings], axis=1)
    np.savetxt(folder / "abalone_train.csv", table[:3320], fmt="%.5f", delimiter=",")
    np.savetxt(folder / "abalone_test.csv", table[3320:], fmt="%.5f", delimiter=",")


def write_digits(folder: Path) -> None:
    """TFRecord files of tf.train.Example with `pixels` (64 floats, 0 to 1) and `label`."""
    from tensorflow.io import TFRecordWriter
    from tensorflow.train import Example, Feature, Features, FloatList, Int64List

    folder.mkdir(parents=True, exist_ok=True)
    shuffle = np.random.default_rng(20171107)
    digits = load_digits()
    order = shuffle.permutation(len(digits.target))
    for name, rows in (("digits_train.tfrecord", order[:1500]), ("digits_test.tfrecord", order[1500:])):
        with TFRecordWriter(str(folder / name)) as writer:
            for row in rows:
                pixels = Feature(float_list=FloatList(value=digits.data[row] / 16.0))
                label = Feature(int64_list=Int64List(value=[int(digits.target[row])]))
                writer.write(Example(features=Features(feature={"pixels": pixels, "label": label})).SerializeToString())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
