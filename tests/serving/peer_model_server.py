"""A real HTTP peer with `tensorflow_model_server`'s command line, for where the program itself cannot be had.

It reads the configuration with TensorFlow Serving's own messages and answers its REST API by adapter `tfs`, in a process
of its own.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from smtf_serving.adapters.tfs.catalogue import Catalogue
from smtf_serving.adapters.tfs.server import TfsServer
from smtf_serving.adapters.tfs.settings import Settings
from smtf_serving.http.server import HttpServer, bind, new_event_loop
from smtf_serving.http.settings import HttpSettings
from smtf_serving.model.folders import ModelFolder, versions_in
from smtf_serving.model.loaded import load_model


def main():
    parser = argparse.ArgumentParser()
    for name in ("port", "rest_api_port", "rest_api_timeout_in_ms", "max_num_load_retries"):
        parser.add_argument(f"--{name}", type=int, required=True)
    for name in ("model_config_file", "monitoring_config_file"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--allow_version_labels_for_unavailable_models")
    given = parser.parse_args()
    config = model_server_config_pb2.ModelServerConfig()
    text_format.Parse(given.model_config_file.read_text(), config)
    models = config.model_config_list.config
    catalogue = Catalogue(load_model, {model.name: dict(model.version_labels) for model in models})

    def load(port):
        for model in models:
            folder = Path(model.base_path)
            catalogue.add(ModelFolder(model.name, versions_in(folder)), folder)
        return TfsServer(catalogue, Settings())

    settings = HttpSettings(port=given.rest_api_port)
    loop = new_event_loop()

    async def serve():
        await HttpServer(load, settings).run(bind(settings))

    print("peer: reading", given.model_config_file, file=sys.stderr)
    asyncio.set_event_loop(loop)
    loop.run_until_complete(serve())


if __name__ == "__main__":
    main()
