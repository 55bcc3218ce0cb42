"""A merchant finds orders and customers over the admin API, exports them, and keeps a copy that misses no change."""

import json
import sys
import unittest
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"


class OrderSearch(unittest.TestCase):
    def setUp(self):
        self.server = kassa.Server().start()
        self.addCleanup(self.server.close)
        self.shop, self.merchant = self.connect("http"), self.connect("admin")

    def connect(self, listener):
        client = self.server.client(listener)
        self.addCleanup(client.connection.close)
        return client

    def buy(self, email, phone):
        buyer = {"email": email, "phone_number": phone}
        done = self.shop.complete(self.shop.open_ready([(ITEM, 1)], buyer=buyer)["id"], key=kassa.new_key())
        self.assertEqual(done.json.get("status"), "completed", done.bytes)
        return done.json["order"]["id"]

    def ask(self, path, **query):
        reply = self.merchant.call("GET", f"/admin/v1/{path}?{urlencode(query)}")
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply

    def ids(self, **query):
        return [row["id"] for row in self.ask("orders", **query).json["items"]]

    def test_orders_and_customers_are_found_and_gone_with_the_person(self):
        ada, bob = self.buy("ada@shop.example", "(217) 555-0100"), self.buy("bob@shop.example", "+49 171 12345")
        self.assertEqual(self.ids(), [bob, ada])
        self.assertEqual(self.ids(email="ADA@shop.example"), [ada])
        self.assertEqual(self.ids(phone="+1 217 555 0100"), [ada])
        self.assertEqual(self.ids(phone="0171-12345", phone_country="DE"), [bob])
        (row,) = self.ask("orders", email="bob@shop.example").json["items"]
        amount = {"currency": row["currency"], "amount_min": row["total"], "amount_max": row["total"]}
        self.assertEqual(self.ids(number=row["number"], placed_from=row["created_at"], **amount), [bob])
        self.assertEqual(self.ids(placed_until="2020-01-01T00:00:00Z"), [])
        (customer,) = self.ask("customers", phone="+1 217 555 0100").json["items"]
        self.assertEqual((customer["email"], customer["orders"]), ("ada@shop.example", 1))
        exported = [json.loads(line) for line in self.ask("customers/export").bytes.splitlines()]
        self.assertEqual(sorted(row["orders"] for row in exported if not row["shopper"]), [1, 1])
        lines = [json.loads(line) for line in self.ask("orders/export").bytes.splitlines()]
        self.assertEqual([line["id"] for line in lines], [bob, ada])
        self.assertEqual(lines[1]["deliveries"][0]["address"]["postal_code"], "62704")
        erased = self.merchant.call("POST", "/admin/v1/persons/erasures", {"email": "ada@shop.example"})
        self.assertEqual(erased.status, 200, erased.bytes)
        for query in ({"email": "ada@shop.example"}, {"phone": "+1 217 555 0100"}):
            self.assertEqual(self.ids(**query), [])
            self.assertEqual(self.ask("customers", **query).json["items"], [])
        self.assertEqual(self.ids(), [bob, ada])
        self.assertNotIn(b"62704", self.ask("orders/export", number=lines[1]["number"]).bytes)
        self.assertTrue(self.ask("audit/verification").json["valid"])

    def test_a_copy_is_kept_by_following_changes(self):
        first = self.buy("ada@shop.example", "(217) 555-0100")
        since = "2020-01-01T00:00:00Z"
        self.assertTrue(kassa.eventually(lambda: self.ids(updated_since=since) == [first], timeout=30))
        until = self.ask("orders", updated_since=since).json["updated_until"]
        second = self.buy("bob@shop.example", "+49 171 12345")
        self.assertTrue(kassa.eventually(lambda: self.ids(updated_since=until) == [second], timeout=30))

    def test_a_bad_filter_is_named(self):
        for query in ({"amount_min": "x", "currency": "USD"}, {"email": "x"}, {"phone": "x"}, {"updated_since": "x"}):
            reply = self.merchant.call("GET", f"/admin/v1/orders?{urlencode(query)}")
            self.assertEqual((reply.status, reply.json["path"]), (400, "?" + next(iter(query))))


if __name__ == "__main__":
    unittest.main(verbosity=2)
