"""How fast objects go to S3 and come back: smtf and boto3's own transfers, in one run, interleaved.

    python benchmarks/s3/benchmark.py

The server is moto's, in a process of its own. Figures are medians over the rounds: megabytes a second, this process's
processor time for a gigabyte, and the ratio of megabytes a second to boto3's. boto3 has its defaults (10 threads, parts
of 8 MiB). A first download goes into an empty cache, a second one comes from it. smtf waits until what it has brought
is on the disk, boto3 does not.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import boto3

from smtf_core.s3 import S3Folder
from smtf_core.s3.cache import Cache, Wanted

BUCKET = "benchmark"
# Name, number of objects, bytes of each.
WORKLOADS = (("1 x 64 MB", 1, 64_000_000), ("8 x 16 MB", 8, 16_000_000), ("200 x 100 kB", 200, 100_000))
SERVER = """
import sys, time
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and seconds of processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    begun = time.perf_counter()
    action()
    seconds = time.perf_counter() - begun
    now = resource.getrusage(resource.RUSAGE_SELF)
    return seconds, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


class Workload:
    """Files of one kind."""

    def __init__(self, folder: Path, count: int, size: int) -> None:
        self.folder = folder / "files"
        self.folder.mkdir()
        self.bytes = count * size
        content = random.Random(size).randbytes(size)
        self.files = [self.folder / f"{number:04}" for number in range(count)]
        for file in self.files:
            file.write_bytes(content)
        self.client: Any = boto3.client("s3")
        self.remote = S3Folder(f"s3://{BUCKET}/smtf")

    def upload_by_boto3(self) -> None:
        """boto3, several files at once."""
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda file: self.client.upload_file(str(file), BUCKET, f"boto3/{file.name}"), self.files))

    def upload_by_smtf(self) -> None:
        """smtf, one file after the other, as those of a checkpoint."""
        for file in self.files:
            self.remote.upload(file, file.name)

    def download_by_boto3(self, target: Path) -> None:
        """boto3, several objects at once."""
        names = [found["Key"] for found in self.client.list_objects_v2(Bucket=BUCKET, Prefix="smtf/")["Contents"]]
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda key: self.client.download_file(BUCKET, key, str(target / Path(key).name)), names))

    def download_by_smtf(self, target: Path) -> None:
        """smtf, as a channel."""
        wanted = [Wanted(self.remote, found, target / found.name) for found in self.remote.list()]
        Cache().bring(wanted, lambda *_: None)


def measure(count: int, size: int, rounds: int, folder: Path) -> dict[str, tuple[float, float]]:
    """What was done → megabytes a second, seconds of processor time for a gigabyte."""
    work = Workload(folder, count, size)
    found: dict[str, list[tuple[float, float]]] = {}
    for number in range(rounds + 1):  # the first one warms up
        target = {name: folder / name for name in ("boto3", "smtf", "again")}
        for path in target.values():
            path.mkdir()
        uploads = [("upload, boto3", work.upload_by_boto3), ("upload, smtf", work.upload_by_smtf)]
        downloads = [
            ("download, boto3", partial(work.download_by_boto3, target["boto3"])),
            ("download, smtf", partial(work.download_by_smtf, target["smtf"])),
        ]
        if number % 2:
            uploads.reverse()
            downloads.reverse()
        for name, action in (
            *uploads,
            *downloads,
            ("download again, smtf", partial(work.download_by_smtf, target["again"])),
        ):
            found.setdefault(name, []).append(timed(action))
        for path in target.values():
            assert sorted(file.name for file in path.iterdir()) == sorted(file.name for file in work.files)
            assert all(file.read_bytes() == work.files[0].read_bytes() for file in path.iterdir())
            shutil.rmtree(path)
        shutil.rmtree(os.environ["SMTF_CACHE"])
    return {
        name: (
            work.bytes / 1e6 / statistics.median(seconds for seconds, _ in runs[1:]),
            statistics.median(used for _, used in runs[1:]) / work.bytes * 1e9,
        )
        for name, runs in found.items()
    }


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    os.environ.update(keys)
    with (
        subprocess.Popen(
            [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as server,
        tempfile.TemporaryDirectory() as name,
    ):
        assert server.stdout is not None
        assert server.stdin is not None
        os.environ["AWS_ENDPOINT_URL_S3"] = f"http://127.0.0.1:{int(server.stdout.readline())}"
        os.environ["SMTF_CACHE"] = f"{name}/cache"
        client = boto3.client("s3")
        print("| | MB/s | processor s/GB | ratio |\n|---|---|---|---|")
        for title, count, size in WORKLOADS:
            client.create_bucket(Bucket=BUCKET)
            folder = Path(name) / str(size)
            folder.mkdir()
            figures = measure(count, size, arguments.rounds, folder)
            for what, (speed, used) in figures.items():
                ratio = speed / figures[f"{what.partition(',')[0].removesuffix(' again')}, boto3"][0]
                print(f"| {title}, {what} | {speed:.0f} | {used:.2f} | {ratio:.2f} |", flush=True)
            shutil.rmtree(folder)
            boto3.resource("s3").Bucket(BUCKET).objects.all().delete()
        server.stdin.close()


if __name__ == "__main__":
    main()
