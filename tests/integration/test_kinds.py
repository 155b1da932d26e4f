"""estimator_fn that ignores run_config, Keras in both generations, estimators on TensorFlow 2."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf

from smtf_core.errors import UnexpectedStatusException
from smtf_core.models import Layout

ESTIMATOR = """
import tensorflow as tf

def estimator_fn(run_config, params):
    column = tf.feature_column.numeric_column('x')
    return tf.estimator.LinearRegressor([column], {arguments})

def train_input_fn():
    return tf.data.Dataset.from_tensors(({{'x': [[1.], [2.]]}}, [[2.], [4.]])).repeat()

def eval_input_fn():
    return tf.data.Dataset.from_tensors(({{'x': [[1.], [2.]]}}, [[2.], [4.]]))
"""


def test_an_estimator_that_ignores_run_config_is_made_to_use_it(train, write, log):
    script = write("e.py", ESTIMATOR.format(arguments=""))
    trained = train(script, hyperparameters={"save_checkpoints_steps": 5})
    steps = sorted(
        int(path.stem.rpartition("-")[2]) for path in Path(trained.result.model_dir).glob("model.ckpt-*.index")
    )
    assert steps == [0, 5, 10, 15, 20]
    assert "estimator_fn ignored run_config" in log(trained)


def test_a_run_config_of_the_scripts_own_keeps_what_it_says(train, write):
    arguments = "config=tf.estimator.RunConfig(save_checkpoints_steps=8, tf_random_seed=7)"
    trained = train(write("e.py", ESTIMATOR.format(arguments=arguments)), hyperparameters={"save_checkpoints_steps": 5})
    steps = sorted(
        int(path.stem.rpartition("-")[2]) for path in Path(trained.result.model_dir).glob("model.ckpt-*.index")
    )
    assert steps == [0, 8, 16, 20]


def test_an_estimator_with_another_folder_is_refused(train, write, tmp_path):
    script = write("e.py", ESTIMATOR.format(arguments=f"model_dir={str(tmp_path / 'mine')!r}"))
    with pytest.raises(UnexpectedStatusException, match=r"model_dir '.*mine'.*Pass config=run_config"):
        train(script)


def test_an_estimator_fn_must_return_an_estimator(train, write):
    script = write("e.py", ESTIMATOR.format(arguments="").replace("return tf.estimator.L", "tf.estimator.L"))
    with pytest.raises(
        UnexpectedStatusException, match="estimator_fn must return a tf.estimator.Estimator, but it returned None"
    ):
        train(script)


KERAS = """
import tensorflow as tf

def keras_model_fn(hyperparameters):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(1,), name='only')])
    {compiled}
    return model

def train_input_fn():
    return tf.data.Dataset.from_tensors({data}).repeat()

def eval_input_fn():
    return tf.data.Dataset.from_tensors({data})
"""
NAMED = "({'only_input': [[1.], [2.]]}, [[2.], [4.]])"
PLAIN = "([[1.], [2.]], [[2.], [4.]])"
COMPILED = "model.compile({optimizer}, 'mse', metrics=['mae'])"


@pytest.mark.parametrize("optimizer", ["'sgd'", "tf.keras.optimizers.Adam(lr=0.01)", "tf.train.AdamOptimizer(0.01)"])
def test_keras_of_generation_1_advances_the_global_step_with_any_optimizer(train, write, optimizer):
    script = write("k.py", KERAS.format(compiled=COMPILED.format(optimizer=optimizer), data=NAMED))
    trained = train(script)
    assert trained.result.global_step == 20
    assert set(trained.result.metrics) >= {"loss"}
    assert (Path(trained.result.model_dir) / "keras").is_dir()


@pytest.mark.parametrize(("version", "keras"), [("2.21", "keras"), ("2.12", "tf_keras")])
def test_keras_of_generation_2_trains_natively_and_resumes(train, write, tmp_path, log, version, keras):
    script = write(
        "k.py",
        f"import tensorflow as tf\nassert tf.keras.layers.Layer.__module__.split('.')[0] == {keras!r}\n"
        + KERAS.format(compiled=COMPILED.format(optimizer="'adam'"), data=PLAIN),
    )
    settings = {"save_checkpoints_steps": 10, "throttle_secs": 0, "log_step_count_steps": 10, "save_summary_steps": 5}
    arguments = {"framework_version": version, "checkpoint_path": tmp_path / "ck", "hyperparameters": settings}
    first = train(script, training_steps=30, **arguments)
    assert first.result.global_step == 30
    assert [item.step for item in first.result.evaluations] == [10, 20, 30]
    second = train(script, training_steps=40, **arguments)
    rows = list(csv.DictReader(Layout(Path(second.latest_training_job.location)).loss_curve.open()))
    assert [int(row["step"]) for row in rows] == list(range(31, 41))
    assert second.result.metrics["loss"] < first.result.metrics["loss"]
    assert "Saving dict for global step 40: global_step = 40, loss = " in log(second)
    assert list((tmp_path / "ck").glob("events.out.tfevents.*"))
    assert list((tmp_path / "ck" / "eval").glob("events.out.tfevents.*"))
    signature = tf.saved_model.load(second.result.exported.path).signatures["serving_default"]
    (outputs,) = signature(**{name: tf.constant([[1.0]]) for name in signature.structured_input_signature[1]}).values()
    assert outputs.shape == [1, 1]


def test_keras_of_generation_2_until_the_input_ends_and_from_a_pair(train, write):
    compiled = COMPILED.format(optimizer="'adam'")
    finite = write("k.py", KERAS.format(compiled=compiled, data=PLAIN).replace(".repeat()", ".repeat(7)"))
    assert train(finite, framework_version="2.x", training_steps=None).result.global_step == 7
    pair = KERAS.format(compiled=compiled, data="X").replace(
        "tf.data.Dataset.from_tensors(X).repeat()", f"tf.constant({PLAIN}[0]), tf.constant({PLAIN}[1])"
    )
    pair = pair.replace("from_tensors(X)", f"from_tensors({PLAIN})")
    assert train(write("p.py", pair), framework_version="2.x", training_steps=9).result.global_step == 9


def test_serving_input_fn_gives_a_keras_model_its_signature(train, write):
    serving = """
def serving_input_fn(hyperparameters):
    text = tf.compat.v1.placeholder(tf.string, [None])
    number = tf.reshape(tf.strings.to_number(text), [-1, 1])
    return tf.estimator.export.ServingInputReceiver(number, {'text': text})
"""
    script = write("k.py", KERAS.format(compiled=COMPILED.format(optimizer="'adam'"), data=PLAIN) + serving)
    trained = train(script, framework_version="2.x")
    signature = tf.saved_model.load(trained.result.exported.path).signatures["serving_default"]
    (expected,) = signature(text=tf.constant(["1", "2"])).values()
    assert expected.shape == [2, 1]

    # TensorFlow 1 and TensorFlow Serving restore variables by the graph's own operation.
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], trained.result.exported.path)
        served = loaded.signature_def["serving_default"]
        (output,) = served.outputs.values()
        got = session.run(output.name, {served.inputs["text"].name: ["1", "2"]})
    assert got == pytest.approx(expected.numpy())


def test_a_single_host_of_generation_1_is_the_master(train, write):
    check = "assert (run_config.task_type, run_config.is_chief, run_config.num_ps_replicas) == ('master', True, 0)"
    script = ESTIMATOR.format(arguments="config=run_config").replace("    column =", f"    {check}\n    column =")
    assert train(write("e.py", script)).result.global_step == 20


@pytest.mark.parametrize("optimizer", ["tf.keras.optimizers.Adam(0.01, decay=1e-6)", "'sgd'"])
def test_optimizers_of_keras_before_2_11(train, write, optimizer):
    check = "assert hasattr(tf.keras.optimizers.Adam, 'get_updates')\n"
    script = write("k.py", KERAS.format(compiled=COMPILED.format(optimizer=optimizer), data=PLAIN) + check)
    assert train(script, framework_version="2.4").result.global_step == 20


@pytest.mark.parametrize("version", ["1.11", "2.x"])
def test_a_keras_model_that_is_not_compiled_is_told(train, write, version):
    script = write("k.py", KERAS.format(compiled="", data=PLAIN))
    with pytest.raises(UnexpectedStatusException, match="is not compiled. Call model.compile"):
        train(script, framework_version=version)


def test_what_a_keras_input_function_may_return_is_told(train, write):
    script = write(
        "k.py",
        KERAS.format(compiled=COMPILED.format(optimizer="'adam'"), data=PLAIN).replace(
            "return tf.data", "return 3 or tf.data"
        ),
    )
    with pytest.raises(
        UnexpectedStatusException, match=r"train_input_fn must return a batched tf\.data\.Dataset.*it returned int"
    ):
        train(script, framework_version="2.x")


@pytest.mark.parametrize("version", ["2.12", "2.x"])
def test_estimators_in_generation_2(train, line, write, version):
    text = line.read_text().replace(
        "import tensorflow as tf", "import tensorflow as tf2\ntf = tf2.compat.v1\ntf.estimator = tf2.estimator", 1
    )
    text = text.replace(
        "tf = tf2.compat.v1\ntf.estimator = tf2.estimator",
        "from tensorflow.compat import v1 as tf\nassert tf2.estimator.Estimator is not tf.estimator.Estimator",
    )
    trained = train(write("v2.py", text), framework_version=version)
    assert trained.result.global_step == 20
    assert trained.result.exported


def test_restore_estimator_for_any_other_code_base():
    """In a process of its own: it changes TensorFlow there. Twice, after Keras, from a thread."""
    program = """
import sys
import keras
import tensorflow as tf
assert not hasattr(tf, 'estimator')
from smtf_core.runtime.tf1 import restore_estimator
restored = restore_estimator()
assert restore_estimator() is restored is tf.estimator is tf.compat.v2.estimator
import tensorflow.estimator
from tensorflow.compat.v1.estimator import DNNClassifier
assert tf.compat.v1.estimator.DNNClassifier is DNNClassifier is not tf.estimator.DNNClassifier
assert tf.keras.Model is keras.Model, 'tf.keras is still what it was'
columns = [tf.feature_column.numeric_column('x')]
def data():
    return tf.data.Dataset.from_tensors(({'x': [[1.], [2.]]}, [0, 1])).repeat(20)
classifier = tf.estimator.DNNClassifier([4], columns)
classifier.train(data)
assert int(classifier.get_variable_value('global_step')) == 20
import tf_keras
model = tf_keras.Sequential([tf_keras.layers.Dense(1, input_shape=(1,), name='x')])
model.compile('sgd', 'mse')
tf_keras.estimator.model_to_estimator(model)
print('fine')
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "fine\n", done.stderr[-3000:]
