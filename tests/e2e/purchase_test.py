"""Buying, end to end, over the public API of a real kassad."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

CATALOGUES = ("apparel", "jewelry", "bicycles", "snowdevil", "fashion")


def total_of(body):
    return next(entry["amount"] for entry in body["totals"] if entry["type"] == "total")


def bundle_for(csv, folder):
    """A store bundle around one real product export."""
    shutil.copy(csv, Path(folder) / "products.csv")
    sample = kassa.ROOT / "infra/sample-store"
    for name in ("shipping.json", "gateways.json"):
        shutil.copy(sample / name, Path(folder) / name)
    settings = json.loads((sample / "store.json").read_text())
    (Path(folder) / "store.json").write_text(json.dumps({**settings, "name": csv.stem, "currencies": ["USD"]}))
    return folder


def buyable(server, how_many):
    """Variant ids that can be bought; what a storefront reads from its own catalogue."""
    rows = server.ask("""
            SELECT v.variant_id, min(p.amount), sum(s.on_hand + s.allowance) FROM variant v
            JOIN product USING (store_id, product_id) JOIN price p USING (store_id, variant_id)
            LEFT JOIN stock s USING (store_id, variant_id)
            WHERE product.published = 1 AND p.amount > 0 GROUP BY v.variant_id ORDER BY v.variant_id""")
    fits = [(variant, amount) for variant, amount, stock in rows if stock is None or stock >= 2]
    step = max(1, len(fits) // how_many)
    return fits[::step][:how_many]


class RealCatalogues(unittest.TestCase):
    def test_a_purchase_from_each_real_catalogue_survives_a_restart(self):
        folder = kassa.SHARED_DATA / "catalog"
        if not folder.is_dir():
            self.skipTest(f"no catalogues at {folder}")
        for name in CATALOGUES:
            with self.subTest(catalogue=name), tempfile.TemporaryDirectory() as bundle:
                with kassa.Server(bundle=bundle_for(folder / f"{name}.csv", bundle)) as server:
                    self.buy_and_restart(server)

    def buy_and_restart(self, server):
        items = buyable(server, 3)
        self.assertTrue(items)
        server.start(tls=True)
        shopper = server.client("https")
        checkout = shopper.open_ready([(item, 2) for item, _ in items], buyer={"email": "ada@example.com"})
        self.assertEqual(checkout["status"], "ready_for_complete", checkout["messages"])
        goods = next(entry["amount"] for entry in checkout["totals"] if entry["type"] == "subtotal")
        self.assertEqual(goods, 2 * sum(amount for _, amount in items))
        self.assertEqual(
            total_of(checkout), sum(entry["amount"] for entry in checkout["totals"] if entry["type"] != "total")
        )
        done = shopper.complete(checkout["id"], key=kassa.new_key())
        self.assertEqual((done.status, done.json["status"]), (200, "completed"), done.bytes)
        order = done.json["order"]["id"]
        before = shopper.call("GET", f"/ucp/v1/orders/{order}")
        self.assertEqual(before.status, 200)
        self.assertEqual(total_of(before.json), total_of(checkout))
        server.kill()
        server.start(tls=True)
        shopper = server.client("https")
        self.assertEqual(shopper.call("GET", f"/ucp/v1/orders/{order}").json, before.json)
        self.assertEqual(shopper.get(checkout["id"]).json["order"]["id"], order)


class Races(unittest.TestCase):
    def test_fifty_shoppers_on_ten_units_make_exactly_ten_orders(self):
        with tempfile.TemporaryDirectory() as bundle:
            shutil.copytree(kassa.ROOT / "infra/sample-store", bundle, dirs_exist_ok=True)
            (Path(bundle) / "stock.ndjson").write_text(
                json.dumps({"variant": "harbour-espresso--250-g-filter", "location": "quay", "on_hand": 10}) + "\n"
            )
            with kassa.Server(bundle=bundle) as server:
                server.start()
                checkouts = [
                    server.client().open_ready([("harbour-espresso--250-g-filter", 1)])["id"] for _ in range(50)
                ]
                replies = kassa.in_threads(50, lambda i: server.client().complete(checkouts[i], key=kassa.new_key()))
                done = [reply for reply in replies if reply.json.get("status") == "completed"]
                self.assertEqual(len(done), 10)
                for reply in replies:
                    self.assertIn(reply.status, (200, 409), reply.bytes)
                server.stop()
                stock = "SELECT on_hand, reserved, sold FROM stock WHERE variant_id = 'harbour-espresso--250-g-filter'"
                self.assertEqual(server.ask(stock), [(0, 0, 10)])
                self.assertEqual(server.ask("SELECT count(*) FROM purchase WHERE order_state = 'confirmed'"), [(10,)])
                self.assertEqual(server.ask("SELECT count(*) FROM reservation WHERE state = 'live'"), [(0,)])

    def test_a_double_click_is_no_consent_to_a_new_total(self):
        """WELCOME10 may be used once per customer, which only the completion finds out."""
        with kassa.Server() as server:
            server.start()
            shopper = server.client()

            def open_one():
                return shopper.open_ready(
                    [("brewing-class", 1)], buyer={"email": "ada@example.com"}, discounts={"codes": ["WELCOME10"]}
                )

            self.assertEqual(shopper.complete(open_one()["id"], key=kassa.new_key()).json["status"], "completed")
            second = open_one()
            clicks = kassa.in_threads(8, lambda _: server.client().complete(second["id"], key="one-click"))
            told = {reply.bytes for reply in clicks if reply.status == 200}
            self.assertEqual(len(told), 1)
            answer = json.loads(told.pop())
            self.assertEqual(answer["status"], "ready_for_complete")
            self.assertGreater(total_of(answer), total_of(second))
            agreed = shopper.complete(second["id"], key=kassa.new_key()).json
            self.assertEqual((agreed["status"], total_of(agreed)), ("completed", total_of(answer)))
            self.assertEqual(shopper.complete(second["id"], key="one-click").json, answer)

    def test_one_key_sent_twenty_times_at_once_makes_one_order(self):
        with kassa.Server() as server:
            server.start()
            checkout = server.client().open_ready([("harbour-espresso--250-g-filter", 1)])["id"]
            key = kassa.new_key()

            def pay(_):
                while True:
                    reply = server.client().complete(checkout, key=key)
                    if reply.status != 409:
                        return reply

            replies = kassa.in_threads(20, pay)
            self.assertEqual(len({reply.bytes for reply in replies}), 1)
            self.assertEqual(replies[0].json["status"], "completed")


class Outcomes(unittest.TestCase):
    def setUp(self):
        self.server = kassa.Server().start()
        self.addCleanup(self.server.close)
        self.shopper = self.server.client()

    def test_a_declined_payment_leaves_the_checkout_payable(self):
        checkout = self.shopper.open_ready([("harbour-espresso--250-g-filter", 1)])
        declined = self.shopper.complete(checkout["id"], "fail_token", key=kassa.new_key())
        self.assertEqual(declined.json["status"], "ready_for_complete")
        self.assertIn("payment_failed", [message["code"] for message in declined.json["messages"]])
        paid = self.shopper.complete(checkout["id"], key=kassa.new_key())
        self.assertEqual(paid.json["status"], "completed", paid.bytes)

    def test_the_same_key_with_another_body_is_refused_and_charges_nothing(self):
        checkout = self.shopper.open_ready([("harbour-espresso--250-g-filter", 1)])
        key = kassa.new_key()
        self.assertEqual(self.shopper.complete(checkout["id"], key=key).json["status"], "completed")
        self.assertEqual(self.shopper.complete(checkout["id"], "another_token", key=key).status, 409)

    def test_a_second_completion_and_a_late_cancel_are_refused(self):
        checkout = self.shopper.open_ready([("harbour-espresso--250-g-filter", 1)])
        self.assertEqual(self.shopper.complete(checkout["id"]).json["status"], "completed")
        self.assertEqual(self.shopper.complete(checkout["id"]).status, 409)
        self.assertEqual(self.shopper.cancel(checkout["id"]).status, 409)
        self.assertEqual(self.shopper.update(checkout["id"], {"line_items": []}).status, 409)

    def test_another_store_key_sees_nothing(self):
        checkout = self.shopper.open_ready([("harbour-espresso--250-g-filter", 1)])
        stranger = self.server.client(key="publishable_key").get(checkout["id"])
        self.assertNotIn("line_items", stranger.json)


if __name__ == "__main__":
    unittest.main(verbosity=2)
