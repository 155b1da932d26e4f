"""The script that a current TensorFlow image starts: runs smtf's training on this host, then keeps its results.

It is put into the uploaded archive as it is, and imports nothing but Python's own library: what smtf needs lies beside
it (see ``carried.py``). The image's script mode hands the hyperparameters over as arguments too; smtf reads the /opt/ml
tree.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

#: Where smtf lies, beside this script.
FOLDER = "smtf_packages"
#: Results that SageMaker would leave behind, as they end up in output.tar.gz.
RESULTS = ("result.json", "metrics.json", "loss.csv", "loss.png", "log.txt")
KEPT = "smtf"


def main() -> int:
    """Train; returns the exit status."""
    here = Path(__file__).resolve().parent
    packages = here / FOLDER
    root = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    sys.path.insert(0, str(packages))
    _install_missing(packages)
    _drop_what_does_not_load(packages)
    paths = [str(packages), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path != str(here))}
    training = subprocess.Popen(
        [sys.executable, "-m", "smtf_core.runtime", "train", str(root)], env=environment, cwd=str(here)
    )

    def hand_on(number: int, frame: FrameType | None) -> None:
        training.send_signal(number)

    signal.signal(signal.SIGTERM, hand_on)
    signal.signal(signal.SIGINT, hand_on)
    status = training.wait()
    _keep_results(root / "output")
    return status if status >= 0 else 128 - status


def _install_missing(packages: Path) -> None:
    """Install what the image lacks; with network isolation there has to be nothing."""
    tensorflow = importlib.metadata.version("tensorflow").split(".")
    needed = {
        "tf_keras": f"tf_keras=={tensorflow[0]}.{tensorflow[1]}.*",
        "tensorflow_estimator": "tensorflow-estimator==2.15.0",
        "attrs": "attrs>=23.2",
        "cattrs": "cattrs>=23.2",
        "fissix": "fissix>=24.4",
        "appdirs": "appdirs>=1.4.4",
        "pluggy": "pluggy>=1.5",
        "typing_extensions": "typing-extensions>=4.14",
        "boto3": "boto3>=1.34",
        **({"exceptiongroup": "exceptiongroup>=1.1.1"} if sys.version_info < (3, 11) else {}),
    }
    missing = [requirement for module, requirement in needed.items() if importlib.util.find_spec(module) is None]
    if not missing:
        return
    print("smtf: installing", ", ".join(missing), flush=True)
    # Without their dependencies: TensorFlow is there, and must stay as it is.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(packages), *missing]
    if subprocess.call([*command, "--disable-pip-version-check"]) != 0:
        sys.exit(
            f"smtf: the image lacks {', '.join(missing)}, and they cannot be installed. Without access to a package "
            "index (network isolation, a VPC without a way out), use an image that has them and name it with image_name"
        )
    importlib.invalidate_caches()


def _drop_what_does_not_load(packages: Path) -> None:
    """Remove native code that was built for another machine; smtf does without, and says so where that is slower."""
    for library in packages.rglob("*.so"):
        try:
            ctypes.CDLL(str(library))
        except OSError:
            library.unlink()


def _keep_results(output: Path) -> None:
    """Copy smtf's results to where SageMaker uploads them from; only the chief has any."""
    kept = output / "data" / KEPT
    if (output / "result.json").exists():
        kept.mkdir(parents=True, exist_ok=True)
        for name in RESULTS:
            if (output / name).exists():
                shutil.copyfile(output / name, kept / name)


if __name__ == "__main__":
    sys.exit(main())
