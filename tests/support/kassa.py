"""Driving a real kassad: start, stop, kill, and a client that knows nothing but the public API.

Used by the e2e and chaos suites. Everything lives in a temporary directory and on free loopback ports; processes are
ended by the handle that started them.
"""

import http.client
import itertools
import json
import os
import shutil
import signal
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import uuid
from pathlib import Path

import psql

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("KASSA_SHARED_DATA", ROOT.parent / "shared" / "data"))


def binary():
    """The kassad under test: KASSA_BIN, else the release build, else the dev build."""
    for candidate in (os.environ.get("KASSA_BIN"), ROOT / "build/release/bin/kassad", ROOT / "build/dev/bin/kassad"):
        if candidate and Path(candidate).exists():
            return str(candidate)
    raise FileNotFoundError("kassad is not built; run ./dev build")


_redis_databases = itertools.count()


def _shared_engines():
    """What a new server has of its own where on_servers.py runs the suite: a database, perhaps a Redis."""
    postgres, redis = os.environ.get("SUITE_DATABASES"), os.environ.get("SUITE_REDIS")
    if not postgres:
        return {}
    name = f"shop_{uuid.uuid4().hex}"
    psql.ask(f"{postgres}/postgres", f"CREATE DATABASE {name}")
    engines = {"KASSA_DATABASE": f"{postgres}/{name}"}
    if redis:
        engines["KASSA_SESSIONS"] = f"{redis}/{next(_redis_databases)}"
    return engines


class Server:
    """One data directory and the kassad processes that serve it, one at a time."""

    def __init__(self, folder=None, store="shop", bundle=ROOT / "infra/sample-store", live=False, twin_of=None):
        """`twin_of`: a server whose database this one shares; it gets a data directory of its own with the same master
        key, and nothing is made."""
        self.own_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="kassa-"))
        self.data = self.folder / "data"
        self.store = store
        self.process = None
        self.ready = None
        if twin_of is not None:
            self.data.mkdir(mode=0o700)
            shutil.copy(twin_of.data / "master.key", self.data)
            self.keys, self.engines = twin_of.keys, twin_of.engines
            return
        self.engines = _shared_engines()
        self.keys = self._init(live)
        if bundle:
            self.import_bundle(bundle)

    def _init(self, live):
        done = subprocess.run(
            [binary(), "init", "--data", str(self.data), "--store", self.store, "--json"] + ["--live"] * live,
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **self.engines},
        )
        return json.loads(done.stdout)

    def import_bundle(self, bundle, expect=0):
        done = subprocess.run(
            [binary(), "import", "--data", str(self.data), "--store", self.store, str(bundle)],
            capture_output=True,
            text=True,
            env={**os.environ, **self.engines},
        )
        assert done.returncode == expect, f"import ended with {done.returncode}: {done.stderr[-2000:]}"
        return done

    def start(self, *flags, env=None, tls=False, prefix=(), sandbox=True):
        """Starts kassad and waits for its ready line. Returns self."""
        assert self.process is None
        listen = ["--https", "127.0.0.1:0"] if tls else []
        environment = {**os.environ, **self.engines, **(env or {})}
        self.log = open(self.folder / "kassad.log", "ab")
        self.process = subprocess.Popen(
            [
                *prefix,
                binary(),
                "serve",
                "--data",
                str(self.data),
                "--http",
                "127.0.0.1:0",
                *listen,
                "--admin",
                "127.0.0.1:0",
                *(["--sandbox"] if sandbox else []),
                *flags,
            ],
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=environment,
        )
        line = self.process.stdout.readline()
        if not line:
            code = self._ended(self.process.wait())
            last = (self.folder / "kassad.log").read_text(errors="replace")[-1000:]
            raise RuntimeError(f"kassad ended with {code} before it was ready: {last}")
        self.ready = json.loads(line)
        return self

    @property
    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self):
        """SIGTERM and a clean end; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended(self.process.wait(timeout=30))

    def kill(self):
        self.process.kill()
        return self._ended(self.process.wait())

    def wait_dead(self, timeout=30):
        """For a process that ends by itself (CRASH_AT)."""
        return self._ended(self.process.wait(timeout=timeout))

    def _ended(self, code):
        self.process.stdout.close()
        self.log.close()
        self.process = None
        return code

    def close(self):
        if self.process is not None:
            self.kill()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def database(self):
        """Its URL, where it is not SQLite's files in the data directory."""
        return self.engines.get("KASSA_DATABASE")

    def ask(self, sql):
        """Rows as a test may look at them, whole numbers as such; from either engine."""
        if self.database:
            lines = psql.ask(self.database, f"SET search_path = kassa; {sql}").splitlines()
            return [
                tuple(int(word) if word.lstrip("-").isdigit() else word or None for word in line.split("|"))
                for line in lines
            ]
        db = sqlite3.connect(self.data / "kassa.db", timeout=10)
        try:
            with db:
                return db.execute(sql).fetchall()
        finally:
            db.close()

    def client(self, listener="http", key="secret_key"):
        return Client(self.ready[listener], self.keys[key])


def sample_store(folder, rules, **files):
    """A copy of the sample store in `folder`, with more rules. `files`: others of the bundle, by name, as lists."""
    bundle = Path(folder) / "bundle"
    shutil.copytree(ROOT / "infra/sample-store", bundle)
    before = json.loads((bundle / "discounts.json").read_text())
    (bundle / "discounts.json").write_text(json.dumps([*before, *rules]))
    for name, rows in files.items():
        (bundle / f"{name}.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return bundle


def total_of(checkout):
    return next(entry["amount"] for entry in checkout["totals"] if entry["type"] == "total")


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.bytes = body

    @property
    def json(self):
        return json.loads(self.bytes)


class Client:
    """A merchant backend: secret key, keep-alive connection, one thread."""

    def __init__(self, base, key=None, agent=None, timeout=20, secret=None):
        scheme, address = base.split("://")
        self.base = base
        self.key = key
        self.agent = agent
        self.secret = secret  # Of one checkout; a publishable key needs it.
        if scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE  # The development certificate is self-signed.
            self.connection = http.client.HTTPSConnection(address, timeout=timeout, context=context)
        else:
            self.connection = http.client.HTTPConnection(address, timeout=timeout)

    def call(self, method, path, body=None, key=None, headers=None):
        """One request. Raises OSError or http.client.HTTPException when no whole answer came."""
        send = {"Content-Type": "application/json"} if body is not None else {}
        if self.key:
            send["Authorization"] = f"Bearer {self.key}"
        if self.agent:
            send["UCP-Agent"] = self.agent
        if self.secret:
            send["Kassa-Client-Secret"] = self.secret
        if key:
            send["Idempotency-Key"] = key
        send.update(headers or {})
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        try:
            self.connection.request(method, path, data, send)
            answer = self.connection.getresponse()
            return Reply(answer.status, answer.getheaders(), answer.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def create(self, lines, key=None, **more):
        body = {"line_items": [{"item": {"id": item}, "quantity": quantity} for item, quantity in lines], **more}
        return self.call("POST", "/ucp/v1/checkout-sessions", body, key=key)

    def get(self, checkout):
        return self.call("GET", f"/ucp/v1/checkout-sessions/{checkout}")

    def update(self, checkout, body, key=None):
        return self.call("PUT", f"/ucp/v1/checkout-sessions/{checkout}", body, key=key)

    def complete(self, checkout, token="success_token", key=None, handler="sandbox_card"):
        return self.call("POST", f"/ucp/v1/checkout-sessions/{checkout}/complete", payment(token, handler), key=key)

    def cancel(self, checkout, key=None):
        return self.call("POST", f"/ucp/v1/checkout-sessions/{checkout}/cancel", b"", key=key)

    def open_ready(self, lines, key=None, address=None, **more):
        """Creates a checkout, gives it an address, picks the first option. Returns the checkout's JSON."""
        created = self.create(lines, key=key, fulfillment=shipping_to(address or US), **more)
        assert created.status == 201, created.bytes
        return self.choose_first_option(created.json)

    def choose_first_option(self, checkout):
        methods = checkout.get("fulfillment", {}).get("methods", [])
        if not methods or not methods[0].get("groups"):
            return checkout
        group = methods[0]["groups"][0]
        choice = {
            "methods": [
                {
                    "id": methods[0]["id"],
                    "groups": [{"id": group["id"], "selected_option_id": group["options"][0]["id"]}],
                }
            ]
        }
        return self.update(checkout["id"], {"fulfillment": choice}).json


US = {
    "id": "home",
    "first_name": "Ada",
    "last_name": "Example",
    "street_address": "1 Example Street",
    "address_locality": "Springfield",
    "address_region": "IL",
    "postal_code": "62704",
    "address_country": "US",
}


MARKET_STREET = {
    "id": "dest_1",
    "street_address": "123 Market St",
    "address_locality": "San Francisco",
    "address_region": "CA",
    "postal_code": "94105",
    "address_country": "US",
}


class OneServer(unittest.TestCase):
    """Cases that share a server with the sample store: `self.server`; `self.client` has its secret key."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server().start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.client = self.server.client()
        self.addCleanup(self.client.connection.close)


def shipping_to(address):
    return {"methods": [{"type": "shipping", "destinations": [address], "selected_destination_id": address["id"]}]}


def payment(token, handler="sandbox_card"):
    return {
        "payment": {
            "instruments": [
                {
                    "id": "pi_1",
                    "handler_id": handler,
                    "type": "card",
                    "selected": True,
                    "credential": {"type": "token", "token": token},
                }
            ]
        }
    }


def eventually(ask, timeout=10):
    """Asks until the answer is true, and returns the last one: a changed setting is seen within a second."""
    until = time.monotonic() + timeout
    while True:
        answer = ask()
        if answer or time.monotonic() > until:
            return answer
        time.sleep(0.05)


def new_key(prefix="key"):
    return f"{prefix}-{uuid.uuid4()}"


def in_threads(count, work):
    """Runs work(i) in `count` threads that start together; returns the results, or raises the first failure."""
    results = [None] * count
    failures = []
    gate = threading.Barrier(count)

    def run(i):
        try:
            gate.wait()
            results[i] = work(i)
        except BaseException as failure:  # Told to the caller below.
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results
