"""A server that dies where it was told to and is started again: what every run of the crash loop is made of."""

import http.client
import sqlite3
import time

import kassa

ITEM = "harbour-espresso--250-g-filter"
LOST = (OSError, http.client.HTTPException)
PATIENCE_SECONDS = 20
# Where other processes may serve the same shop, what a dead one began is taken up when its lease of 20 s has ended.
SHARED_PATIENCE_SECONDS = 60


def patience(server):
    return SHARED_PATIENCE_SECONDS if server.database else PATIENCE_SECONDS


def total_of(answer):
    return kassa.total_of(answer.json)


def change(server, sql, file="kassa"):
    """By hand, past the process: in kassa.db, keys.db or sandbox.db, or the schema that stands for it."""
    schema = "kassa" if file == "kassa" else f"kassa_{file}"
    if server.database:
        return kassa.psql.ask(server.database, f"SET search_path = {schema}; {sql}")
    db = sqlite3.connect(server.data / f"{file}.db", timeout=10)
    try:
        with db:
            return "\n".join("|".join(map(str, row)) for row in db.execute(sql).fetchall())
    finally:
        db.close()


class Shopper:
    """Retries like a good SDK: same key for the same intent, until the answer is final."""

    item, address, handler = ITEM, kassa.US, "sandbox_card"

    def __init__(self, server, died_with=-9):
        self.server = server
        self.died_with = died_with
        self.deaths = 0
        self.create_key = kassa.new_key("create")
        self.complete_key = kassa.new_key("complete")
        self.checkout = None

    def connect(self):
        return self.server.client()

    def buy(self, token="success_token"):
        """Returns the final answer of complete; restarts the server whenever it died."""
        end = time.monotonic() + patience(self.server)
        while time.monotonic() < end:
            client = self.connect()
            try:
                answer = self.step(client, token)
                if answer is not None:
                    return answer
            except LOST:
                self.bury()
                self.server.start()
            finally:
                client.connection.close()
        raise AssertionError("no final answer in time")

    def bury(self):
        code = self.server.wait_dead()
        assert code == self.died_with, f"died with {code}, not as planned"
        self.deaths += 1

    def step(self, client, token, **more):
        more["fulfillment"] = kassa.shipping_to(self.address)
        created = client.create([(self.item, 1)], key=self.create_key, **more)
        if created.status >= 500:
            return None  # A store on its way out; the next request meets a closed connection.
        assert created.status == 201, created.bytes
        self.checkout = created.json["id"]
        state = client.get(self.checkout)
        if state.status == 200 and state.json.get("status") == "incomplete":
            client.choose_first_option(state.json)  # New, or its last edit died with the process.
        reply = client.complete(self.checkout, token, key=self.complete_key, handler=self.handler)
        if reply.status >= 500 or reply.status == 409:  # Still running elsewhere, or waiting for its lease.
            time.sleep(0.1)
            return None
        codes = [message.get("code") for message in reply.json.get("messages", [])]
        if "price_changed" in codes:  # Nobody knows any more what was shown last. This has shown it: a new click.
            self.complete_key = kassa.new_key("complete")
        return reply if reply.json.get("status") == "completed" or "payment_failed" in codes else None


class Crashing:
    """A kassa.Server whose deaths are counted, each as planned. `flags` and `env` are those of every start."""

    def __init__(self, server, flags=(), env=None):
        self.server = server
        self.flags, self.env = flags, env or {}
        self.deaths = 0

    def start(self, where=None):
        """`where`: "point:n". It may die before it is ready; the next start is a clean one."""
        try:
            self.server.start(*self.flags, env={**self.env, **({"CRASH_AT": where} if where else {})})
        except RuntimeError as died:
            assert where and "ended with -9" in str(died), died
            self.deaths += 1
            self.server.start(*self.flags, env=self.env)
        return self

    def start_again(self, where=None):
        if self.server.process is not None:
            assert self.server.stop() == 0
        return self.start(where)

    def bury(self):
        code = self.server.wait_dead()
        assert code == -9, f"died with {code}, not as planned"
        self.deaths += 1
        self.start()

    def ask(self, request, listener="http"):
        """The answer to request(client), or None: it died of it, and is up again."""
        client = self.server.client(listener)
        try:
            return request(client)
        except LOST:
            self.bury()
            return None
        finally:
            client.connection.close()

    def until(self, is_so, what, on_death=lambda: None):
        """Waits for it over deaths."""
        end = time.monotonic() + patience(self.server)
        while True:
            if not self.server.alive:
                self.bury()
                on_death()
            try:
                if is_so():
                    return
            except LOST:
                continue
            assert time.monotonic() < end, f"{what} did not come about"
            time.sleep(0.05)


def bring(shop, token, is_so, **more):
    """(checkout, answer) of a completion with that token that went as it should. Behind a busy Redis the last edit may
    be lost, and the totals are shown once more: then another checkout is tried."""
    for _ in range(10):
        made = shop.ask(lambda client: client.open_ready([(ITEM, 1)], **more))
        reply = shop.ask(lambda client: client.complete(made["id"], token, key=kassa.new_key()))
        if is_so(reply.json):
            return made["id"], reply.json
    raise AssertionError(f"{token}: {reply.bytes}")


def has_status(status):
    return lambda answer: answer.get("status") == status


def was_declined(answer):
    return "payment_failed" in [message.get("code") for message in answer.get("messages", [])]
