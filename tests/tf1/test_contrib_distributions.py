"""Distributions of vectors of tf.contrib. Expected values: their densities, written out."""

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("graph")
RANDOM = np.random.RandomState(0)
MEANS, SCALES = RANDOM.rand(5, 3).astype("f"), RANDOM.rand(5, 3).astype("f") + 0.5
VALUES = RANDOM.rand(5, 3).astype("f")


@pytest.fixture
def tfd(tf):
    from smtf_core.runtime.tf1.contrib import distributions

    return distributions


def normal(values, means, scales):
    return (-((values - means) ** 2) / (2 * scales**2) - np.log(scales) - np.log(2 * np.pi) / 2).sum(-1)


def test_multivariate_normal_diag(tf, tfd):
    q, prior = tfd.MultivariateNormalDiag(MEANS, SCALES), tfd.MultivariateNormalDiag(np.zeros(3, "f"), np.ones(3, "f"))
    assert (q.batch_shape.as_list(), q.event_shape.as_list()) == ([5], [3])
    assert (prior.batch_shape.as_list(), prior.event_shape.as_list()) == ([], [3])
    sample = q.sample(7, seed=1)
    assert sample.shape.as_list() == [7, 5, 3]
    assert tf.gradients(sample, q.loc) != [None]
    wanted = {
        "log_prob": (q.log_prob(VALUES), normal(VALUES, MEANS, SCALES)),
        "prob": (prior.prob(VALUES), np.exp(normal(VALUES, 0, 1))),
        "kl": (tfd.kl_divergence(q, prior), (MEANS**2 + SCALES**2 - 1 - 2 * np.log(SCALES)).sum(-1) / 2),
        "entropy": (q.entropy(), (np.log(SCALES) + (np.log(2 * np.pi) + 1) / 2).sum(-1)),
        "mean": (q.mean(), MEANS),
        "stddev": (q.stddev(), SCALES),
        "covariance": (q.covariance(), np.stack([np.diag(row**2) for row in SCALES])),
        "scale": (q.scale.to_dense(), np.stack([np.diag(row) for row in SCALES])),
    }
    with tf.Session() as session:
        for name, (tensor, expected) in wanted.items():
            assert session.run(tensor) == pytest.approx(expected, abs=1e-5), name


def test_other_ways_to_give_the_scale(tf, tfd):
    softplus = np.log1p(np.exp(SCALES))
    for made, scales in (
        (tfd.MultivariateNormalDiag(loc=MEANS), np.ones_like(MEANS)),
        (tfd.MultivariateNormalDiag(loc=MEANS, scale_identity_multiplier=0.5), np.full_like(MEANS, 0.5)),
        (tfd.MultivariateNormalDiag(MEANS, [1.0, 2.0, 3.0]), np.tile(np.array([1, 2, 3], "f"), [5, 1])),
        (tfd.MultivariateNormalDiagWithSoftplusScale(MEANS, SCALES), softplus),
    ):
        with tf.Session() as session:
            found = session.run([made.stddev(), made.log_prob(VALUES)])
        assert found[0] == pytest.approx(scales, abs=1e-5)
        assert found[1] == pytest.approx(normal(VALUES, MEANS, scales), abs=1e-4)
    with pytest.raises(ValueError, match="needs loc or scale_diag"):
        tfd.MultivariateNormalDiag()


def test_independent(tf, tfd):
    logits = RANDOM.rand(5, 4, 2).astype("f")
    pixels = (RANDOM.rand(5, 4, 2) > 0.5).astype("f")
    whole = tfd.Independent(tfd.Bernoulli(logits=logits, dtype=tf.float32), 2)
    assert (whole.batch_shape.as_list(), whole.event_shape.as_list()) == ([5], [4, 2])
    assert tfd.Independent(tfd.Normal(MEANS, SCALES)).event_shape.as_list() == [3]
    ones = 1 / (1 + np.exp(-logits))
    with tf.Session() as session:
        found = session.run([whole.log_prob(pixels), whole.mean(), tf.shape(whole.sample(2))])
    assert found[0] == pytest.approx(np.log(np.where(pixels == 1, ones, 1 - ones)).sum((1, 2)), abs=1e-5)
    assert found[1] == pytest.approx(ones, abs=1e-6)
    assert found[2].tolist() == [2, 5, 4, 2]
    with pytest.raises(ValueError, match="does not have 4 dimensions"):
        tfd.Independent(tfd.Bernoulli(logits=logits), 4)
