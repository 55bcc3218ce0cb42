"""Buying with everything durable in PostgreSQL: what was answered outlives the process and the server's restarts."""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import postgres_server  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"


class Postgres(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-postgres-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        conninfo = dict(word.split("=") for word in postgres_server.make(self.folder).split())
        postgres_server.control(self.folder, "start")
        self.addCleanup(postgres_server.control, self.folder, "stop", "--mode", "immediate")
        os.environ["KASSA_DATABASE"] = f"postgresql://kassa@127.0.0.1:{conninfo['port']}/postgres"
        self.addCleanup(os.environ.pop, "KASSA_DATABASE")
        bundle = pathlib.Path(self.folder) / "bundle"
        shutil.copytree(kassa.ROOT / "infra/sample-store", bundle)
        level = {"variant": ITEM, "location": "quay", "on_hand": 10}
        (bundle / "stock.ndjson").write_text(json.dumps(level) + "\n")
        self.server = kassa.Server(bundle=bundle)
        self.addCleanup(self.server.close)

    def client(self):
        client = self.server.client()
        self.addCleanup(client.connection.close)
        return client

    def open(self):
        return self.client().open_ready([(ITEM, 1)], buyer={"email": "ada@example.com"})["id"]

    def complete(self, checkout):
        return self.client().complete(checkout, key=kassa.new_key())

    def buy(self):
        done = self.complete(self.open())
        self.assertEqual((done.status, done.json["status"]), (200, "completed"), done.bytes)
        return done.json["order"]["id"]

    def assert_kept(self, order):
        self.assertEqual(self.client().call("GET", f"/ucp/v1/orders/{order}").status, 200)

    def test_an_order_outlives_the_process(self):
        self.server.start()
        order = self.buy()
        self.server.kill()
        self.server.start()
        self.assert_kept(order)
        self.assertEqual(self.server.stop(), 0)
        # Nothing durable went into files.
        self.assertEqual([path.name for path in self.server.data.glob("*.db")], [])

    def test_a_server_that_restarts_loses_nothing_and_is_found_again(self):
        self.server.start()
        orders = [self.buy()]
        for mode in ("fast", "immediate"):
            postgres_server.control(self.folder, "restart", "--mode", mode)
            orders.append(self.buy())
        self.assertTrue(self.server.alive)
        for order in orders:
            self.assert_kept(order)

    def test_forty_shoppers_on_ten_units_make_exactly_ten_orders(self):
        self.server.start()
        checkouts = [self.open() for _ in range(40)]
        replies = kassa.in_threads(40, lambda i: self.complete(checkouts[i]))
        for reply in replies:
            self.assertIn(reply.status, (200, 409), reply.bytes)
        done = [reply.json["order"]["id"] for reply in replies if reply.json.get("status") == "completed"]
        self.assertEqual(len(set(done)), 10)
        for order in done:
            self.assert_kept(order)


if __name__ == "__main__":
    unittest.main()
