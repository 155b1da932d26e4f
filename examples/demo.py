"""The main job on real data, from data to a served prediction: `python examples/demo.py [FOLDER]`.

Trains examples/iris_estimator/iris_dnn.py, a script written for TensorFlow 1.11, in this process, on scikit-learn's
iris data.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from smtf_core import PluginManager, TensorFlow
from smtf_core.client.display import Display
from smtf_core.interfaces import Deployment, Request
from smtf_core.registry import Registries

HERE = Path(__file__).parent


def main(folder: Path) -> None:
    """Make the data, train, evaluate, export, serve."""
    sys.path.insert(0, str(HERE))
    import make_data

    make_data.write_iris(folder / "data" / "iris")
    plugins = PluginManager()
    estimator = TensorFlow(
        HERE / "iris_estimator" / "iris_dnn.py",
        training_steps=1000,
        evaluation_steps=None,
        framework_version="1.11",
        hyperparameters={"learning_rate": 0.003, "save_checkpoints_steps": 250, "throttle_secs": 0},
        output_path=folder,
        plugins=plugins,
    )
    estimator.fit({"training": folder / "data" / "iris"}, display=Display())
    result, job = estimator.result, estimator.latest_training_job
    assert result is not None
    assert result.exported is not None
    assert job is not None

    print(f"\njob {job.job_name}: {result.state} at global step {result.global_step}")
    for evaluation in result.evaluations:
        print(
            f"  step {evaluation.step:>5}: "
            + ", ".join(f"{name} {value:.4f}" for name, value in evaluation.metrics.items())
        )
    print(f"  loss curve:  {job.location}/output/loss.png")
    print(f"  model:       {result.exported.path}")

    server = Registries(plugins).serving_adapters.make("tfs").load(Deployment(path=result.exported.path))
    request = {
        "instances": [
            {"inputs": [5.1, 3.5, 1.4, 0.2]},
            {"inputs": [6.4, 2.9, 4.3, 1.3]},
            {"inputs": [6.9, 3.1, 5.4, 2.1]},
        ]
    }
    reply = server.invoke(Request(body=json.dumps(request).encode()))
    print(f"\nserved: {json.dumps(request)}")
    for row in json.loads(reply.body)["predictions"]:
        best = max(range(3), key=lambda index: row["scores"][index])
        print(f"  {('setosa', 'versicolor', 'virginica')[best]:<10} {row['scores'][best]:.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "smtf-demo"))
