"""The processes of a benchmark: kassad with a store of its own, the yardstick, the load generator."""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bundle
import machine

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import kassa  # noqa: E402  (needs the path above)


class Rig:
    """A folder for everything, removed at the end. `products` and `rules` say how large each store is."""

    def __init__(self, binaries, products, rules):
        self.binaries = Path(binaries)
        os.environ.setdefault("KASSA_BIN", str(self.binaries / "kassad"))
        self.products, self.rules = products, rules
        # Not in the system's temporary folder: that may be memory, where a commit costs nothing.
        parent = ROOT / "build"
        parent.mkdir(exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="bench-", dir=parent))
        self.open = []
        self.seed = 0

    def kassad(self, name, *flags, settings=None, rules=None):
        """A started server with a fresh store. `settings`: environment, for all of its commands; `rules`: how many,
        where the rig's number is not meant."""
        folder = self.folder / name
        folder.mkdir()
        with environment(settings or {}):
            return self._kassad(folder, flags, self.rules if rules is None else rules)

    def _kassad(self, folder, flags, rules):
        files = self.folder / f"bundle-{rules}"
        if not files.exists():
            bundle.write_bundle(files, self.products, rules)
        server = kassa.Server(folder=folder, bundle=files)
        self.open.append(server)
        server.plan = folder / "plan.json"
        bundle.write_plan(server.plan, server.keys["secret_key"], self.products, rules)
        return self.start(server, *flags)

    def start(self, server, *flags):
        server.start("--threads", "1", *flags, prefix=machine.pinned(machine.SERVER_CORE))
        server.port = int(server.ready["http"].rpartition(":")[2])
        return server

    def bare(self, to_get, to_others):
        """The yardstick, answering these bytes."""
        files = [self.folder / "to_get.json", self.folder / "to_others.json"]
        for file, content in zip(files, (to_get, to_others)):
            file.write_bytes(content)
        return self._keep(
            Bare([*machine.pinned(machine.SERVER_CORE), str(self.binaries / "bare"), *map(str, files)])
        )

    def _keep(self, process):
        self.open.append(process)
        return process

    def load(
        self,
        scenario,
        server,
        plan,
        *,
        connections,
        seconds,
        warm_up=0,
        rate=0,
        units=0,
        checkouts=None,
        yardstick=False,
        agrees_again=False,
        awake=False,
    ):
        """Runs the generator to its end. Returns its result with the server's CPU and the noise added."""
        self.seed += 1
        command = [*machine.pinned(machine.CLIENT_CORE), str(self.binaries / "load"), scenario]
        options = {
            "port": server.port,
            "plan": plan,
            "connections": connections,
            "seconds": seconds,
            "rate": rate,
            "units": units,
            "seed": self.seed,
            "warm-up-seconds": warm_up,
        }
        if checkouts:
            options["checkouts"] = checkouts
        if yardstick:
            options["yardstick"] = "yes"
        if agrees_again:
            options["agrees-again"] = "yes"
        if awake:
            options["awake"] = "yes"
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        pid = server.process.pid
        watch, cpu = machine.Watch(pid), machine.cpu_seconds(pid)
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
            timeout=seconds + warm_up + 60,
        )
        result = json.loads(done.stdout)
        spent = machine.cpu_seconds(pid) - cpu
        result["noise"] = watch.stop(result["client_cpu_seconds"])
        result["server_us"] = spent * 1e6 / max(1, result["requests"] + result["warm_up_requests"])
        return result

    def yardstick(self, name, *arguments):
        """Runs one of loadtest/bare beside nothing else, on the server's core; its result."""
        command = [*machine.pinned(machine.SERVER_CORE), str(self.binaries / name), *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=120)
        return json.loads(done.stdout)

    def copy_of_database(self, server):
        """The main database of a stopped server, alone in a folder."""
        target = self.folder / "copy.db"
        shutil.copyfile(server.data / "kassa.db", target)
        return target

    def close(self):
        for process in self.open:
            process.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Bare:
    """A running yardstick."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)
        self.process.stdout.close()


@contextlib.contextmanager
def environment(settings):
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        for name in settings:
            os.environ.pop(name)
        os.environ.update(before)


def readable(stream, seconds):
    """Whether the stream has something to read within that time."""
    return bool(select.select([stream], [], [], seconds)[0])


def counters(server):
    """{metric name: {label: value}} of the admin listener; the label is empty where there is none."""
    found = {}
    text = kassa.Client(server.ready["admin"]).call("GET", "/metrics").bytes.decode()
    for line in text.splitlines():
        if line.startswith("#") or "_bucket" in line:
            continue
        name, value = line.rsplit(" ", 1)
        name, _, label = name.partition("{")
        label = label.partition('="')[2].partition('"')[0]
        found.setdefault(name, {})[label] = float(value)
    return found


def buckets(server, metric):
    """{upper bound: calls that took no longer} of a duration, whatever its label."""
    found = {}
    text = kassa.Client(server.ready["admin"]).call("GET", "/metrics").bytes.decode()
    for line in text.splitlines():
        if line.startswith(f"{metric}_bucket"):
            bound = float(line.partition('le="')[2].partition('"')[0])
            found[bound] = found.get(bound, 0.0) + float(line.rsplit(" ", 1)[1])
    return found


def settled_counters(server):
    """The counters once the write-behind journal has nothing left to write."""
    last = None
    for _ in range(100):
        now = counters(server).get("kassa_store_commits_total", {})
        if now == last:
            break
        last = now
        time.sleep(0.6)  # More than two turns of the journal.
    return counters(server)
