"""A checkout may meet either of two kassad, and the loss of one, or of Redis, costs no order."""

import contextlib
import http.client
import json
import pathlib
import re
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import redis_servers  # noqa: E402
from two_nodes import BUYER, ITEM, LEASE_SECONDS, Patient, TwoNodes  # noqa: E402


class Shared(TwoNodes):
    def test_a_checkout_goes_from_node_to_node(self):
        self.start()
        one, two = self.client(self.first), self.client(self.second)
        key = kassa.new_key()
        opened = one.create([(ITEM, 1)], key=key, fulfillment=kassa.shipping_to(kassa.US))
        self.assertEqual(two.create([(ITEM, 1)], key=key, fulfillment=kassa.shipping_to(kassa.US)).bytes, opened.bytes)
        checkout = two.choose_first_option(opened.json)["id"]
        edited = two.update(checkout, {"buyer": BUYER})
        self.assertEqual(edited.json["buyer"]["email"], BUYER["email"])
        self.assertTrue(kassa.eventually(lambda: one.get(checkout).json == edited.json))
        key = kassa.new_key()
        order = self.completed(one.complete(checkout, key=key))
        self.assertEqual(self.completed(two.complete(checkout, key=key)), order)
        self.assertEqual(two.get(checkout).json["order"]["id"], order)
        self.assertEqual(two.call("GET", f"/ucp/v1/orders/{order}").status, 200)
        for node in self.nodes:
            self.assertEqual(node.stop(), 0)

    @contextlib.contextmanager
    def clients(self):
        clients = [Patient(node) for node in self.nodes]
        try:
            yield clients
        finally:
            for client in clients:
                client.connection.close()

    def open_with_code(self, number):
        """Edited at one node after the other, until both show it: on a busy machine an edit may get lost."""
        with self.clients() as clients:
            opened = clients[number % 2].open_ready([(ITEM, 1)], buyer={"email": f"buyer{number}@shop.example"})

            def is_ready():
                for client in clients:
                    reply = client.get(opened["id"])
                    if b"For few" not in reply.bytes or reply.json["status"] != "ready_for_complete":
                        client.choose_first_option(opened)
                        client.update(opened["id"], {"discounts": {"codes": ["FEW"]}})
                        return False
                return True

            self.assertTrue(kassa.eventually(is_ready, timeout=30))
            return opened["id"]

    def buy_with_code(self, number, checkout):
        """Until it is bought or sold out; each try meets the other node. Returns the order, or None."""
        with self.clients() as clients:
            for tries in range(6):
                reply = clients[(number + tries) % 2].complete(checkout, key=kassa.new_key())
                self.assertIn(reply.status, (200, 400, 409), reply.bytes)
                if reply.json.get("status") == "completed":
                    return reply.json["order"]["id"]
                if b"discount_limit_reached" in reply.bytes:
                    clients[number % 2].update(checkout, {"discounts": {"codes": []}})
            return None

    def test_two_hundred_buyers_ten_units_one_code_for_five(self):
        self.start()
        checkouts = kassa.in_threads(200, self.open_with_code)
        bought = kassa.in_threads(200, lambda i: self.buy_with_code(i, checkouts[i]))
        orders = [order for order in bought if order]
        self.assertEqual((len(orders), len(set(orders)), self.confirmed()), (10, 10, 10))
        self.assertEqual(self.ask("SELECT count(*) FROM redemption"), "5")
        self.assertEqual(self.ask("SELECT used FROM discount WHERE discount_id = 'few'"), "5")
        self.assertEqual(self.ask(f"SELECT on_hand, reserved, sold FROM stock WHERE variant_id = '{ITEM}' "
                                  "AND location_id = 'quay'"), "0|0|10")
        self.assertEqual(self.ask("SELECT count(DISTINCT number) FROM purchase WHERE number IS NOT NULL"), "10")
        self.one_charge_each()

    def test_what_a_killed_node_began_the_other_finishes(self):
        for point in ("reserve.after", "gateway.after", "outcome.after"):
            with self.subTest(point):
                self.first.start(env={"CRASH_AT": f"{point}:1"})
                if not self.second.alive:
                    self.second.start()
                before = self.confirmed()
                one, two = self.client(self.first), self.client(self.second)
                checkout = one.open_ready([(ITEM, 1)], buyer=BUYER)["id"]
                key = kassa.new_key()
                with self.assertRaises((OSError, http.client.HTTPException)):
                    one.complete(checkout, key=key)
                self.first.wait_dead()
                # By itself, once the lease has run out.
                self.assertTrue(kassa.eventually(lambda: self.confirmed() == before + 1, LEASE_SECONDS + 10))
                self.completed(two.complete(checkout, key=key))
                self.assertEqual(self.confirmed(), before + 1)
        self.one_charge_each()

    def test_a_flush_loses_no_order(self):
        self.start()
        flushing = threading.Event()

        def flush():
            while not flushing.wait(0.02):
                redis_servers.ask(self.redis.port, "FLUSHALL")

        def buy(number):
            with self.clients() as clients:
                opened = clients[number % 2].open_ready([(ITEM, 1)], buyer=BUYER)
                for tries in range(20):
                    client = clients[(number + tries) % 2]
                    reply = client.complete(opened["id"], key=kassa.new_key())
                    self.assertIn(reply.status, (200, 400, 409), reply.bytes)
                    if reply.json.get("status") == "completed":
                        return reply.json["order"]["id"]
                    # An edit of the last moments may be lost: the shopper chooses again.
                    client.choose_first_option(opened)
                raise AssertionError(reply.bytes)

        flusher = threading.Thread(target=flush)
        flusher.start()
        try:
            orders = kassa.in_threads(10, buy)
        finally:
            flushing.set()
            flusher.join()
        self.assertEqual((len(set(orders)), self.confirmed()), (10, 10))
        for order in orders:
            self.assertEqual(self.client(self.second).call("GET", f"/ucp/v1/orders/{order}").status, 200)
        self.one_charge_each()

    def test_without_redis_checkout_goes_on(self):
        self.start()
        one, two = self.client(self.first), self.client(self.second)
        before = one.open_ready([(ITEM, 1)], buyer=BUYER)["id"]
        self.assertTrue(kassa.eventually(lambda: self.ask("SELECT count(*) FROM checkout") == "1"))
        self.redis.stop()
        self.assertEqual(two.get(before).status, 200)
        opened = one.open_ready([(ITEM, 1)], buyer=BUYER)["id"]
        self.assertEqual(two.update(opened, {"buyer": {"email": "b@shop.example"}}).status, 200)
        self.assertEqual(one.get(opened).json["buyer"]["email"], "b@shop.example")
        self.completed(one.complete(opened, key=kassa.new_key()))
        self.agreed(two, before)
        self.redis.start()
        again = self.client(self.first).open_ready([(ITEM, 1)], buyer=BUYER)["id"]
        self.agreed(self.client(self.second), again)
        self.one_charge_each()

    def shown_soon(self, clients, sold_out):
        """Within a second all of them show the item as sold out, or as on sale."""

        def is_shown():
            return all((b"out_of_stock" in client.create([(ITEM, 1)]).bytes) == sold_out for client in clients)

        self.assertTrue(kassa.eventually(is_shown, timeout=1), "sold out" if sold_out else "on sale")

    def test_what_one_sells_or_stocks_the_other_shows_within_a_second(self):
        self.start()
        one, two = self.client(self.first), self.client(self.second)
        self.shown_soon([one, two], sold_out=False)
        ready = one.open_ready([(ITEM, 10)], buyer=BUYER)["id"]
        self.completed(one.complete(ready, key=kassa.new_key()))
        self.shown_soon([one, two], sold_out=True)
        change = {"variant_id": ITEM, "location_id": "quay", "adjust": 1}
        changed = self.client(self.second, "admin").call("POST", "/admin/v1/stock/changes", change)
        self.assertEqual(changed.status, 200, changed.bytes)
        self.shown_soon([one, two], sold_out=False)
        # Reserved, declined and given back.
        ready = two.open_ready([(ITEM, 1)], buyer=BUYER)["id"]
        two.complete(ready, token="fail_token", key=kassa.new_key())
        self.shown_soon([one, two], sold_out=False)
        self.assertEqual(self.ask(f"SELECT sum(reserved) FROM stock WHERE variant_id = '{ITEM}'"), "0")
        # Nobody tells of this one, and then the connections that would have heard it are gone.
        self.ask(f"UPDATE stock SET on_hand = 0 WHERE variant_id = '{ITEM}'")
        self.ask("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        self.shown_soon([one, two], sold_out=True)
        level = {"variant": ITEM, "location": "quay", "on_hand": 25}
        (self.bundle / "stock.ndjson").write_text(json.dumps(level) + "\n")
        self.first.import_bundle(self.bundle)
        self.shown_soon([one, two], sold_out=False)

    def test_a_price_and_an_erasure_reach_the_other_node_within_a_second(self):
        self.start()
        one, two = self.client(self.first), self.client(self.second)

        def price():
            return two.create([(ITEM, 1)]).json["line_items"][0]["item"]["price"]

        self.assertEqual(price(), 1250)
        products = self.bundle / "products.csv"
        products.write_text(re.sub(r"(HARB-SF,.*?,deny),12\.50", r"\1,13.75", products.read_text()))
        self.first.import_bundle(self.bundle)
        self.assertTrue(kassa.eventually(lambda: price() == 1375, timeout=1))
        bought = one.open_ready([(ITEM, 1)], buyer=BUYER)["id"]
        order = self.completed(one.complete(bought, key=kassa.new_key()))
        held = two.open_ready([(ITEM, 1)], buyer=BUYER)["id"]
        self.assertEqual(two.call("GET", f"/ucp/v1/orders/{order}").status, 200)
        known = "SELECT count(*) FROM person JOIN checkout USING (store_id, person_id) WHERE email_hash IS NOT NULL"
        self.assertTrue(kassa.eventually(lambda: self.ask(known) == "2"))
        erased = self.client(self.first, "admin").call("POST", "/admin/v1/persons/erasures", {"email": BUYER["email"]})
        self.assertEqual(len(erased.json["erased"]), 2, erased.bytes)

        def gone():
            replies = [two.get(held), two.get(bought), two.call("GET", f"/ucp/v1/orders/{order}")]
            return not any(b"ada@" in reply.bytes for reply in replies) and replies[0].json.get("id") is None

        self.assertTrue(kassa.eventually(gone, timeout=1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
