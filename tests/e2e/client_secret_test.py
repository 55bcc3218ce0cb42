"""Checkouts of a publishable key over HTTPS: only who created one may see it, because only they know its secret."""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
SECRET = re.compile(r"chkcs_[0-9a-z]{26}")
EMAIL = "ada@shopper.example"
PATH = "/ucp/v1/checkout-sessions/"


class ClientSecret(unittest.TestCase):
    def setUp(self):
        self.server = kassa.Server().start(tls=True)
        self.addCleanup(self.server.close)
        self.page = self.client("publishable_key")

    def client(self, key, secret=None):
        client = kassa.Client(self.server.ready["https"], self.server.keys[key], secret=secret)
        self.addCleanup(client.connection.close)
        return client

    def open(self, key=None):
        created = self.page.create([(ITEM, 1)], key=key)
        self.assertEqual(created.status, 201, created.bytes)
        return created.json

    def attempts(self, client, checkout):
        return [
            client.get(checkout),
            client.update(checkout, {"buyer": {"email": "eve@example.com"}}),
            client.complete(checkout),
            client.cancel(checkout),
        ]

    def test_the_create_answer_tells_it_and_no_other_answer_does(self):
        created = self.open()
        self.assertRegex(created["client_secret"], SECRET)
        owner = self.client("publishable_key", created["client_secret"])
        for reply in (owner.get(created["id"]), owner.update(created["id"], {"buyer": {"email": "a@example.com"}})):
            self.assertEqual((reply.status, reply.json["id"]), (200, created["id"]))
            self.assertNotIn(b"chkcs_", reply.bytes)
        self.assertNotEqual(self.open()["client_secret"], created["client_secret"])
        self.assertNotIn(b"chkcs_", self.client("secret_key").create([(ITEM, 1)]).bytes)

    def test_without_it_a_checkout_is_exactly_as_unknown_as_one_that_never_was(self):
        created, other = self.open(), self.open()
        wrong = created["client_secret"][:-1] + ("a" if created["client_secret"][-1] != "a" else "b")
        for secret in (None, wrong, other["client_secret"], "chkcs_", "x" * 4000):
            with self.subTest(secret=str(secret)[:12]):
                stranger = self.client("publishable_key", secret)
                unknown = "chk_" + "0" * 36
                for seen, never in zip(self.attempts(stranger, created["id"]), self.attempts(stranger, unknown)):
                    self.assertEqual((seen.status, seen.bytes), (never.status, never.bytes))
                    self.assertEqual(seen.json["messages"][0]["code"], "not_found")
        owner = self.client("publishable_key", created["client_secret"])
        self.assertEqual(owner.get(created["id"]).json["status"], created["status"])

    def test_a_page_buys_with_it(self):
        created = self.page.create([(ITEM, 1)], fulfillment=kassa.shipping_to(kassa.US)).json
        owner = self.client("publishable_key", created["client_secret"])
        ready = owner.choose_first_option(created)
        done = owner.complete(ready["id"], key=kassa.new_key())
        self.assertEqual((done.status, done.json["status"]), (200, "completed"), done.bytes)
        order = done.json["order"]["id"]
        merchant = kassa.Client(self.server.ready["admin"], self.server.keys["secret_key"])
        self.addCleanup(merchant.connection.close)
        shown = merchant.call("GET", f"/admin/v1/orders/{order}")
        self.assertEqual(shown.status, 200, shown.bytes)
        self.assertNotIn("#", shown.json["owner"])

    def test_a_repeated_create_does_not_tell_it_again(self):
        key = kassa.new_key()
        first = self.open(key)
        again = self.page.create([(ITEM, 1)], key=key)
        self.assertEqual((again.status, again.headers["idempotent-replayed"]), (201, "true"))
        self.assertNotIn(b"chkcs_", again.bytes)
        self.assertNotIn("client_secret", again.json)
        self.assertEqual(again.json, {name: value for name, value in first.items() if name != "client_secret"})

    def test_a_key_that_another_browser_may_use_too_is_refused(self):
        refused = self.page.create([(ITEM, 1)], key="create-1")
        self.assertEqual((refused.status, refused.json["code"]), (400, "idempotency_key_invalid"))
        for weak in ("", "x" * 21, "x" * 256):
            refused = self.client("publishable_key", weak).call(
                "POST", PATH[:-1], {"line_items": []}, headers={"Kassa-Client-Secret": weak}
            )
            self.assertEqual((refused.status, refused.json["code"]), (400, "invalid_request"))

    def test_a_client_may_choose_its_own_and_two_with_one_key_do_not_meet(self):
        mine, yours = "mine \"quoted\"".replace(" ", "-") + "m" * 20, "y" * 22
        key = "create-1"
        me, you = self.client("publishable_key", mine), self.client("publishable_key", yours)
        first = me.create([(ITEM, 1)], key=key)
        self.assertEqual((first.status, first.json["client_secret"]), (201, mine), first.bytes)
        other = you.create([(ITEM, 1)], key=key)
        self.assertEqual((other.status, other.json["client_secret"]), (201, yours))
        self.assertNotEqual(first.json["id"], other.json["id"])
        self.assertEqual(me.create([(ITEM, 1)], key=key).bytes, first.bytes)
        self.assertEqual(you.get(first.json["id"]).json["messages"][0]["code"], "not_found")
        self.assertEqual(me.get(first.json["id"]).json["id"], first.json["id"])

    def test_its_own_one_survives_a_restart(self):
        mine, key = kassa.new_key("secret"), kassa.new_key()
        self.page.secret = mine
        first = self.open(key)
        self.server.stop()
        self.server.start(tls=True)
        self.page = self.client("publishable_key", mine)
        self.assertEqual(self.open(key), first)
        owner = self.client("publishable_key", first["client_secret"])
        self.assertEqual(owner.get(first["id"]).status, 200)
        self.assertEqual(owner.cancel(first["id"]).json["status"], "canceled")

    def test_it_is_nowhere_on_disk_and_not_in_the_log(self):
        secrets = [self.open()["client_secret"], self.open(kassa.new_key())["client_secret"]]
        self.server.stop()
        for file in [*self.server.data.iterdir(), self.server.folder / "kassad.log"]:
            data = file.read_bytes()
            for secret in secrets:
                self.assertNotIn(secret.encode(), data, file.name)
        self.assertEqual(self.server.ask("SELECT count(*) FROM checkout"), [(2,)])

    def test_secret_keys_and_platforms_need_none(self):
        backend = self.client("secret_key")
        checkout = backend.create([(ITEM, 1)]).json["id"]
        self.assertEqual(backend.get(checkout).status, 200)
        self.assertEqual(self.client("secret_key", "chkcs_" + "0" * 26).get(checkout).json["id"], checkout)

    def test_the_backend_takes_a_pages_checkout_further_also_with_another_key(self):
        merchant = kassa.Client(self.server.ready["admin"], self.server.keys["secret_key"])
        self.addCleanup(merchant.connection.close)
        self.server.keys["second"] = merchant.call("POST", "/admin/v1/keys", {"kind": "secret"}).json["key"]
        second = self.client("second")
        made = self.page.create([(ITEM, 1)], fulfillment=kassa.shipping_to(kassa.US)).json
        self.assertEqual(second.get(made["id"]).json["id"], made["id"])
        ready = second.choose_first_option(made)
        done = second.complete(ready["id"], key=kassa.new_key())
        self.assertEqual((done.status, done.json["status"]), (200, "completed"), done.bytes)
        owner = self.client("publishable_key", made["client_secret"])
        self.assertEqual(owner.get(made["id"]).json["status"], "completed")
        backend = self.client("secret_key").create([(ITEM, 1)]).json
        self.assertEqual(second.cancel(backend["id"]).json["status"], "canceled")
        page = self.client("publishable_key", kassa.new_key("secret"))
        self.assertEqual(page.get(backend["id"]).json["messages"][0]["code"], "not_found")

    def test_saved_addresses_are_for_the_backend_only(self):
        merchant = kassa.Client(self.server.ready["admin"], self.server.keys["secret_key"])
        self.addCleanup(merchant.connection.close)
        read = merchant.call("GET", "/admin/v1/settings")
        changed = {**read.json, "saved_addresses": "platforms"}
        put = merchant.call("PUT", "/admin/v1/settings", changed, headers={"If-Match": read.headers["etag"]})
        self.assertEqual(put.status, 200, put.bytes)
        shopper = {"buyer": {"email": EMAIL}, "fulfillment": {"methods": [{"type": "shipping"}]}}
        backend = self.client("secret_key")

        def told(client):
            return client.create([(ITEM, 1)], **shopper).json["fulfillment"]["methods"][0].get("destinations")

        self.assertEqual([place["id"] for place in kassa.eventually(lambda: told(backend))], ["home", "work"])
        self.assertFalse(told(self.page))

        # The backend is told, whatever it does with the page's checkout; the page never is.
        made = self.page.create([(ITEM, 1)], **shopper).json
        owner = self.client("publishable_key", made["client_secret"])

        def places(reply):
            self.assertEqual(reply.status, 200, reply.bytes)
            return [place["id"] for place in reply.json["fulfillment"]["methods"][0].get("destinations", [])]

        self.assertEqual(places(backend.update(made["id"], {})), ["home", "work"])
        self.assertEqual(places(owner.get(made["id"])), [])
        echo = {"fulfillment": backend.get(made["id"]).json["fulfillment"]}
        self.assertEqual(places(backend.update(made["id"], echo)), ["home", "work"])
        self.assertEqual(places(owner.update(made["id"], {})), [])
        chosen = {"fulfillment": {"methods": [{"type": "shipping", "selected_destination_id": "work"}]}}
        self.assertEqual(places(backend.update(made["id"], chosen)), ["work", "home"])
        self.assertEqual(places(owner.get(made["id"])), ["work"])

    def test_a_page_may_send_the_header(self):
        asked = {"Origin": "https://quaystreet.example", "Access-Control-Request-Method": "GET"}
        answer = self.page.call("OPTIONS", PATH + "chk_1", headers=asked)
        self.assertEqual(answer.status, 204)
        self.assertIn("Kassa-Client-Secret", answer.headers["access-control-allow-headers"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
