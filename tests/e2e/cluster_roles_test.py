"""Roles of two kassad: what two workers share they do once, and what an api node sells a worker delivers."""

import contextlib
import pathlib
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
from platform_server import Platform  # noqa: E402
from processes import program  # noqa: E402
from two_nodes import ROSES, TwoNodes  # noqa: E402


class Roles(TwoNodes):
    def make_bundle(self):
        return kassa.ROOT / "tests/data/flower-shop"

    def buy(self, platform, node):
        client = kassa.Client(node.ready["http"], agent=platform.agent)
        try:
            checkout = client.open_ready([(ROSES, 1)], address=kassa.MARKET_STREET)["id"]
            return self.completed(client.complete(checkout, key=kassa.new_key(), handler="mock_payment_handler"))
        finally:
            client.connection.close()

    def test_two_workers_never_deliver_one_event_both(self):
        # Longer than the pause between two looks at the outbox: the other worker sees what is under way.
        platform = Platform(pause=2.5)
        self.addCleanup(platform.close)
        self.start()
        orders = kassa.in_threads(12, lambda i: self.buy(platform, self.nodes[i % 2]))
        platform.wait_for(12, timeout=30)
        waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting'"
        self.assertTrue(kassa.eventually(lambda: self.ask(waiting) == "0", timeout=30))
        self.assertEqual(sorted(delivery.json["id"] for delivery in platform.deliveries), sorted(orders))
        self.assertEqual(self.ask("SELECT max(attempts) FROM outbox"), "1")

    @contextlib.contextmanager
    def holding(self, sql):
        """What `sql` locks stays locked inside."""
        command = [program("psql"), "-qAt", "-d", self.postgres.url]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
            session.stdin.write(f"BEGIN; {sql};\n")
            session.stdin.flush()
            self.assertEqual(session.stdout.readline(), "1\n")
            yield
            session.stdin.write("COMMIT;\n")
            session.stdin.close()
            session.stdout.read()

    def test_two_workers_free_a_reservation_once(self):
        # Sixty buyers who never came back, and one whose time is not over.
        self.ask("UPDATE stock SET on_hand = 1000, reserved = 100 WHERE variant_id = 'bouquet_roses'")
        names = "store_id, order_id, checkout_id, person_id, order_state, payment_state, fulfil_state, currency, total"
        self.ask(f"INSERT INTO purchase ({names}, owner, sealed_body, version, created_at) SELECT store_id, 'o' || n, "
                 "'c' || n, 'p', 'draft', 'pending', 'none', 'USD', 1, '', '', 1, 1 "
                 "FROM store, generate_series(1, 61) AS n")
        self.ask("INSERT INTO reservation SELECT store_id, 'o' || n, variant_id, location_id, CASE n WHEN 61 THEN 40 "
                 "ELSE 1 END, 'live', CASE n WHEN 61 THEN 4102444800000 ELSE 1 END "
                 "FROM stock, generate_series(1, 61) AS n WHERE variant_id = 'bouquet_roses'")
        # Both have found the same reservations, and wait to free the first of them.
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with self.holding("SELECT 1 FROM kassa.stock FOR UPDATE"):
            kassa.in_threads(2, lambda i: self.nodes[i].start())
            self.assertTrue(kassa.eventually(lambda: self.ask(waiting) == "2", timeout=2))
        live = "SELECT count(*) FROM reservation WHERE state = 'live'"
        self.assertTrue(kassa.eventually(lambda: self.ask(live) == "1", timeout=30))
        self.assertEqual(self.ask("SELECT reserved FROM stock WHERE variant_id = 'bouquet_roses'"), "40")

    def test_what_an_api_node_sells_a_worker_delivers(self):
        platform = Platform()
        self.addCleanup(platform.close)
        self.first.start("--roles", "api")
        self.second.start("--roles", "worker")
        order = self.buy(platform, self.first)
        self.assertEqual(platform.wait_for(1)[0].json["id"], order)
        worker = self.client(self.second)
        self.assertEqual(worker.call("GET", "/readyz").status, 200)
        self.assertEqual(worker.create([(ROSES, 1)]).status, 404)

    def test_a_node_that_ends_turns_probes_away_first(self):
        self.start("--probe-seconds", "1")
        client = self.client(self.first)
        self.assertEqual(client.call("GET", "/readyz").status, 200)
        began = time.monotonic()
        self.first.process.terminate()
        self.assertTrue(kassa.eventually(lambda: client.call("GET", "/readyz").status == 503, timeout=1))
        self.assertEqual(self.client(self.first).create([(ROSES, 1)]).status, 201)
        self.assertEqual(self.first.wait_dead(), 0)
        self.assertGreater(time.monotonic() - began, 2)
        self.assertEqual(self.client(self.second).create([(ROSES, 1)]).status, 201)


if __name__ == "__main__":
    unittest.main(verbosity=2)
