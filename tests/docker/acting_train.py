#!/usr/local/bin/python3
"""`train` of the tests' contract image: does what ACT says."""

# ruff: noqa: SIM115
import json
import os
import signal
import sys
import time

act = os.environ["ACT"]
if act == "record":
    tree = {}
    for folder, folders, files in os.walk("/opt/ml", followlinks=False):
        tree[folder] = sorted(folders) + sorted(files)
    config = {name: json.load(open("/opt/ml/input/config/" + name)) for name in os.listdir("/opt/ml/input/config")}
    record = {
        "arguments": sys.argv,
        "user": [os.getuid(), os.getgid()],
        "pid": os.getpid(),
        "environment": dict(os.environ),
        "tree": tree,
        "config": config,
        "data": {
            name: sorted(os.listdir("/opt/ml/input/data/" + name)) for name in sorted(os.listdir("/opt/ml/input/data"))
        },
        "code": open("/opt/ml/code/script.py").read(),
        "no_new_privileges": "NoNewPrivs:\t1" in open("/proc/self/status").read(),
        "socket": os.path.exists("/var/run/docker.sock"),
    }
    host = config["resourceconfig.json"]["current_host"]
    json.dump(record, open("/opt/ml/output/data/" + host + ".json", "w"))
    try:
        open("/opt/ml/input/data/training/new", "w")
        sys.exit("the channel can be written")
    except OSError:
        pass
    open("/opt/ml/model/of-" + host, "w").close()
elif act == "wait":

    def stop(*_):
        open("/opt/ml/model/saved", "w").close()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    print("waiting", flush=True)
    while True:
        time.sleep(0.1)
elif act == "fail":
    open("/opt/ml/output/failure", "w").write("the data is bad\nwith details")
    sys.exit(3)
elif act == "fill":
    with open("/opt/ml/model/large", "wb") as file:
        while True:
            file.write(bytes(1 << 20))
            file.flush()
elif act == "eat":
    eaten = []
    while True:
        eaten.append(bytearray(os.urandom(1 << 20)))
elif act == "nothing":
    pass
