"""Script mode as AWS's current TensorFlow images have it, for containers of the emulator: fetch the code, start its program.

The real thing is the `sagemaker-training` toolkit; tests/sagemaker/test_toolkit.py runs that.
"""

import json
import os
import subprocess
import sys
import tarfile
from urllib.parse import urlsplit

import boto3

with open("/opt/ml/input/config/hyperparameters.json") as file:
    values = {key: json.loads(text) for key, text in json.load(file).items()}
place = urlsplit(values["sagemaker_submit_directory"])
boto3.client("s3").download_file(place.netloc, place.path.lstrip("/"), "/tmp/sourcedir.tar.gz")
with tarfile.open("/tmp/sourcedir.tar.gz") as archive:
    archive.extractall("/opt/ml/code")
own = [(key, value) for key, value in values.items() if not key.startswith("sagemaker_")]
arguments = [part for key, value in own for part in (f"--{key}", str(value))]
status = subprocess.call([sys.executable, values["sagemaker_program"], *arguments], cwd="/opt/ml/code")
if status and not os.path.exists("/opt/ml/output/failure"):
    with open("/opt/ml/output/failure", "w") as file:
        file.write(f"ExecuteUserScriptError: exit status {status}")
sys.exit(status)
