"""A live store over HTTPS: test and live keys see different checkouts; only live ones complete, not with play money."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
CLASS = "brewing-class"
GIFT = {"class": "order", "trigger": "automatic", "title": "On the house", "value": {"type": "percent", "bps": 10000}}


class LiveStore(unittest.TestCase):
    def serve(self, sandbox, live=True):
        self.server = kassa.Server(live=live).start(tls=True, sandbox=sandbox)
        self.addCleanup(self.server.close)

    def client(self, key, listener="https", **more):
        client = kassa.Client(self.server.ready[listener], self.server.keys.get(key), **more)
        self.addCleanup(client.connection.close)
        return client

    def buy(self, client):
        done = client.complete(client.open_ready([(ITEM, 1)])["id"], key=kassa.new_key())
        self.assertEqual(done.json.get("status"), "completed", done.bytes)
        return done.json["id"], done.json["order"]["id"]

    def take_gift(self, client):
        """An order of a live store without a live gateway: there is nothing to pay."""
        merchant = self.client("secret_key", "admin")
        put = merchant.call("PUT", "/admin/v1/discounts/gift", GIFT, headers={"If-None-Match": "*"})
        self.assertLess(put.status, 300, put.bytes)
        checkout = client.create([(CLASS, 1)], buyer={"email": "ada@shopper.example"}).json

        def is_free():
            totals = client.get(checkout["id"]).json["totals"]
            return [entry["amount"] for entry in totals if entry["type"] == "total"] == [0]

        self.assertTrue(kassa.eventually(is_free))
        done = client.call("POST", f"/ucp/v1/checkout-sessions/{checkout['id']}/complete", {}, key=kassa.new_key())
        self.assertEqual(done.json.get("status"), "completed", done.bytes)
        return done.json["id"], done.json["order"]["id"]

    def handlers(self, reply):
        return reply.json["ucp"]["payment_handlers"]

    def test_init_tells_keys_that_say_their_mode(self):
        self.serve(sandbox=False)
        for name, prefix in (
            ("publishable_key", "pk_live_"),
            ("secret_key", "sk_live_"),
            ("test_publishable_key", "pk_test_"),
            ("test_secret_key", "sk_test_"),
        ):
            self.assertTrue(self.server.keys[name].startswith(prefix), name)
        with kassa.Server(bundle=None) as other:
            self.assertEqual(sorted(other.keys), ["publishable_key", "secret_key", "store"])
            self.assertTrue(other.keys["secret_key"].startswith("sk_test_"))

    def test_checkouts_and_orders_of_one_mode_are_unknown_in_the_other(self):
        self.serve(sandbox=True)
        live, test = self.client("secret_key"), self.client("test_secret_key")
        made = {live: self.take_gift(live)[0], test: test.open_ready([(ITEM, 1)])["id"]}
        for mine, other in ((live, test), (test, live)):
            self.assertEqual(mine.get(made[mine]).json["id"], made[mine])
            unknown = made[other]
            for reply in (mine.get(unknown), mine.update(unknown, {"line_items": []}), mine.cancel(unknown)):
                self.assertEqual(reply.json["messages"][0]["code"], "not_found")
        # The merchant's list of a live store has live orders only, and a test key does not open it.
        order = live.get(made[live]).json["order"]["id"]
        self.assertEqual(live.call("GET", f"/ucp/v1/orders/{order}").json["id"], order)
        self.assertEqual(test.call("GET", f"/ucp/v1/orders/{order}").json["messages"][0]["code"], "not_found")
        merchant = self.client("secret_key", "admin")
        self.assertEqual([row["id"] for row in merchant.call("GET", "/admin/v1/orders").json["items"]], [order])
        self.assertEqual(self.client("test_secret_key", "admin").call("GET", "/admin/v1/orders").status, 403)

    def test_a_test_key_may_do_everything_but_complete(self):
        self.serve(sandbox=True)
        for key in ("test_secret_key", "test_publishable_key"):
            client = self.client(key)
            made = client.create([(ITEM, 1)], fulfillment=kassa.shipping_to(kassa.US)).json
            client.secret = made.get("client_secret")
            ready = client.choose_first_option(made)
            self.assertEqual(ready["status"], "ready_for_complete")
            refused = client.complete(ready["id"], key=kassa.new_key())
            self.assertEqual((refused.status, refused.json["code"]), (403, "test_key_in_live_store"))
            self.assertEqual(client.get(ready["id"]).json["status"], "ready_for_complete")
            self.assertEqual(client.cancel(ready["id"]).json["status"], "canceled")

    def test_the_last_live_secret_key_stays_and_a_second_one_can_be_made(self):
        self.serve(sandbox=False)
        merchant = self.client("secret_key", "admin")
        listed = merchant.call("GET", "/admin/v1/keys").json["items"]
        ids = {key["mode"]: key["key_id"] for key in listed if key["kind"] == "secret"}
        self.assertEqual(merchant.call("DELETE", f"/admin/v1/keys/{ids['live']}").status, 409)
        self.assertEqual(merchant.call("POST", "/admin/v1/keys", {"kind": "secret"}).status, 201)
        self.assertEqual(merchant.call("DELETE", f"/admin/v1/keys/{ids['test']}").status, 200)

    def test_a_revoked_key_stops_working_at_once_on_every_connection(self):
        self.serve(sandbox=True, live=False)
        merchant = self.client("secret_key", "admin")
        made = merchant.call("POST", "/admin/v1/keys", {"kind": "secret"})
        self.assertEqual(made.status, 201, made.bytes)
        self.server.keys["second"] = made.json["key"]
        clients = [self.client("second") for _ in range(8)]
        checkout = clients[0].create([(ITEM, 1)]).json["id"]
        for client in clients * 3:
            self.assertEqual(client.get(checkout).status, 200)
        gone = merchant.call("DELETE", f"/admin/v1/keys/{made.json['key_id']}")
        self.assertLess(gone.status, 300, gone.bytes)
        self.assertEqual([client.get(checkout).status for client in clients], [401] * 8)

    def test_a_page_with_a_live_key_does_not_see_what_one_with_a_test_key_made(self):
        self.serve(sandbox=True)
        made = self.client("test_publishable_key").create([(ITEM, 1)]).json
        secret = made["client_secret"]
        self.assertEqual(self.client("test_publishable_key", secret=secret).get(made["id"]).json["id"], made["id"])
        other = self.client("publishable_key", secret=secret).get(made["id"])
        self.assertEqual(other.json["messages"][0]["code"], "not_found")

    def test_live_callers_are_not_offered_the_sandbox_gateway_and_cannot_pay_with_it(self):
        self.serve(sandbox=False)
        live, test = self.client("secret_key"), self.client("test_secret_key")
        self.assertEqual(self.handlers(live.create([(ITEM, 1)])), {})
        self.assertEqual(self.handlers(self.client(None).call("GET", "/.well-known/ucp")), {})
        checkout = live.open_ready([(ITEM, 1)])["id"]
        refused = live.complete(checkout, key=kassa.new_key())
        self.assertEqual((refused.status, refused.json["code"]), (400, "payment_instrument_required"))
        self.assertEqual(live.get(checkout).json["status"], "ready_for_complete")
        self.assertIn("dev.kassa.sandbox", self.handlers(test.create([(ITEM, 1)])))

    def test_not_even_sandbox_mode_offers_it_to_live_keys(self):
        self.serve(sandbox=True)
        live = self.client("secret_key")
        self.assertEqual(self.handlers(live.create([(ITEM, 1)])), {})
        self.assertEqual(self.handlers(self.client(None).call("GET", "/.well-known/ucp")), {})
        refused = live.complete(live.open_ready([(ITEM, 1)])["id"], key=kassa.new_key())
        self.assertEqual((refused.status, refused.json["code"]), (400, "payment_instrument_required"))

    def test_a_test_store_sells_without_sandbox_mode(self):
        self.serve(sandbox=False, live=False)
        self.buy(self.client("secret_key"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
