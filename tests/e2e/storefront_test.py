"""A shop's own pages and servers over /v1, by a client that is made of the OpenAPI document alone."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import openapi_client  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
ROSES = "bouquet_roses"
BUYER = {"email": "ada@shop.example", "first_name": "Ada"}
ORDER = {"class": "order", "trigger": "automatic", "value": {"type": "percent", "bps": 1000}}


def lines(*items):
    return [{"item": {"id": item}, "quantity": quantity} for item, quantity in items]


class Shop(kassa.OneServer):
    def setUp(self):
        super().setUp()
        self.backend = openapi_client.OpenApiClient(self.client)

    def page(self, secret=None):
        """A shopper's browser: the publishable key, and the secret of one cart or checkout."""
        client = kassa.Client(self.server.ready["http"], self.server.keys["publishable_key"], secret=secret)
        self.addCleanup(client.connection.close)
        return openapi_client.OpenApiClient(client)

    def refused(self, reply, status, code):
        self.assertEqual((reply.status, reply.json["error"]["code"]), (status, code), reply.bytes)
        return reply.json["error"]

    def ready(self, api, **more):
        """A checkout with a delivery, as the API answers it."""
        body = {"line_items": lines((ITEM, 1)), "fulfillment": kassa.shipping_to(kassa.US), "buyer": BUYER, **more}
        made = api.v1_create_checkout(body)
        self.assertEqual(made.status, 201, made.bytes)
        if "client_secret" in made.json:
            api.client.secret = made.json["client_secret"]
        return self.choose(api, made.json)

    def choose(self, api, checkout):
        method = checkout["fulfillment"]["methods"][0]
        group = method["groups"][0]
        choice = {"id": group["id"], "selected_option_id": group["options"][0]["id"]}
        body = {"fulfillment": {"methods": [{"id": method["id"], "groups": [choice]}]}}
        chosen = api.v1_update_checkout(body, id=checkout["id"], if_match=checkout["etag"])
        self.assertEqual((chosen.status, chosen.json.get("status")), (200, "ready_for_complete"), chosen.bytes)
        return chosen.json

    def pay(self, api, checkout, key=None, token="success_token", **more):
        body = {"quote_hash": checkout["quote_hash"], **kassa.payment(token)}
        return api.v1_complete_checkout(
            body, id=checkout["id"], idempotency_key=key or kassa.new_key(), **more
        )


class Storefront(Shop):
    def test_a_page_buys_from_cart_to_order(self):
        page = self.page()
        wanted = {"line_items": lines((ITEM, 2)), "discounts": {"codes": ["WELCOME10"]}, "buyer": BUYER}
        cart = page.v1_create_cart(wanted)
        self.assertEqual(cart.status, 201, cart.bytes)
        self.assertTrue(cart.json["id"].startswith("crt_"))
        self.assertEqual(cart.headers["etag"], cart.json["etag"])
        page = self.page(cart.json["client_secret"])
        body = {"cart_id": cart.json["id"], "fulfillment": kassa.shipping_to(kassa.US), "note": "ring twice"}
        made = page.v1_create_checkout(body)
        self.assertEqual(made.status, 201, made.bytes)
        self.assertEqual(made.json["client_secret"], cart.json["client_secret"])
        self.assertEqual(made.json["discounts"]["codes"], ["WELCOME10"])
        self.assertEqual(made.json["note"], "ring twice")
        checkout = self.choose(page, made.json)
        key = kassa.new_key()
        done = self.pay(page, checkout, key)
        self.assertEqual((done.status, done.json["status"]), (200, "completed"), done.bytes)
        self.assertEqual(self.pay(page, checkout, key).bytes, done.bytes)
        for api in (page, self.backend):
            order = api.v1_get_order(id=done.json["order"]["id"])
            self.assertEqual((order.status, order.json["checkout_id"]), (200, checkout["id"]), order.bytes)
            self.assertNotIn("ucp", order.json)
        stranger = self.page("x" * 22)
        self.refused(stranger.v1_get_order(id=done.json["order"]["id"]), 404, "not_found")
        self.refused(stranger.v1_get_checkout(id=checkout["id"]), 404, "not_found")
        self.refused(stranger.v1_get_cart(id=cart.json["id"]), 404, "not_found")

    def test_a_tag_holds_until_something_changes(self):
        checkout = self.ready(self.backend)
        seen = self.backend.v1_get_checkout(id=checkout["id"])
        self.assertEqual(seen.headers["etag"], checkout["etag"])
        again = self.backend.v1_get_checkout(id=checkout["id"], if_none_match=checkout["etag"])
        self.assertEqual((again.status, again.bytes, again.headers["etag"]), (304, b"", checkout["etag"]))
        change = {"buyer": {"email": "eve@shop.example"}}
        changed = self.backend.v1_update_checkout(change, id=checkout["id"], if_match=checkout["etag"])
        self.assertNotEqual(changed.json["etag"], checkout["etag"])
        stale = self.backend.v1_update_checkout({"note": "late"}, id=checkout["id"], if_match=checkout["etag"])
        self.refused(stale, 412, "version_conflict")
        self.refused(self.pay(self.backend, checkout, if_match=checkout["etag"]), 412, "version_conflict")
        weak = self.backend.v1_update_checkout({"note": "w"}, id=checkout["id"], if_match="W/" + changed.json["etag"])
        self.refused(weak, 412, "version_conflict")
        self.assertEqual(self.backend.v1_get_checkout(id=checkout["id"]).json, changed.json)
        both = f'"other", {changed.json["etag"]}'
        self.assertEqual(self.backend.v1_update_checkout({"note": "now"}, id=checkout["id"], if_match=both).status, 200)

    def test_the_repeat_of_a_conditional_change_is_its_first_answer(self):
        checkout, key = self.ready(self.backend), kassa.new_key()
        first, second = (
            self.backend.v1_update_checkout(
                {"note": "once"}, id=checkout["id"], if_match=checkout["etag"], idempotency_key=key
            )
            for _ in range(2)
        )
        self.assertEqual((second.status, second.bytes), (200, first.bytes))
        self.assertEqual(second.headers["etag"], first.headers["etag"])

    def test_reading_by_another_caller_leaves_a_page_its_tag(self):
        page = self.page()
        checkout = self.ready(page)
        self.assertEqual(self.backend.v1_get_checkout(id=checkout["id"]).status, 200)
        kept = page.v1_update_checkout({"note": "mine"}, id=checkout["id"], if_match=checkout["etag"])
        self.assertEqual(kept.status, 200, kept.bytes)

    def test_a_key_with_other_content_is_422_and_none_is_428(self):
        checkout, key = self.ready(self.backend), kassa.new_key()
        self.assertEqual(self.pay(self.backend, checkout, key, token="fail_token").status, 402)
        other = self.pay(self.backend, checkout, key)
        self.refused(other, 422, "idempotency_conflict")
        for call in (self.backend.v1_complete_checkout, self.backend.v1_cancel_checkout):
            body = {"quote_hash": "x"} if call is self.backend.v1_complete_checkout else None
            self.refused(call(body, id=checkout["id"]), 428, "idempotency_key_required")
        unnamed = self.backend.v1_complete_checkout(
            kassa.payment("success_token"), unchecked=True, id=checkout["id"], idempotency_key=kassa.new_key()
        )
        self.assertEqual(self.refused(unnamed, 400, "invalid_request")["path"], "/quote_hash")

    def test_a_declined_payment_is_402_with_the_checkout_and_can_be_tried_again(self):
        checkout = self.ready(self.backend)
        failed = self.refused(self.pay(self.backend, checkout, token="fail_token"), 402, "payment_declined")
        shown = failed["details"]["checkout"]
        self.assertEqual((shown["status"], shown["quote_hash"]), ("ready_for_complete", checkout["quote_hash"]))
        self.assertEqual(self.pay(self.backend, shown).json["status"], "completed")

    def test_a_price_that_moved_is_409_until_the_new_one_is_named(self):
        checkout = self.ready(self.backend)
        before = self.price_of_a_cart()
        merchant = self.server.client("admin")
        self.addCleanup(merchant.connection.close)
        name = f"/admin/v1/discounts/moved-{kassa.new_key()}"
        put = merchant.call("PUT", name, {**ORDER, "title": "Less"}, headers={"If-None-Match": "*"})
        self.assertLess(put.status, 300, put.bytes)
        self.addCleanup(self.take_back, merchant, name, before)

        def has_moved():
            shown = self.backend.v1_get_checkout(id=checkout["id"]).json
            return shown["quote_hash"] != checkout["quote_hash"]

        self.assertTrue(kassa.eventually(has_moved))
        moved = self.refused(self.pay(self.backend, checkout), 409, "price_changed")["details"]["checkout"]
        self.refused(self.pay(self.backend, checkout), 409, "price_changed")
        self.assertLess(kassa.total_of(moved), kassa.total_of(checkout))
        done = self.pay(self.backend, moved)
        self.assertEqual((done.status, kassa.total_of(done.json)), (200, kassa.total_of(moved)), done.bytes)

    def take_back(self, merchant, rule, total):
        """The other cases want prices that rest."""
        merchant.call("DELETE", rule)
        self.assertTrue(kassa.eventually(lambda: self.price_of_a_cart() == total))

    def price_of_a_cart(self):
        return kassa.total_of(self.backend.v1_create_cart({"line_items": lines((ITEM, 1))}).json)

    def test_what_is_missing_stands_in_messages_and_refuses_only_completion(self):
        made = self.backend.v1_create_checkout({"line_items": lines((ITEM, 1))})
        self.assertEqual((made.status, made.json["status"]), (201, "incomplete"))
        early = self.refused(self.pay(self.backend, made.json), 409, "checkout_not_ready")
        self.assertEqual(early["details"]["checkout"]["status"], "incomplete")

    def test_over_is_over(self):
        checkout = self.ready(self.backend)
        key = kassa.new_key()
        gone = self.backend.v1_cancel_checkout(id=checkout["id"], idempotency_key=key)
        self.assertEqual((gone.status, gone.json["status"]), (200, "canceled"))
        self.assertEqual(self.backend.v1_cancel_checkout(id=checkout["id"], idempotency_key=key).bytes, gone.bytes)
        late = self.backend.v1_update_checkout({"note": "late"}, id=checkout["id"])
        self.refused(late, 409, "checkout_terminal")

    def test_routes_that_are_none_say_so_in_the_same_shape(self):
        for method, path, status, code in (
            ("GET", "/v1/nothing", 404, "not_found"),
            ("DELETE", "/v1/carts", 405, "method_not_allowed"),
        ):
            self.refused(self.client.call(method, path), status, code)
        keyless = kassa.Client(self.server.ready["http"], agent='profile="https://agent.example/p.json"')
        self.addCleanup(keyless.connection.close)
        self.refused(keyless.call("POST", "/v1/carts", {"line_items": []}), 401, "unauthorized")


class Carts(Shop):
    def open(self, api=None, **more):
        made = (api or self.backend).v1_create_cart({"line_items": lines((ITEM, 1)), **more})
        self.assertEqual(made.status, 201, made.bytes)
        return made.json

    def convert(self, cart, api=None, **more):
        return (api or self.backend).v1_create_checkout({"cart_id": cart["id"], **more})

    def test_put_replaces_all_of_a_cart(self):
        cart = self.open(buyer=BUYER, discounts={"codes": ["WELCOME10"]}, note="n")
        put = self.backend.v1_update_cart({"line_items": lines((ROSES, 2))}, id=cart["id"], if_match=cart["etag"])
        self.assertEqual(put.status, 200, put.bytes)
        for gone in ("buyer", "note", "discounts"):
            self.assertNotIn(gone, put.json)
        self.assertEqual([line["item"]["id"] for line in put.json["line_items"]], [ROSES])
        shown = self.backend.v1_get_cart(id=cart["id"], if_none_match=put.json["etag"])
        self.assertEqual(shown.status, 304)
        stale = self.backend.v1_update_cart({"line_items": []}, id=cart["id"], if_match=cart["etag"])
        self.refused(stale, 412, "version_conflict")
        other = self.backend.v1_update_cart({"line_items": [], "id": "crt_x"}, unchecked=True, id=cart["id"])
        self.refused(other, 400, "invalid_request")

    def test_a_new_context_takes_its_language_from_the_header(self):
        one, german = {"line_items": lines((ITEM, 1))}, "de-AT, en;q=0.5"

        def language(reply):
            self.assertIn(reply.status, (200, 201), reply.bytes)
            return reply.json.get("context", {}).get("language")

        made = self.backend.v1_create_cart(one, accept_language=german)
        self.assertEqual(language(made), "de")
        for body, header, told in (
            (one, german, "de"),
            ({**one, "context": {"language": "es"}}, german, "es"),
            (one, None, None),
        ):
            put = self.backend.v1_update_cart(body, id=made.json["id"], accept_language=header)
            self.assertEqual(language(put), told)
        hindi = {**one, "context": {"language": "hi"}}
        made = self.backend.v1_create_checkout(hindi, accept_language=german)
        self.assertEqual(language(made), "hi")
        for body, told in (({}, "hi"), ({"context": {"address_country": "AT"}}, "de")):
            patched = self.backend.v1_update_checkout(body, id=made.json["id"], accept_language=german)
            self.assertEqual(language(patched), told)

    def test_a_cart_must_be_named(self):
        for cart, path in (("", "/cart_id"), (None, "/line_items")):
            reply = self.backend.v1_create_checkout({"cart_id": cart}, unchecked=True)
            self.assertEqual((reply.status, reply.json["error"]["path"]), (400, path), reply.bytes)

    def test_an_empty_cart_lacks_nothing(self):
        made = self.backend.v1_create_cart({"line_items": []})
        self.assertEqual((made.status, made.json["messages"]), (201, []))

    def test_cancel_answers_what_was_there_and_then_nothing_is(self):
        cart = self.open(buyer=BUYER)
        canceled = self.backend.v1_cancel_cart(id=cart["id"])
        self.assertEqual((canceled.status, canceled.json["line_items"]), (200, cart["line_items"]))
        for reply in (
            self.backend.v1_get_cart(id=cart["id"]),
            self.backend.v1_update_cart({"line_items": []}, id=cart["id"]),
            self.backend.v1_cancel_cart(id=cart["id"]),
            self.convert(cart),
        ):
            self.refused(reply, 404, "not_found")

    def test_a_cart_is_no_checkout_and_a_checkout_no_cart(self):
        cart = self.open()
        checkout = self.ready(self.backend)
        key = kassa.new_key()
        for reply in (
            self.backend.v1_get_checkout(id=cart["id"]),
            self.backend.v1_update_checkout({}, id=cart["id"]),
            self.backend.v1_cancel_checkout(id=cart["id"], idempotency_key=key),
            self.backend.v1_complete_checkout({"quote_hash": "x"}, id=cart["id"], idempotency_key=key),
            self.backend.v1_get_cart(id=checkout["id"]),
            self.backend.v1_update_cart({"line_items": []}, id=checkout["id"]),
            self.backend.v1_cancel_cart(id=checkout["id"]),
            self.convert(checkout),
        ):
            self.refused(reply, 404, "not_found")

    def test_what_the_cart_says_wins(self):
        cart = self.open(buyer=BUYER, context={"address_country": "US", "address_region": "IL"})
        made = self.convert(
            cart, line_items=lines((ROSES, 9)), buyer={"email": "eve@shop.example"}, discounts={"codes": ["WELCOME10"]}
        )
        self.assertEqual([line["item"]["id"] for line in made.json["line_items"]], [ITEM])
        self.assertEqual(made.json["buyer"]["email"], BUYER["email"])
        self.assertEqual(made.json["context"], cart["context"])
        self.assertEqual(made.json["discounts"]["codes"], ["WELCOME10"])

    def test_a_second_conversion_is_the_same_checkout_until_that_is_over(self):
        cart, key = self.open(), kassa.new_key()
        first = self.backend.v1_create_checkout({"cart_id": cart["id"]}, idempotency_key=key)
        self.assertEqual(first.status, 201, first.bytes)
        again = self.convert(cart)
        self.assertEqual((again.status, again.json["id"]), (200, first.json["id"]))
        self.assertEqual(again.headers["etag"], again.json["etag"])
        replay = self.backend.v1_create_checkout({"cart_id": cart["id"]}, idempotency_key=key)
        self.assertEqual((replay.status, replay.bytes), (201, first.bytes))
        self.backend.v1_cancel_checkout(id=first.json["id"], idempotency_key=kassa.new_key())
        third = self.convert(cart)
        self.assertEqual(third.status, 201, third.bytes)
        self.assertNotEqual(third.json["id"], first.json["id"])
        self.assertEqual(self.convert(cart).json["id"], third.json["id"])

    def test_many_conversions_at_once_make_one_checkout(self):
        for _ in range(5):
            cart = self.open()

            def convert(_, cart=cart):
                client = self.server.client()
                try:
                    return openapi_client.OpenApiClient(client).v1_create_checkout({"cart_id": cart["id"]})
                finally:
                    client.connection.close()

            replies = kassa.in_threads(8, convert)
            self.assertEqual({reply.json["id"] for reply in replies}, {replies[0].json["id"]})
            self.assertEqual(sorted(reply.status for reply in replies), [200] * 7 + [201])

    def test_a_cart_and_its_checkout_survive_a_restart(self):
        page = self.page()
        cart = self.open(page)
        page = self.page(cart["client_secret"])
        made = self.convert(cart, page)
        self.server.stop()
        self.server.start()
        self.client = self.server.client()
        self.addCleanup(self.client.connection.close)
        page = self.page(cart["client_secret"])
        shown = page.v1_get_cart(id=cart["id"])
        self.assertEqual((shown.status, shown.json["line_items"]), (200, cart["line_items"]), shown.bytes)
        again = self.convert(cart, page)
        self.assertEqual((again.status, again.json["id"]), (200, made.json["id"]), again.bytes)

    def test_a_backend_converts_a_pages_cart_for_the_page(self):
        page = self.page()
        cart = self.open(page)
        made = self.convert(cart)
        self.assertEqual(made.status, 201, made.bytes)
        self.assertNotIn("client_secret", made.json)
        owner = self.page(cart["client_secret"])
        self.assertEqual(owner.v1_get_checkout(id=made.json["id"]).json["id"], made.json["id"])

    def test_the_same_carts_over_ucp(self):
        body = {"line_items": lines((ITEM, 1)), "buyer": BUYER}
        made = self.client.call("POST", "/ucp/v1/carts", body)
        self.assertEqual(made.status, 201, made.bytes)
        self.assertIn("dev.ucp.shopping.cart", made.json["ucp"]["capabilities"])
        self.assertNotIn("status", made.json)
        path = f"/ucp/v1/carts/{made.json['id']}"
        put = self.client.call("PUT", path, {"id": made.json["id"], "line_items": lines((ITEM, 3))})
        self.assertEqual((put.json["line_items"][0]["quantity"], "buyer" in put.json), (3, False), put.bytes)
        self.assertEqual(self.backend.v1_get_cart(id=made.json["id"]).json["line_items"], put.json["line_items"])
        checkout = self.client.call("POST", "/ucp/v1/checkout-sessions", {"cart_id": made.json["id"], "line_items": []})
        self.assertEqual((checkout.status, checkout.json["line_items"][0]["quantity"]), (201, 3), checkout.bytes)
        again = self.client.call("POST", "/ucp/v1/checkout-sessions", {"cart_id": made.json["id"], "line_items": []})
        self.assertEqual((again.status, again.json["id"]), (200, checkout.json["id"]))
        canceled = self.client.call("POST", path + "/cancel", {})
        self.assertEqual(canceled.json["line_items"], put.json["line_items"], canceled.bytes)
        self.assertEqual(self.client.call("GET", path).json["messages"][0]["code"], "not_found")
        profile = self.client.call("GET", "/.well-known/ucp").json
        self.assertIn("dev.ucp.shopping.cart", profile["ucp"]["capabilities"])


if __name__ == "__main__":
    unittest.main()
