"""Notes, gift messages, engravings and an age, from a shop's page to the order, and gone with the person."""

import json
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

CANARIES = ("Qanarinote", "Qanarigift", "Qanariname", "Qanarivalue", "Qanarinumber")
NOTE, GIFT, NAME, VALUE, NUMBER = CANARIES
PRODUCTS = [
    {
        "id": "ring",
        "title": "Ring",
        "minimum_age": 16,
        "preorder_until": "2099-01-01T00:00:00Z",
        "variants": [{"id": "ring", "price": "50.00", "requires_shipping": False, "tracked": False}],
    }
]
SAID = {"note": NOTE, "gift_message": GIFT, "purchase_order": NUMBER}
ENGRAVING = [{"name": NAME, "value": VALUE}, {"name": "font", "value": "serif"}]


def ring(properties=None, **more):
    return {"item": {"id": "ring"}, "quantity": 1, **({"properties": properties} if properties else {}), **more}


def place(path):
    """Faults of form are told as JSON Pointers, those of content as JSONPath."""
    return "$" + re.sub(r"/(\d+)", r"[\1]", path).replace("/", ".") if path.startswith("/") else path


class OrderDetail(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-detail-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        kept = (kassa.ROOT / "infra/sample-store/products.ndjson").read_text().splitlines()
        bundle = kassa.sample_store(self.folder, [], products=[*map(json.loads, kept), *PRODUCTS])
        self.server = kassa.Server(bundle=bundle).start()
        self.addCleanup(self.server.close)
        self.client = self.connect("http")

    def connect(self, listener):
        client = self.server.client(listener)
        self.addCleanup(client.connection.close)
        return client

    def call(self, method, path, body=None, status=200, **more):
        reply = self.client.call(method, "/v1" + path, body, **more)
        self.assertEqual(reply.status, status, reply.bytes)
        return reply.json

    def opened(self, **more):
        body = {"line_items": [ring(ENGRAVING)], "buyer": {"email": "ada@shop.example"}, **SAID, **more}
        return self.call("POST", "/checkouts", body, 201)

    def update(self, checkout, body, status=200):
        return self.call("PATCH", f"/checkouts/{checkout['id']}", body, status)

    def pay(self, checkout, status=200):
        body = {"quote_hash": checkout["quote_hash"], **kassa.payment("success_token")}
        return self.call("POST", f"/checkouts/{checkout['id']}/complete", body, status, key=kassa.new_key())

    def test_all_of_it_is_on_the_order(self):
        checkout = self.opened()
        self.assertEqual({name: checkout[name] for name in SAID}, SAID)
        (line,) = checkout["line_items"]
        self.assertEqual(line["properties"], ENGRAVING)
        self.assertEqual(line["preorder_until"], "2099-01-01T00:00:00.000Z")
        (asked,) = checkout["messages"]
        self.assertEqual((asked["code"], asked["path"]), ("age_confirmation_required", "$.age_confirmed"))
        self.assertEqual(checkout["status"], "requires_escalation")
        ready = self.update(checkout, {"age_confirmed": True})
        self.assertEqual((ready["status"], ready["line_items"][0]["properties"]), ("ready_for_complete", ENGRAVING))
        done = self.pay(ready)
        self.assertEqual(done["status"], "completed")
        order = self.call("GET", f"/orders/{done['order']['id']}")
        seen = self.connect("admin").call("GET", f"/admin/v1/orders/{done['order']['id']}").json
        for shown, line in ((order, order["line_items"][0]), (seen, seen["lines"][0])):
            self.assertEqual({name: shown[name] for name in SAID}, SAID)
            self.assertEqual(shown["confirmed_age"], 16)
            self.assertEqual(line["properties"], ENGRAVING)
            self.assertEqual(line["preorder_until"], "2099-01-01T00:00:00.000Z")

    def test_another_engraving_is_another_offer_and_another_note_is_not(self):
        checkout = self.opened(age_confirmed=True)
        noted = self.update(checkout, {"note": "later"})
        self.assertEqual(noted["quote_hash"], checkout["quote_hash"])
        line = noted["line_items"][0]
        changed = self.update(noted, {"line_items": [ring([{"name": NAME, "value": "Bob"}], id=line["id"])]})
        self.assertNotEqual(changed["quote_hash"], checkout["quote_hash"])
        self.assertEqual(self.client.call(
            "POST", f"/v1/checkouts/{checkout['id']}/complete",
            {"quote_hash": checkout["quote_hash"], **kassa.payment("success_token")}, key=kassa.new_key(),
        ).status, 409)
        self.assertEqual(self.pay(changed)["status"], "completed")

    def test_what_is_too_much_is_refused_at_its_place(self):
        checkout = self.opened()
        for body, path in (
            ({"note": "x" * 4097}, "$.note"),
            ({"purchase_order": "x" * 256}, "$.purchase_order"),
            ({"line_items": [ring([{"name": "n", "value": "x" * 1025}])]}, "$.line_items[0].properties[0].value"),
            ({"line_items": [ring([{"name": "", "value": "x"}])]}, "$.line_items[0].properties[0].name"),
            ({"line_items": [ring([{"name": str(n), "value": ""} for n in range(21)])]}, "$.line_items[0].properties"),
            ({"age_confirmed": "yes"}, "$.age_confirmed"),
            ({"note": 7}, "$.note"),
        ):
            with self.subTest(path):
                answer = self.update(checkout, body, 400)
                self.assertEqual(place(answer["error"]["path"]), path)
        self.assertEqual(self.call("GET", f"/checkouts/{checkout['id']}")["note"], NOTE)
        self.update(checkout, {"gift_message": "my card is 4242424242424242"}, 400)

    def test_it_survives_a_restart_and_is_readable_nowhere_but_through_its_person(self):
        checkout = self.opened(age_confirmed=True)
        bought = self.pay(self.opened(age_confirmed=True))
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.client = self.connect("http")
        again = self.call("GET", f"/checkouts/{checkout['id']}")
        self.assertEqual((again["line_items"][0]["properties"], again["gift_message"]), (ENGRAVING, GIFT))
        for file in self.server.folder.rglob("*"):
            text = file.read_bytes() if file.is_file() else b""
            for canary in CANARIES:
                self.assertNotIn(canary.encode(), text, file.name)
        merchant = self.connect("admin")
        erased = merchant.call("POST", "/admin/v1/persons/erasures", {"email": "ada@shop.example"})
        self.assertEqual(len(erased.json["erased"]), 2, erased.bytes)
        order = merchant.call("GET", f"/admin/v1/orders/{bought['order']['id']}")
        self.assertTrue(order.json["erased"])
        shown = self.client.call("GET", f"/v1/checkouts/{checkout['id']}")
        for canary in CANARIES:
            self.assertNotIn(canary.encode(), order.bytes + shown.bytes)


if __name__ == "__main__":
    unittest.main()
