"""Kassa's own pages in a store without any: a checkout is resumed, a payment's end is told, an order is looked up."""

import base64
import http.client
import json
import re
import shutil
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import kassa  # noqa: E402
import processes  # noqa: E402

ITEM = "harbour-espresso--250-g-filter"
VOID = {"meta", "br", "link", "img", "input"}


class Page(HTMLParser):
    """A page as a browser without scripts reads it; refuses tags that are not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.root, self.refresh, self.words = [], [], {}, None, []
        self.headings, self.foreign = [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "html":
            self.root = attributes
        if tag == "a":
            self.links.append(attributes["href"])
        if attributes.get("http-equiv") == "refresh":
            self.refresh = int(attributes["content"])
        if tag in ("script", "img", "iframe", "link", "object") or any(name.startswith("on") for name in attributes):
            self.foreign.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)
        if self.open and re.fullmatch("h[1-6]", self.open[-1]):
            self.headings.append((self.open[-1], data))

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="kassa-pages-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        bundle = kassa.sample_store(folder, [])
        settings = json.loads((bundle / "store.json").read_text())
        for name in ("continue_url", "order_url"):
            del settings[name]
        (bundle / "store.json").write_text(json.dumps(settings))
        cls.server = kassa.Server(bundle=bundle).start()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.client = self.server.client()
        self.addCleanup(self.client.connection.close)

    def fetch(self, url, method="GET", body=None, **headers):
        """As a stranger's browser: no key, nothing but the link."""
        base = self.server.ready["http"]
        self.assertTrue(url.startswith(base + "/"), url)
        connection = http.client.HTTPConnection(base.split("://")[1], timeout=20)
        self.addCleanup(connection.close)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, url[len(base) :], body, names)
        answer = connection.getresponse()
        return kassa.Reply(answer.status, answer.getheaders(), answer.read())

    def page(self, url, status=200, **headers):
        reply = self.fetch(url, **headers)
        self.assertEqual(reply.status, status, reply.bytes)
        self.assertEqual(reply.headers["content-type"], "text/html; charset=utf-8")
        for name, value in (
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex"),
        ):
            self.assertEqual(reply.headers[name], value)
        self.assertIn("default-src 'none'", reply.headers["content-security-policy"])
        page = Page(reply.bytes.decode())
        self.assertEqual(page.foreign, [])
        self.assertEqual([tag for tag, _ in page.headings][0], "h1")
        self.assertEqual(page.root["dir"], "rtl" if page.root["lang"] == "ar" else "ltr")
        return page

    def ready(self):
        return self.client.open_ready([(ITEM, 2)], buyer={"email": "ada@shop.example", "first_name": "Ada"})

    def test_a_checkout_is_resumed_and_its_order_looked_up_by_link(self):
        checkout = self.ready()
        url = checkout["continue_url"]
        token = url.rsplit("/", 1)[1]
        self.assertNotIn(checkout["id"][4:].encode(), base64.urlsafe_b64decode(token + "=="))
        page = self.page(url)
        total = f"{kassa.total_of(checkout) // 100}.{kassa.total_of(checkout) % 100:02}"
        self.assertIn("Everything is chosen", page.text)
        self.assertIn(total, page.text)
        self.assertIn("a…@shop.example", page.text)
        self.assertNotIn("Ada", page.text)
        done = self.client.complete(checkout["id"], key=kassa.new_key())
        self.assertEqual(done.json["status"], "completed", done.bytes)
        link = done.json["order"]["permalink_url"]
        after = self.page(url)
        self.assertIn(link, after.links)
        order = self.page(link)
        for words in ("Thank you", total, "paid", "a…@shop.example", "Springfield US"):
            self.assertIn(words, order.text)
        for words in ("Ada", "Example Street", "62704", "ada@"):
            self.assertNotIn(words, order.text)
        shown = self.client.call("GET", f"/v1/orders/{done.json['order']['id']}")
        self.assertEqual(shown.json["permalink_url"], link)
        shown = self.client.call("GET", f"/ucp/v1/orders/{done.json['order']['id']}")
        self.assertEqual(shown.json["permalink_url"], link)

    def test_what_is_missing_is_said_in_the_readers_language(self):
        made = self.client.create([(ITEM, 1)], context={"language": "es"})
        url = made.json["continue_url"]
        self.assertIn("Todavía falta algo", self.page(url).text)
        self.assertIn("Es fehlt noch etwas", self.page(url, accept_language="de-AT, en;q=0.8").text)
        arabic = self.page(url, accept_language="ar")
        self.assertEqual(arabic.root, {"lang": "ar", "dir": "rtl"})

    def test_a_payment_that_waits_for_its_buyer_is_told_as_it_ends(self):
        for token, approve in (("tok_action", True), ("tok_action", False)):
            checkout = self.ready()
            url = checkout["continue_url"]
            back = self.client.call("GET", f"/v1/checkouts/{checkout['id']}").json["return_url"]
            self.assertIn("nothing was bought", self.page(back).text)
            parked = self.client.complete(checkout["id"], token, key=kassa.new_key()).json
            self.assertEqual(parked["status"], "requires_escalation")
            waiting = self.page(url)
            self.assertEqual(waiting.refresh, 5)
            self.assertIn(parked["continue_url"], waiting.links)
            self.assertIn("being checked", self.page(back + "?status=paid").text)
            form = self.fetch(back, "POST", "status=paid")
            self.assertEqual((form.status, form.headers["location"]), (303, back.rsplit("/", 1)[1]))
            ok = "true" if approve else "false"
            path = parked["continue_url"].split("/testing/", 1)[1]
            self.assertEqual(self.client.call("POST", f"/testing/{path}?ok={ok}").status, 200)
            processes.wait_until(lambda: self.page(url).refresh is None, "the end of the payment")
            words = "Thank you for your order" if approve else "Everything is chosen"
            self.assertIn(words, self.page(url).text)
            ended = self.page(back + "?status=" + ("declined" if approve else "paid"))
            self.assertIn("The payment was made" if approve else "nothing was bought", ended.text)
            self.assertIsNone(ended.refresh)
            self.assertEqual(url in ended.links, not approve)

    def test_a_link_that_does_not_hold_shows_one_page(self):
        url = self.ready()["continue_url"]
        folder, token = url.rsplit("/", 1)
        base = self.server.ready["http"]
        none = self.fetch(f"{base}/c/none")
        self.assertEqual(none.status, 404)
        self.page(f"{base}/c/none", 404)
        changed = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
        for wrong in (f"{folder}/{changed}", f"{base}/o/{token}", f"{base}/r/{token}", f"{folder}/{token[:40]}"):
            reply = self.fetch(wrong)
            self.assertEqual((reply.status, reply.bytes), (404, none.bytes), wrong)
        self.assertEqual(self.fetch(f"{base}/r/{token}", "POST", "status=paid").status, 404)
        self.assertEqual(self.fetch(url, "POST", "status=paid").status, 405)

    def test_a_link_is_nowhere_in_the_log(self):
        url = self.ready()["continue_url"]
        self.page(url)
        self.assertNotIn(url.rsplit("/", 1)[1], (self.server.folder / "kassad.log").read_text())


if __name__ == "__main__":
    unittest.main()
