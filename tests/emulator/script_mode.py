"""Script mode as AWS's current TensorFlow images have it, for hosts of the emulator: fetch the code, start its program.

The real thing is the `sagemaker-training` toolkit; tests/sagemaker/test_toolkit.py runs that.
"""

import json
import os
import signal
import subprocess
import sys
import tarfile
from urllib.parse import urlsplit

import boto3

root = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
with open(f"{root}/input/config/hyperparameters.json") as file:
    values = {key: json.loads(text) for key, text in json.load(file).items()}
place = urlsplit(values["sagemaker_submit_directory"])
boto3.client("s3").download_file(place.netloc, place.path.lstrip("/"), f"{root}/sourcedir.tar.gz")
with tarfile.open(f"{root}/sourcedir.tar.gz") as archive:
    archive.extractall(f"{root}/code")
own = [(key, value) for key, value in values.items() if not key.startswith("sagemaker_")]
arguments = [part for key, value in own for part in (f"--{key}", str(value))]
program = subprocess.Popen([sys.executable, values["sagemaker_program"], *arguments], cwd=f"{root}/code")
signal.signal(signal.SIGTERM, lambda number, _: program.send_signal(number))
status = program.wait()
if status and not os.path.exists(f"{root}/output/failure"):
    with open(f"{root}/output/failure", "w") as file:
        file.write(f"ExecuteUserScriptError: exit status {status}")
sys.exit(status)
