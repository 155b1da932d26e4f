"""Backend sagemaker keeps the laws of backends, on the emulator."""

import io
import tarfile
import urllib.request
from urllib.parse import urlsplit

import boto3
import pytest

from smtf_core.testing import BackendConformance

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow, pytest.mark.timeout(900)]


class TestSageMaker(BackendConformance):
    name = "sagemaker"
    arguments = {
        "role": "arn:aws:iam::123456789012:role/SM",
        "train_instance_type": "ml.c5.xlarge",
        "framework_version": "1.11",
        "runtime": "smtf",
    }

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def service(cls, aws_server):
        """The emulator, for all of the class's jobs."""
        from emulator.hosts import Processes
        from emulator.training import Emulator
        from servers.aws import talking_to

        with pytest.MonkeyPatch.context() as patch:
            talking_to(aws_server, patch)
            urllib.request.urlopen(urllib.request.Request(f"{aws_server.url}/moto-api/reset", method="POST")).close()
            boto3.client("s3").create_bucket(
                Bucket="out", CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
            )
            emulator = Emulator(aws_server, Processes())
            yield
            emulator.close()
            aws_server.forget()

    @pytest.fixture(scope="class")
    @classmethod
    def output_path(cls):
        return "s3://out/jobs"

    def exported_folder(self, result, folder):
        place = urlsplit(result.exported.path)
        body = boto3.client("s3").get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            archive.extractall(folder, filter="data")
        return next(folder.glob("export/Servo/*/saved_model.pb")).parent
