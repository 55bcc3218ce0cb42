"""A storefront of the OpenAPI document alone, by types generated from it: browse, cart, checkout, order, in three
currencies and three languages."""

import json
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import openapi_client  # noqa: E402
from openapi_types import TYPES  # noqa: E402

PRICES = {"USD": "66.00", "EUR": "62.00", "JPY": "9800"}
LAMP = {
    "id": "harbour-lamp",
    "title": "Harbour lamp",
    "category": "Lamps",
    "variants": [{"id": "lamp-brass", "sku": "LAMP-1", "prices": PRICES, "grams": 600, "on_hand": 50}],
}
POST = {"USD": 1990, "EUR": 1890, "JPY": 2900}
ADDRESSES = {
    "US": ("1 Example Street", "Springfield", "IL", "62704"),
    "DE": ("Hafenstr. 1", "Hamburg", "", "20457"),
    "JP": ("1-1 Chiyoda", "Tokyo", "JP-13", "100-0001"),
}
PARTS = ("street_address", "address_locality", "address_region", "postal_code")
ENGRAVING = {"name": "Engraving", "value": "Für Ada"}


def write_bundle(folder):
    """The sample shop, which also sells a lamp in yen."""
    bundle = Path(folder) / "bundle"
    shutil.copytree(kassa.ROOT / "infra/sample-store", bundle)
    with open(bundle / "products.ndjson", "a", encoding="utf-8") as products:
        products.write(json.dumps(LAMP) + "\n")
    settings = json.loads((bundle / "store.json").read_text())
    settings["currencies"] = list(PRICES)
    (bundle / "store.json").write_text(json.dumps(settings))
    shipping = json.loads((bundle / "shipping.json").read_text())
    for zone in shipping["zones"]:
        if zone["id"] == "world":
            zone["rates"][0]["amounts"] = POST
    (bundle / "shipping.json").write_text(json.dumps(shipping))
    return bundle


def amount(resource, kind):
    return next(total.amount for total in resource.totals if total.type == kind)


class Journey(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            cls.server = kassa.Server(bundle=write_bundle(folder))
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def page(self, secret=None):
        client = kassa.Client(self.server.ready["http"], self.server.keys["publishable_key"], secret=secret)
        self.addCleanup(client.connection.close)
        return openapi_client.OpenApiClient(client)

    def answer(self, kind, reply, status=200):
        self.assertEqual(reply.status, status, reply.bytes)
        return kind.read(reply.json)

    def browse(self, currency):
        """Finds the lamp by its words and by its category, and looks at it."""
        page = self.page()
        found = self.answer(TYPES.V1ProductPage, page.v1_search_catalog(q="lamp harb", currency=currency))
        listed = self.answer(TYPES.V1ProductPage, page.v1_search_catalog(category="Lamps", currency=currency, limit=5))
        self.assertEqual([one.id for one in found.products], [one.id for one in listed.products])
        shown = page.v1_get_product(id=found.products[0].id, currency=currency)
        self.assertEqual(shown.status, 200, shown.bytes)
        variant = TYPES.V1Product.read(shown.json["product"]).variants[0]
        self.assertEqual((variant.price.currency, variant.availability.available), (currency, True))
        return variant

    def open_cart(self, variant, currency, language):
        line = {"item": {"id": variant.id}, "quantity": 2, "properties": [ENGRAVING]}
        wanted = TYPES.V1CartInput.make(line_items=[line], context={"currency": currency, "language": language})
        cart = self.answer(TYPES.V1Cart, self.page().v1_create_cart(wanted), 201)
        self.assertEqual((cart.currency, amount(cart, "subtotal")), (currency, 2 * variant.price.amount))
        return cart

    def deliver(self, page, checkout, country):
        there = {"id": "home", "first_name": "Ada", "last_name": "Example", "address_country": country}
        there.update({name: part for name, part in zip(PARTS, ADDRESSES[country]) if part})
        method = {"type": "shipping", "destinations": [there], "selected_destination_id": "home"}
        said = TYPES.V1CheckoutInput.make(
            buyer={"email": "ada@shop.example"}, fulfillment={"methods": [method]}, note="Ring twice"
        )
        offered = self.answer(
            TYPES.V1Checkout, page.v1_update_checkout(said, id=checkout.id, if_match=checkout.etag)
        )
        method = offered.fulfillment.methods[0]
        group = method.groups[0]
        choice = {"id": group.id, "selected_option_id": group.options[0].id}
        said = TYPES.V1CheckoutInput.make(fulfillment={"methods": [{"id": method.id, "groups": [choice]}]})
        ready = self.answer(TYPES.V1Checkout, page.v1_update_checkout(said, id=offered.id, if_match=offered.etag))
        self.assertEqual((ready.status, ready.messages), ("ready_for_complete", []))
        return ready

    def pay(self, page, checkout):
        handler = next(iter(checkout.payment_handlers.entries().values()))[0]
        token = {"type": "token", "token": "success_token"}
        card = {"id": "card", "handler_id": handler.id, "type": "card", "selected": True, "credential": token}
        said = TYPES.V1CompleteInput.make(quote_hash=checkout.quote_hash, payment={"instruments": [card]})
        reply = page.v1_complete_checkout(said, id=checkout.id, idempotency_key=kassa.new_key())
        done = self.answer(TYPES.V1Checkout, reply)
        self.assertEqual(done.status, "completed")
        return self.answer(TYPES.V1Order, page.v1_get_order(id=done.order.id))

    def shop(self, currency, country, language):
        """From the first look to the order; what the new checkout says is missing."""
        variant = self.browse(currency)
        cart = self.open_cart(variant, currency, language)
        page = self.page(cart.client_secret)
        made = page.v1_create_checkout(TYPES.V1CheckoutCreate.make(cart_id=cart.id))
        checkout = self.answer(TYPES.V1Checkout, made, 201)
        missing = {message.code: message.content for message in checkout.messages if message.type == "error"}
        self.assertEqual((checkout.currency, checkout.status), (currency, "incomplete"))
        ready = self.deliver(page, checkout, country)
        order = self.pay(page, ready)
        line = order.line_items[0]
        self.assertEqual((order.currency, amount(order, "total")), (currency, amount(ready, "total")))
        self.assertEqual((line.quantity.total, line.item.price, line.sku), (2, variant.price.amount, "LAMP-1"))
        self.assertEqual([(one.name, one.value) for one in line.properties], [("Engraving", "Für Ada")])
        self.assertEqual((order.note, order.checkout_id), ("Ring twice", ready.id))
        self.assertEqual(order.fulfillment.expectations[0].destination.address_country, country)
        return missing

    def test_three_currencies_and_three_languages_from_the_first_look_to_the_order(self):
        english = self.shop("USD", "US", "en")
        german = self.shop("EUR", "DE", "de")
        arabic = self.shop("JPY", "JP", "ar")
        self.assertTrue(english)
        for other in (german, arabic):
            self.assertEqual(other.keys(), english.keys())
            for code, content in other.items():
                self.assertNotEqual(content, english[code])
        letters = "".join(arabic.values())
        self.assertTrue(any("\u0600" <= letter <= "\u06ff" for letter in letters), letters)

    def test_the_types_know_what_the_document_says_and_no_more(self):
        with self.assertRaises(AttributeError):
            _ = TYPES.V1Error.read({"error": {"code": "c", "message": "m", "path": "", "details": {}}}).error.reason
        with self.assertRaises(AssertionError):
            TYPES.V1CartInput.make(line_items=[{"item": {"id": "x", "colour": "red"}}])
        with self.assertRaises(AssertionError):
            TYPES.V1Cart.read({"id": "crt_1"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
