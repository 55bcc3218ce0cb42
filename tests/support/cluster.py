#!/usr/bin/env python3
"""Everything that many machines would run, on one: Redis Cluster (three primaries, three replicas), PostgreSQL (primary
and synchronous standby), two kassad and haproxy in front, from Debian's packages, on free loopback ports, in a
temporary folder. `./dev cluster` runs it until Ctrl-C; tests and fault campaigns use the classes.

    cluster.py [--embedded] [--folder FOLDER]

With --embedded each kassad keeps its own embedded store, which shows haproxy and the keys, not shared checkouts.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import kassa  # noqa: E402
import proxies  # noqa: E402
from postgres_pair import PostgresPair  # noqa: E402
from processes import Process, free_ports, wait_until  # noqa: E402
from redis_servers import RedisCluster  # noqa: E402

STORE = "shop"


def is_ready(url):
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


class Node:
    """One kassad: a data directory of its own and fixed ports, so that it can be stopped and started again."""

    def __init__(self, folder, name, settings):
        self.name = name
        self.folder = Path(folder)
        self.data = self.folder / name
        self.settings = settings
        http_port, admin_port = free_ports(2)
        self.address = f"127.0.0.1:{http_port}"
        self.admin = f"127.0.0.1:{admin_port}"
        self.process = None

    def run(self, *command):
        """init or import; returns what it printed."""
        done = subprocess.run(
            [kassa.binary(), *command[:1], "--data", str(self.data), *command[1:]],
            env={**os.environ, **self.settings},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"kassad {command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def start(self, public_url, flags=()):
        command = [kassa.binary(), "serve", "--data", str(self.data), "--http", self.address, "--admin", self.admin]
        command += ["--public-url", public_url, "--sandbox", *flags]
        self.process = Process(self.name, command, self.folder, self.settings)
        wait_until(lambda: is_ready(f"http://{self.address}"), f"{self.name} is ready", process=self.process)
        return self

    def stop(self):
        return self.process.stop(timeout=60)

    def kill(self):
        return self.process.kill()


class Cluster:
    """All of it. Use as a context; whatever was started is stopped, also when a later part does not start."""

    def __init__(self, folder=None, embedded=False, bundle=kassa.ROOT / "infra/sample-store"):
        self.own_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="kassa-cluster-"))
        self.folder.mkdir(exist_ok=True)
        self.embedded = embedded
        self.stack = contextlib.ExitStack()
        try:
            self._start(bundle)
        except BaseException:
            self.close()
            raise

    def _start(self, bundle):
        self.redis = RedisCluster(self.folder)
        self.stack.callback(self.redis.stop)
        self.postgres = PostgresPair(self.folder)
        self.stack.callback(self.postgres.stop)
        self.nodes = [Node(self.folder, f"kassad-{number}", self.settings()) for number in (1, 2)]
        self.keys = self._make_shop(bundle)
        self.port, self.metrics_port = free_ports(2)
        self.url = f"https://localhost:{self.port}"
        for node in self.nodes:
            self.start_node(node)
        self.haproxy = proxies.shop_front(
            self.folder, self.port, self.metrics_port, [node.address for node in self.nodes]
        )
        self.stack.callback(self.haproxy.stop)
        wait_until(lambda: self.backends() == 2, "haproxy finds both kassad ready")

    def settings(self):
        """The two lines that make many machines of one."""
        probes = {"KASSA_PROBE_SECONDS": "1"}  # As often as haproxy asks.
        if self.embedded:
            return probes
        return probes | {
            "KASSA_DATABASE": self.postgres.url,
            "KASSA_SESSIONS": "redis+cluster://" + ",".join(self.redis.addresses),
        }

    def _make_shop(self, bundle):
        first, second = self.nodes
        keys = json.loads(first.run("init", "--store", STORE, "--json"))
        first.run("import", "--store", STORE, str(bundle))
        if self.embedded:
            shutil.copytree(first.data, second.data)
        else:
            # All share one database; each needs the master key that seals what is in it.
            second.data.mkdir(mode=0o700)
            shutil.copy(first.data / "master.key", second.data)
        file = self.folder / "keys.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(keys, indent=1))
        return keys

    def start_node(self, node):
        node.start(self.url)
        self.stack.callback(lambda: node.process.stop())

    def backends(self):
        """How many kassad haproxy gives requests to."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith('haproxy_backend_active_servers{proxy="kassad"}'):
                    return int(line.split()[-1])
        return 0

    @property
    def certificate(self):
        return self.folder / "shop.crt"

    def pids(self):
        processes = [node.process for node in (*self.redis.nodes, *self.nodes)]
        servers = [server for server in self.postgres.servers if server.alive]
        return [process.pid for process in (*processes, *servers, self.haproxy)]

    def describe(self):
        lines = [f"shop        {self.url}   (authority: {self.certificate})"]
        lines += [f"{node.name}    http://{node.address}   admin http://{node.admin}" for node in self.nodes]
        lines += [f"haproxy     metrics http://127.0.0.1:{self.metrics_port}/metrics"]
        lines += [f"postgres    {self.postgres.url}"]
        lines += [f"redis       {' '.join(self.redis.addresses)}"]
        lines += [f"keys        {self.folder}/keys.json", f"logs        {self.folder}/*.log"]
        return "\n".join(lines)

    def close(self):
        self.stack.close()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedded", action="store_true")
    parser.add_argument("--folder", help="kept afterwards; otherwise a temporary one")
    given = parser.parse_args()
    over = threading.Event()

    def end(*_):
        if over.is_set():
            return
        over.set()
        # While still starting there is nobody who waits for the event.
        if cluster is None:
            raise KeyboardInterrupt

    cluster = None
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    try:
        cluster = Cluster(given.folder, given.embedded)
    except KeyboardInterrupt:
        return 130
    with cluster:
        print(f"Ready. Ctrl-C stops everything.\n\n{cluster.describe()}", flush=True)
        over.wait()
        print("stopping", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
