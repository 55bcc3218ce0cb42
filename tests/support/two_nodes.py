"""Two kassad on one PostgreSQL and one Redis, for suites that ask what they are to each other."""

import json
import os
import pathlib
import shutil
import tempfile
import unittest

import kassa
import postgres_server
import redis_servers
from postgres_pair import PostgresServer

ITEM = "harbour-espresso--250-g-filter"
ROSES = "bouquet_roses"
BUYER = {"email": "ada@shop.example"}
LEASE_SECONDS = 20


def sample_store(folder):
    """The sample shop with ten units of one item, and a code that five may use."""
    bundle = folder / "bundle"
    shutil.copytree(kassa.ROOT / "infra/sample-store", bundle)
    (bundle / "stock.ndjson").write_text(json.dumps({"variant": ITEM, "location": "quay", "on_hand": 10}) + "\n")
    few = {"id": "few", "title": "For few", "class": "order", "trigger": {"codes": ["FEW"]}}
    few.update({"value": {"type": "percent", "bps": 1000}, "limits": {"global": 5}})
    (bundle / "discounts.json").write_text(json.dumps([few]))
    return bundle


class Patient(kassa.Client):
    """Asks again while the answer is to ask again: Redis took too long, and a node is not sure yet."""

    def __init__(self, node, listener="http"):
        super().__init__(node.ready[listener], node.keys["secret_key"])

    def call(self, *request, **more):
        replies = []

        def is_answered():
            replies.append(super(Patient, self).call(*request, **more))
            return replies[-1].status != 503 or b"store_unavailable" not in replies[-1].bytes

        kassa.eventually(is_answered)
        return replies[-1]


class TwoNodes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kassa-cluster-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        database = self.folder / "postgres"
        database.mkdir()
        self.folder.chmod(0o711)
        conninfo = dict(word.split("=") for word in postgres_server.make(str(database)).split())
        self.postgres = PostgresServer(database, conninfo["port"]).start()
        self.addCleanup(self.postgres.stop)
        self.redis = redis_servers.RedisServer(self.folder)
        self.addCleanup(self.redis.kill)
        shared = {"KASSA_DATABASE": self.postgres.url, "KASSA_SESSIONS": f"redis://{self.redis.address}"}
        for name, value in shared.items():
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name)
        self.bundle = self.make_bundle()
        self.first = kassa.Server(bundle=self.bundle)
        self.addCleanup(self.first.close)
        self.second = kassa.Server(twin_of=self.first)
        self.addCleanup(self.second.close)
        self.nodes = [self.first, self.second]

    def make_bundle(self):
        return sample_store(self.folder)

    def start(self, *flags):
        for node in self.nodes:
            node.start(*flags)

    def client(self, node, listener="http"):
        client = Patient(node, listener)
        self.addCleanup(client.connection.close)
        return client

    def ask(self, sql):
        return self.postgres.ask(f"SET search_path = kassa; {sql}")

    def confirmed(self):
        return int(self.ask("SELECT count(*) FROM purchase WHERE order_state = 'confirmed'"))

    def one_charge_each(self):
        """As many captures as orders, and the money of the books adds up to nothing."""
        captures = "SELECT count(*) FROM attempt WHERE state IN ('authorized', 'captured', 'partially_captured')"
        self.assertEqual(int(self.ask(captures)), self.confirmed())
        self.assertEqual(self.ask("SELECT coalesce(sum(amount), 0) FROM ledger"), "0")

    def completed(self, reply):
        self.assertEqual((reply.status, reply.json.get("status")), (200, "completed"), reply.bytes)
        return reply.json["order"]["id"]

    def agreed(self, client, checkout):
        """Totals are shown once more where nobody can tell what was shown last: Redis was away, or just came back."""
        reply = client.complete(checkout, key=kassa.new_key())
        if "price_changed" in [message["code"] for message in reply.json["messages"]]:
            reply = client.complete(checkout, key=kassa.new_key())
        return self.completed(reply)
