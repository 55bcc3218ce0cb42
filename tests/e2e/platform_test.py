"""An agent platform buys over UCP: the flower shop of the protocol's samples, in the posture that its tools expect."""

import base64
import hashlib
import json
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
from platform_server import Platform  # noqa: E402

SECRET = "a-secret-for-simulations"
ROSES = "bouquet_roses"


def amount(body, kind):
    return sum(entry["amount"] for entry in body["totals"] if entry["type"] == kind)


class FlowerShop(unittest.TestCase):
    def setUp(self):
        self.platform = Platform()
        self.addCleanup(self.platform.close)
        self.server = kassa.Server(bundle=kassa.ROOT / "tests/data/flower-shop")
        self.addCleanup(self.server.close)
        self.server.start(env={"KASSA_SIMULATION_SECRET": SECRET})
        self.client = kassa.Client(self.server.ready["http"], agent=self.platform.agent)
        self.addCleanup(self.client.connection.close)

    def create(self, item=ROSES, quantity=1, key=None, **more):
        return self.client.create([(item, quantity)], key=key, **more)

    def pay(self, checkout, token="success_token", key=None):
        return self.client.complete(checkout, token, key=key, handler="mock_payment_handler")

    def test_discovery_names_the_service_and_a_handler(self):
        profile = kassa.Client(self.server.ready["http"])
        self.addCleanup(profile.connection.close)
        reply = profile.call("GET", "/.well-known/ucp")
        service = reply.json["ucp"]["services"]["dev.ucp.shopping"][0]
        self.assertEqual((reply.status, service["transport"]), (200, "rest"))
        self.assertTrue(service["endpoint"].startswith(self.server.ready["http"]))
        self.assertIn("max-age", reply.headers["cache-control"])
        self.assertTrue(reply.json["signing_keys"])

    def test_a_future_version_is_refused_before_a_replay(self):
        key = kassa.new_key()
        self.client.agent = self.platform.agent + '; version="2026-04-08"'
        self.assertEqual(self.create(key=key).status, 201)
        self.client.agent = self.platform.agent + '; version="2099-01-01"'
        self.assertEqual(self.create(key=key).status, 422)

    def test_refusals_have_their_statuses(self):
        for item, quantity, status, word in (
            ("gardenias", 1, 400, "Insufficient stock"),
            (ROSES, 10001, 400, "stock"),
            ("pink_wumpus", 1, 400, "not found"),
        ):
            with self.subTest(item=item):
                reply = self.create(item, quantity)
                self.assertEqual(reply.status, status)
                self.assertIn(word, reply.json["detail"])
        bare = self.create().json["id"]
        reply = self.pay(bare)
        self.assertEqual(reply.status, 400)
        self.assertIn("Fulfillment address and option must be selected", reply.bytes.decode())
        ready = self.client.open_ready([(ROSES, 1)], address=kassa.MARKET_STREET)
        self.assertEqual(self.pay(ready["id"], "fail_token").status, 402)

    def test_discount_codes(self):
        checkout = self.create().json["id"]
        for codes, total, accepted in (
            (["10OFF"], 3150, 1),
            (["10off"], 3150, 1),
            (["10OFF", "WELCOME20"], 2520, 2),
            (["10OFF", "INVALID_CODE"], 3150, 1),
            (["FIXED500"], 3000, 1),
            ([], 3500, 0),
        ):
            with self.subTest(codes=codes):
                body = self.client.update(checkout, {"discounts": {"codes": codes}}).json
                self.assertEqual(amount(body, "total"), total)
                self.assertEqual(len(body.get("discounts", {}).get("applied", [])), accepted)
                self.assertEqual(amount(body, "discount"), total - 3500)

    def test_idempotency_of_create_update_and_cancel(self):
        key = kassa.new_key()
        first = self.create(key=key)
        self.assertEqual(self.create(key=key).json, first.json)
        self.assertEqual(self.create(key=key, currency="EUR").status, 409)
        checkout = first.json["id"]
        lines = {"line_items": [{"id": first.json["line_items"][0]["id"], "item": {"id": ROSES}, "quantity": 2}]}
        key = kassa.new_key()
        second = self.client.update(checkout, lines, key=key)
        self.assertEqual(self.client.update(checkout, lines, key=key).json, second.json)
        lines["line_items"][0]["quantity"] = 3
        self.assertEqual(self.client.update(checkout, lines, key=key).status, 409)
        key = kassa.new_key()
        third = self.client.cancel(checkout, key=key)
        self.assertEqual((third.status, third.json["status"]), (200, "canceled"))
        self.assertEqual(self.client.cancel(checkout, key=key).json, third.json)
        self.assertEqual(self.client.cancel(checkout, key=kassa.new_key()).status, 409)

    def test_a_known_shopper_is_offered_saved_addresses_and_a_stranger_none(self):
        john = self.create(buyer={"email": "john.doe@example.com"}).json["id"]
        method = {"methods": [{"type": "shipping"}]}
        body = self.client.update(john, {"fulfillment": method}).json
        known = [destination["id"] for destination in body["fulfillment"]["methods"][0]["destinations"]]
        self.assertEqual(known, ["addr_1", "addr_2"])
        body = self.client.update(
            john, {"fulfillment": {"methods": [{"type": "shipping", "selected_destination_id": "addr_2"}]}}
        ).json
        self.assertEqual(body["fulfillment"]["methods"][0]["selected_destination_id"], "addr_2")
        self.assertTrue(body["fulfillment"]["methods"][0]["groups"][0]["options"])
        jane = self.create(buyer={"email": "jane.doe@example.com"}).json["id"]
        body = self.client.update(jane, {"fulfillment": method}).json
        self.assertFalse(body["fulfillment"]["methods"][0].get("destinations"))

    def test_options_follow_the_destination(self):
        checkout = self.create().json["id"]
        for country, code, wanted in (("US", "94105", "exp-ship-us"), ("CA", "M5V 2H1", "exp-ship-intl")):
            destination = {"id": "dest_" + country.lower(), "address_country": country, "postal_code": code}
            body = self.client.update(checkout, {"fulfillment": kassa.shipping_to(destination)}).json
            options = {option["id"]: option for option in body["fulfillment"]["methods"][0]["groups"][0]["options"]}
            self.assertIn(wanted, options)
            free = options["std-ship"]
            self.assertIn("Free", free["title"])
            self.assertEqual(amount(free, "total"), 0)

    def test_an_order_is_told_by_webhook_signed_and_again_after_shipping(self):
        ready = self.client.open_ready([(ROSES, 2)], address=kassa.MARKET_STREET)
        done = self.pay(ready["id"])
        self.assertEqual((done.status, done.json["status"]), (200, "completed"), done.bytes)
        order = done.json["order"]["id"]
        created = self.platform.wait_for(1)[0]
        self.assertEqual((created.json["id"], created.json["checkout_id"]), (order, ready["id"]))
        self.assertEqual(created.json["fulfillment"]["events"], [])
        self.assertEqual(
            created.json["fulfillment"]["expectations"][0]["destination"]["street_address"], "123 Market St"
        )
        self.check_signature(created)
        self.assertEqual(self.client.call("POST", f"/testing/simulate-shipping/{order}", b"").status, 403)
        shipped = self.client.call(
            "POST", f"/testing/simulate-shipping/{order}", b"", headers={"Simulation-Secret": SECRET}
        )
        self.assertEqual(shipped.status, 200)
        told = self.platform.wait_for(2)[1].json
        self.assertEqual(told["fulfillment"]["events"][0]["type"], "shipped")
        self.replace_history(order)

    def replace_history(self, order):
        path = f"/ucp/v1/orders/{order}"
        body = self.client.call("GET", path).json
        refund = {
            "id": "adj_1",
            "type": "refund",
            "occurred_at": "2026-11-23T10:00:00.123456+00:00",
            "status": "pending",
            "amount": 500,
        }
        changed = self.client.call("PUT", path, {**body, "adjustments": [refund]})
        self.assertEqual((changed.status, changed.json["adjustments"][0]["amount"]), (200, 500), changed.bytes)
        for bad in ([{**refund, "id": "adj_2", "status": "INVALID_STATUS"}], {"id": "adj_1", "amount": 100}):
            self.assertEqual(self.client.call("PUT", path, {**body, "adjustments": bad}).status, 422)

    def test_an_order_that_was_paid_over_the_shops_own_api_is_told_as_well(self):
        backend = self.server.client("http")
        self.addCleanup(backend.connection.close)
        backend.agent = self.platform.agent
        ready = backend.open_ready([(ROSES, 1)], address=kassa.MARKET_STREET)
        own = f"/v1/checkouts/{ready['id']}"
        shown = backend.call("GET", own).json
        payment = kassa.payment("success_token", "mock_payment_handler")
        wanted = {"quote_hash": shown["quote_hash"], **payment}
        done = backend.call("POST", f"{own}/complete", wanted, key=kassa.new_key())
        self.assertEqual((done.status, done.json["status"]), (200, "completed"), done.bytes)
        order = done.json["order"]["id"]
        created = self.platform.wait_for(1)[0]
        self.assertEqual((created.json["id"], created.json["checkout_id"]), (order, ready["id"]))
        shipped = self.client.call(
            "POST", f"/testing/simulate-shipping/{order}", b"", headers={"Simulation-Secret": SECRET}
        )
        self.assertEqual(shipped.status, 200)
        told = self.platform.wait_for(2)[1].json
        self.assertEqual((told["id"], told["fulfillment"]["events"][0]["type"]), (order, "shipped"))

    def test_a_failed_delivery_is_repeated_byte_for_byte_within_a_second(self):
        self.platform.failures = 1
        ready = self.client.open_ready([(ROSES, 1)], address=kassa.MARKET_STREET)
        self.assertEqual(self.pay(ready["id"]).status, 200)
        first, second = self.platform.wait_for(2, timeout=4)
        for name in ("webhook-id", "webhook-timestamp", "content-digest"):
            self.assertEqual(first.headers[name], second.headers[name])
        self.assertEqual((first.body, first.status, second.status), (second.body, 500, 200))

    def check_signature(self, delivery):
        """With Node's crypto: an implementation that shares nothing with ours."""
        digest = base64.b64encode(hashlib.sha256(delivery.body).digest()).decode()
        self.assertEqual(delivery.headers["content-digest"], f"sha-256=:{digest}:")
        given = delivery.headers["signature-input"].removeprefix("sig1=")
        names = [name.strip('"') for name in given[1 : given.index(")")].split()]
        derived = {"@method": "POST", "@authority": delivery.headers["host"], "@path": delivery.path}
        lines = [f'"{name}": {derived.get(name) or delivery.headers[name]}' for name in names]
        base = "\n".join([*lines, f'"@signature-params": {given}'])
        profile = kassa.Client(self.server.ready["http"])
        jwk = profile.call("GET", "/.well-known/ucp").json["signing_keys"][0]
        profile.connection.close()
        program = """
            const c = require('crypto'), i = JSON.parse(require('fs').readFileSync(0));
            const key = c.createPublicKey({key: i.jwk, format: 'jwk'});
            process.exit(c.verify('sha256', Buffer.from(i.base), {key, dsaEncoding: 'ieee-p1363'},
                                  Buffer.from(i.signature, 'base64')) ? 0 : 1);"""
        told = {
            "jwk": jwk,
            "base": base,
            "signature": delivery.headers["signature"].removeprefix("sig1=:").rstrip(":"),
        }
        done = subprocess.run(["node", "-e", program], input=json.dumps(told), text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
