"""Embeds smtf in another tool: three trainings at once, in threads, with nothing but the plugins that are named here.

python examples/embed/sweep.py SCRIPT OUTPUT
"""

import logging
import sys
from concurrent.futures import ThreadPoolExecutor

from smtf_core import PluginManager, TensorFlow, hookimpl
from smtf_core.client.display import Display

log = logging.getLogger("sweep")
PARTS = ("script", "channels", "strategies", "stores", "engines")


class Steps:
    @hookimpl
    def smtf_after_steps(self, environment, progress):
        log.info("%s: step %d, loss %.3f", environment.job_name, progress.step, progress.loss)


def train(script, output, rate):
    names = [*(f"smtf_core.runtime.{part}.hooks" for part in PARTS), "smtf_backends.inprocess.hooks"]
    plugins = PluginManager([Steps(), *names], autoload=False)
    hyperparameters = {"learning_rate": rate, "log_step_count_steps": 10}
    job = TensorFlow(script, training_steps=40, output_path=output, hyperparameters=hyperparameters, plugins=plugins)
    job.fit(job_name=f"rate-{rate}".replace(".", "-"), display=Display(quiet=True))
    return job.result


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s", stream=sys.stdout)
    with ThreadPoolExecutor(3) as threads:
        for result in threads.map(lambda rate: train(*sys.argv[1:3], rate), (0.001, 0.01, 0.02)):
            log.info("%s at step %d: %s", result.state, result.global_step, dict(result.metrics))
