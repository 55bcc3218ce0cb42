"""Gifts, segments of shoppers and prepaid prices, as a buyer meets them in a real shop."""

import pathlib
import shutil
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "chaos")]
import kassa  # noqa: E402
import oracle  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
GIFT = "quay-mug--white"
RULES = [
    {
        "id": "mug-on-top",
        "title": "A mug on top",
        "class": "product",
        "trigger": {"codes": ["MUG"]},
        "when": {"attr": "cart.quantity", "op": "gte", "value": 2},
        "value": {"type": "gift", "sku": GIFT, "if_out_of_stock": "warn"},
    },
    {
        "id": "staff",
        "title": "For staff",
        "class": "order",
        "trigger": "automatic",
        "when": {"attr": "customer.segments", "op": "any_of", "value": ["staff"]},
        "value": {"type": "percent", "bps": 5000},
    },
    {
        "id": "prepaid",
        "title": "Prepaid",
        "class": "payment",
        "trigger": {"codes": ["PREPAID"]},
        "when": {"attr": "payment.prepaid", "op": "eq", "value": True},
        "value": {"type": "percent", "bps": 500},
    },
]
SHOPPERS = [
    {"id": "jane", "email": "jane@shop.example", "segments": ["staff", "cyclists"]},
    {"id": "john", "email": "john@shop.example", "segments": ["cyclists"]},
]


def gifts_of(checkout):
    return [line for line in checkout["line_items"] if line["id"].startswith("gift:")]


class DiscountKinds(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-kinds-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        bundle = kassa.sample_store(self.folder, RULES, shoppers=SHOPPERS)
        self.server = kassa.Server(bundle=bundle).start()
        self.addCleanup(self.server.close)
        self.books = oracle.Oracle.of(self.server)
        self.client = self.server.client()
        self.addCleanup(self.client.connection.close)

    def complete(self, checkout):
        reply = self.client.complete(checkout["id"], key=kassa.new_key())
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    def sold(self):
        return self.server.ask(f"SELECT sum(sold), sum(reserved) FROM stock WHERE variant_id = '{GIFT}'")[0]

    def test_a_gift_is_a_line_that_comes_and_goes_with_its_rule(self):
        opened = self.client.open_ready([(ITEM, 2)], discounts={"codes": ["MUG"]})
        (gift,) = gifts_of(opened)
        self.assertEqual((gift["item"]["id"], gift["item"]["price"], gift["quantity"]), (GIFT, 0, 1))
        self.assertIn({"title": "A mug on top", "amount": 0, "code": "MUG"}, opened["discounts"]["applied"])
        # As platforms do: the whole list as it was read, with one number changed.
        lines = opened["line_items"]
        lines[0]["quantity"] = 1
        gift["quantity"] = 9
        fewer = self.client.update(opened["id"], {"line_items": lines}).json
        self.assertEqual([line["item"]["id"] for line in fewer["line_items"]], [ITEM])
        lines[0]["quantity"] = 3
        more = self.client.update(opened["id"], {"line_items": lines}).json
        self.assertEqual([gift["quantity"] for gift in gifts_of(more)], [1])
        done = self.complete(more)
        self.assertEqual((done["status"], kassa.total_of(done)), ("completed", kassa.total_of(more)))
        self.assertEqual(self.sold(), (1, 0))
        order = self.client.call("GET", f"/ucp/v1/orders/{done['order']['id']}").json
        self.assertEqual([line["item"]["id"] for line in order["line_items"]], [ITEM, GIFT])
        self.assertEqual(self.books.check(), [])

    def test_a_gift_whose_stock_is_gone_is_told_and_left_out(self):
        opened = self.client.open_ready([(ITEM, 2)], discounts={"codes": ["MUG"]})
        admin = self.server.client("admin")
        self.addCleanup(admin.connection.close)
        self.books.initial_stock.clear()  # The merchant changes it.
        for location, units in self.server.ask(f"SELECT location_id, on_hand FROM stock WHERE variant_id = '{GIFT}'"):
            change = {"variant_id": GIFT, "location_id": location, "adjust": -units}
            self.assertEqual(admin.call("POST", "/admin/v1/stock/changes", change).status, 200)
        told = self.complete(opened)
        self.assertNotEqual(told["status"], "completed")
        self.assertEqual(gifts_of(told), [])
        self.assertIn("gift_unavailable", [message["code"] for message in told["messages"]])
        self.assertEqual(self.complete(opened)["status"], "completed")
        self.assertEqual(self.sold(), (0, 0))
        self.assertEqual(self.books.check(), [])

    def test_a_price_for_a_segment_is_for_whom_the_merchant_has_put_there(self):
        def price_for(email):
            buyer = {"buyer": {"email": email}} if email else {}
            return kassa.total_of(self.client.open_ready([(ITEM, 1)], **buyer))

        everybody = price_for(None)
        self.assertLess(price_for(" Jane@SHOP.example"), everybody)
        self.assertEqual(price_for("john@shop.example"), everybody)
        self.assertEqual(price_for("joan@shop.example"), everybody)
        late = self.client.open_ready([(ITEM, 1)])
        jane = self.client.update(late["id"], {"buyer": {"email": "jane@shop.example"}}).json
        self.assertLess(kassa.total_of(jane), everybody)
        self.assertEqual(kassa.total_of(self.complete(jane)), kassa.total_of(jane))

    def test_what_the_backend_says_of_a_customer_is_believed_and_nobody_else(self):
        admin = self.server.client("admin")
        self.addCleanup(admin.connection.close)
        read = admin.call("GET", "/admin/v1/settings")
        settings = {**read.json, "discount_attributes": [{"name": "customer.tier", "type": "string"}]}
        said = admin.call("PUT", "/admin/v1/settings", settings, headers={"If-Match": read.headers["etag"]})
        self.assertEqual(said.status, 200, said.bytes)
        rule = {
            "class": "order",
            "trigger": "automatic",
            "when": {"attr": "customer.tier", "op": "eq", "value": "gold"},
            "value": {"type": "percent", "bps": 1000},
        }
        made = admin.call("PUT", "/admin/v1/discounts/gold", rule, headers={"If-None-Match": "*"})
        self.assertEqual(made.status, 201, made.bytes)

        def applied(**said):
            reply = self.client.create([(ITEM, 1)], **said)
            return reply.status == 201 and [entry["title"] for entry in reply.json["discounts"].get("applied", [])]

        gold = {"discount_attributes": {"customer.tier": "gold"}, "discounts": {"codes": []}}
        self.assertEqual(kassa.eventually(lambda: applied(**gold)), ["gold"])
        self.assertEqual(applied(discounts={"codes": []}), [])
        opened = self.client.create([(ITEM, 1)], **gold).json
        kept = self.client.update(opened["id"], {"line_items": opened["line_items"]}).json
        self.assertEqual(kassa.total_of(kept), kassa.total_of(opened))
        taken = self.client.update(opened["id"], {"discount_attributes": None}).json
        self.assertGreater(kassa.total_of(taken), kassa.total_of(opened))
        self.assertEqual(self.client.create([(ITEM, 1)], discount_attributes={"customer.size": 4}).status, 400)
        page = self.server.client("http", "publishable_key")
        self.addCleanup(page.connection.close)
        self.assertEqual(page.create([(ITEM, 1)], **gold).status, 403)

    def test_a_prepaid_price_is_known_when_the_way_of_paying_is(self):
        opened = self.client.open_ready([(ITEM, 1)], discounts={"codes": ["PREPAID"]})
        told = self.complete(opened)
        self.assertLess(kassa.total_of(told), kassa.total_of(opened))
        self.assertEqual(self.complete(opened)["status"], "completed")


if __name__ == "__main__":
    unittest.main()
