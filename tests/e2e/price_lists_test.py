"""Price lists, currencies, terms of sale and tax exemption, as a merchant's backend meets them in a real shop."""

import json
import pathlib
import shutil
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "chaos")]
import kassa  # noqa: E402
import oracle  # noqa: E402


def digital(name, price="10.00", **more):
    """A product of one variant that needs no delivery; `more` are its terms."""
    variant = {"id": name, "price": price, "prices": {"EUR": price}, "requires_shipping": False, "tracked": False}
    return {"id": name, "title": name.title(), **more, "variants": [variant]}


PRODUCTS = [
    digital("ebook"),
    digital("crate", minimum_quantity=6, quantity_multiple=6, maximum_quantity=12),
    digital("early", sale_from="2099-01-01T00:00:00Z"),
    digital("late", sale_until="2001-01-01T00:00:00Z"),
    digital("wine", minimum_age=18),
    digital("rare", customer_limit=3),
    digital("next", preorder_until="2099-01-01T00:00:00Z"),
    {"id": "yenless", "title": "Dollars only", "variants": [{"price": "5.00", "requires_shipping": False}]},
]
LISTS = [{"id": "wholesale", "group": "trade", "priority": 1}, {"id": "winter"}]
PRICES = [
    {"variant": "ebook", "currency": "USD", "amount": "9.00", "min_quantity": 10},
    {"variant": "ebook", "currency": "USD", "amount": "6.00", "list": "wholesale"},
    {"variant": "ebook", "currency": "EUR", "amount": "8.00", "compare_at": "10.00", "list": "winter",
     "from": "2020-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z"},
    {"variant": "ebook", "currency": "EUR", "amount": "1.00", "list": "winter", "until": "2020-01-01T00:00:00Z"},
]
SHOPPERS = [
    {"id": "trader", "email": "trader@shop.example", "segments": ["trade"]},
    {"id": "school", "email": "school@shop.example", "tax_exemption": {"reason": "education", "id": "ME-77"}},
]
BUYER = {"email": "ada@shop.example"}


def codes_of(checkout):
    return [message["code"] for message in checkout.get("messages", []) if message["type"] == "error"]


def unit_prices(checkout):
    return [line["item"]["price"] for line in checkout["line_items"]]


class PriceLists(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="kassa-prices-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        kept = (kassa.ROOT / "infra/sample-store/products.ndjson").read_text().splitlines()
        self.bundle = kassa.sample_store(
            self.folder,
            [],
            shoppers=SHOPPERS,
            products=[*map(json.loads, kept), *PRODUCTS],
            price_lists=PRICES,
        )
        (self.bundle / "price_lists.json").write_text(json.dumps(LISTS))
        settings = json.loads((self.bundle / "store.json").read_text())
        settings.update(currency_by_country={"DE": "EUR"}, tax_exempt_shoppers=True)
        (self.bundle / "store.json").write_text(json.dumps(settings))
        self.server = kassa.Server(bundle=self.bundle).start()
        self.addCleanup(self.server.close)
        self.client = self.server.client()
        self.addCleanup(self.client.connection.close)

    def opened(self, lines, **more):
        reply = self.client.create(lines, **more)
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json

    def complete(self, checkout, **how):
        reply = self.client.complete(checkout["id"], key=kassa.new_key(), **how)
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    def order_of(self, done):
        admin = self.server.client("admin")
        self.addCleanup(admin.connection.close)
        return admin.call("GET", f"/admin/v1/orders/{done['order']['id']}").json

    def test_a_break_counts_the_pieces_of_all_lines(self):
        few = self.opened([("ebook", 9)], buyer=BUYER)
        self.assertEqual(unit_prices(few), [1000])
        lines = [{"item": {"id": "ebook"}, "quantity": 4}, {"item": {"id": "ebook"}, "quantity": 6}]
        many = self.client.update(few["id"], {"line_items": lines}).json
        self.assertEqual(unit_prices(many), [900, 900])
        done = self.complete(many)
        self.assertEqual((done["status"], kassa.total_of(done)), ("completed", kassa.total_of(many)))

    def test_a_groups_price_is_for_whom_the_backend_vouches(self):
        trader = self.opened([("ebook", 10)], buyer={"email": "Trader@shop.example"})
        self.assertEqual(unit_prices(trader), [600])
        other = self.client.update(trader["id"], {"buyer": BUYER}).json
        self.assertEqual(unit_prices(other), [900])
        guest = self.server.client(key="publishable_key")
        self.addCleanup(guest.connection.close)
        guest.secret = "s" * 43
        made = guest.create([("ebook", 10)], buyer={"email": "trader@shop.example"})
        self.assertEqual(made.status, 201, made.bytes)
        self.assertEqual(unit_prices(made.json), [900], "anybody can write an e-mail")
        back = self.client.update(other["id"], {"buyer": {"email": "trader@shop.example"}}).json
        done = self.complete(back)
        self.assertEqual(done["status"], "completed")
        self.assertEqual(self.order_of(done)["lines"][0]["price_list"], "wholesale")

    def test_the_currency_is_chosen_once(self):
        german = self.opened([("ebook", 1)], context={"address_country": "DE"})
        self.assertEqual((german["currency"], unit_prices(german)), ("EUR", [800]))
        asked = self.opened([("ebook", 1)], context={"address_country": "DE", "currency": "USD"})
        self.assertEqual((asked["currency"], unit_prices(asked)), ("USD", [1000]))
        self.assertEqual(self.opened([("ebook", 1)])["currency"], "USD")
        later = self.client.update(german["id"], {"context": {"currency": "USD"}}).json
        self.assertEqual(later["currency"], "EUR")
        none = self.client.update(german["id"], {"line_items": [{"item": {"id": "yenless"}, "quantity": 1}]}).json
        self.assertIn("item_unavailable", codes_of(none))

    def test_terms_are_told_and_keep_a_checkout_from_completing(self):
        for lines, expected in (
            ([("crate", 5)], ["minimum_quantity", "quantity_multiple"]),
            ([("crate", 18)], ["maximum_quantity"]),
            ([("crate", 12)], []),
            ([("early", 1)], ["not_on_sale_yet"]),
            ([("late", 1)], ["no_longer_on_sale"]),
            ([("wine", 1)], ["age_confirmation_required"]),
            ([("rare", 4)], ["customer_limit"]),
            ([("next", 1)], []),
        ):
            with self.subTest(lines):
                checkout = self.opened(lines, buyer=BUYER)
                self.assertEqual(codes_of(checkout), expected)
                told = self.complete(checkout)
                self.assertEqual(told["status"] == "completed", not expected)

    def test_no_customer_has_more_than_the_limit_however_many_try_at_once(self):
        spellings = ["ada@shop.example", "Ada@Shop.example"] * 4
        checkouts = [self.opened([("rare", 1)], buyer={"email": email}) for email in spellings]

        def buy(i):
            client = self.server.client()
            try:
                return client.complete(checkouts[i]["id"], key=kassa.new_key()).json
            finally:
                client.connection.close()

        answers = kassa.in_threads(len(checkouts), buy)
        done = [answer for answer in answers if answer["status"] == "completed"]
        self.assertEqual(len(done), 3, [answer["status"] for answer in answers])
        for answer in answers:
            if answer["status"] != "completed":
                self.assertIn("customer_limit", codes_of(answer))
        self.assertEqual(self.server.ask("SELECT sum(bought), count(*) FROM customer_item")[0], (3, 1))
        other = self.complete(self.opened([("rare", 3)], buyer={"email": "bob@shop.example"}))
        self.assertEqual(other["status"], "completed")
        self.assertEqual(oracle.Oracle.of(self.server).check(), [])

    def test_a_declined_payment_gives_the_pieces_back(self):
        checkout = self.opened([("rare", 3)], buyer=BUYER)
        declined = self.complete(checkout, token="fail_token")
        self.assertNotEqual(declined["status"], "completed")
        self.assertEqual(self.server.ask("SELECT sum(bought) FROM customer_item")[0], (0,))
        self.assertEqual(self.complete(checkout)["status"], "completed")
        self.assertEqual(self.server.ask("SELECT sum(bought) FROM customer_item")[0], (3,))

    def test_an_erased_buyer_leaves_no_trace_of_the_e_mail_in_what_was_bought(self):
        self.assertEqual(self.complete(self.opened([("rare", 3)], buyer=BUYER))["status"], "completed")
        merchant = self.server.client("admin")
        self.addCleanup(merchant.connection.close)
        reply = merchant.call("POST", "/admin/v1/persons/erasures", BUYER)
        self.assertEqual(reply.status, 200, reply.bytes)
        persons = self.server.ask("SELECT person_id FROM purchase")
        self.assertEqual(self.server.ask("SELECT customer FROM customer_item"), persons)
        self.assertEqual(self.server.ask("SELECT customer FROM customer_item_order"), persons)
        self.assertEqual(self.complete(self.opened([("rare", 3)], buyer=BUYER))["status"], "completed")

    def test_an_exempt_buyer_pays_no_tax_and_the_order_says_why(self):
        place = {"context": {"address_country": "US", "address_region": "ME"}}
        taxed = self.opened([("ebook", 1)], buyer=BUYER, **place)
        exempt = self.opened([("ebook", 1)], buyer={"email": "school@shop.example"}, **place)
        self.assertGreater(kassa.total_of(taxed), kassa.total_of(exempt))
        self.assertEqual(kassa.total_of(exempt), 1000)
        order = self.order_of(self.complete(exempt))
        self.assertEqual(order["tax_exemption"], {"reason": "education", "id": "ME-77"})
        self.assertEqual(order["taxes"], [])

    def test_prices_change_with_the_next_import(self):
        checkout = self.opened([("ebook", 10)], buyer=BUYER)
        self.assertEqual(unit_prices(checkout), [900])
        self.server.stop()
        prices = [dict(PRICES[0], amount="7.00"), *PRICES[1:]]
        (self.bundle / "price_lists.ndjson").write_text("".join(json.dumps(row) + "\n" for row in prices))
        self.server.import_bundle(self.bundle)
        self.server.start()
        self.client.connection.close()
        self.client = self.server.client()
        self.addCleanup(self.client.connection.close)
        now = self.client.get(checkout["id"]).json
        self.assertEqual(unit_prices(now), [700])


if __name__ == "__main__":
    unittest.main()
