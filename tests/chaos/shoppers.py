"""Shoppers who arrive at a constant rate whatever the shop does, and remember what they were told.

Each opens a checkout, chooses, edits and completes. What is not answered, or answered with "not now", is asked again
under the same key after a pause with full jitter, as a storefront's software does; a total that changed is accepted, an
edit that was lost is made again. One event loop, one pool of TLS connections that are kept.
"""

import asyncio
import json
import random
import ssl
import time
from collections import Counter
from dataclasses import dataclass, field

import kassa

PATH = "/ucp/v1/checkout-sessions"
PAUSE_SECONDS, PAUSE_SECONDS_MAX = 0.1, 1.0
REQUEST_SECONDS = 12
# Longer than the lease of a completion that a killed process left behind.
PATIENCE_SECONDS = 45
NOT_NOW = (409, 429, 502, 503, 504)  # No fault excuses a 500.


def _total(answer):
    return next(entry["amount"] for entry in answer["totals"] if entry["type"] == "total")


class GaveUp(Exception):
    """The shopper's patience is over."""


@dataclass
class Account:
    """What the shoppers of one stretch of load saw."""

    bought: list = field(default_factory=list)  # (order, total) of each acknowledged one.
    ended: list = field(default_factory=list)  # When each was acknowledged, monotonic.
    took: list = field(default_factory=list)  # Seconds of each, from its intended beginning.
    errors: Counter = field(default_factory=Counter)  # Requests that had to be sent again, by what came instead.
    again: Counter = field(default_factory=Counter)  # Answers after which something had to be done once more.
    gave_up: list = field(default_factory=list)
    wrong: list = field(default_factory=list)  # Answers that no fault excuses.

    def unreached(self):
        """Requests that no kassad has answered: lost connections, and what haproxy says by itself, without a code."""
        return sum(count for kind, count in self.errors.items() if not kind.partition(" ")[2])


class Connections:
    """HTTP/1.1 over TLS to one address, kept while both sides want."""

    def __init__(self, port, certificate, key):
        self.port, self.key = port, key
        self.context = ssl.create_default_context(cafile=str(certificate))
        self.idle = []

    async def call(self, method, path, body=b"", idempotency_key=None):
        """(status, body). OSError, EOFError or TimeoutError when no whole answer came."""
        reader, writer = self.idle.pop() if self.idle else await self._connect()
        try:
            lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", f"Authorization: Bearer {self.key}"]
            lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
            lines += [f"Idempotency-Key: {idempotency_key}"] if idempotency_key else []
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            status, headers, answer = await asyncio.wait_for(self._answer(reader), REQUEST_SECONDS)
        except BaseException:
            writer.transport.abort()
            raise
        if headers.get("connection") == "close":
            writer.transport.abort()
        else:
            self.idle.append((reader, writer))
        return status, answer

    async def _connect(self):
        connecting = asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.context, server_hostname="localhost", limit=1 << 20
        )
        return await asyncio.wait_for(connecting, REQUEST_SECONDS)

    @staticmethod
    async def _answer(reader):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip().lower() for name, _, value in fields}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return int(head[0].split()[1]), headers, body

    def close(self):
        for _, writer in self.idle:
            writer.transport.abort()
        self.idle = []


class Shopper:
    """One purchase, to its final answer."""

    def __init__(self, connections, account, choices):
        self.connections, self.account = connections, account
        self.item, self.option = choices
        self.until = time.monotonic() + PATIENCE_SECONDS
        self.checkout = None
        self.shown = None  # The total of the last answer; a shopper asks one thing at a time.

    async def ask(self, method, path, body=None, key=None):
        """Until there is an answer that is not "not now"."""
        sent = json.dumps(body).encode() if body is not None else b""
        pause = PAUSE_SECONDS
        while time.monotonic() < self.until:
            try:
                status, answer = await self.connections.call(method, path, sent, key)
                if status not in NOT_NOW:
                    return status, self._seen(json.loads(answer))
                self.account.errors[f"{status} {self._code(answer)}"] += 1
            except (OSError, EOFError, TimeoutError, asyncio.TimeoutError, ssl.SSLError) as lost:
                self.account.errors[type(lost).__name__] += 1
            await asyncio.sleep(random.uniform(0, pause))
            pause = min(2 * pause, PAUSE_SECONDS_MAX)
        raise GaveUp(f"{method} {path}")

    def _seen(self, answer):
        if answer.get("status") != "completed" and "totals" in answer:
            self.shown = _total(answer)
        return answer

    @staticmethod
    def _code(answer):
        try:
            return json.loads(answer)["code"]
        except (ValueError, KeyError, TypeError):
            return ""

    async def buy(self):
        """(order, total)."""
        while True:
            if self.checkout is None:
                await self.open()
            if not await self.choose():
                continue
            done = await self.complete()
            if done:
                return done

    async def open(self):
        lines = [{"item": {"id": self.item}, "quantity": 1}]
        body = {"line_items": lines, "fulfillment": kassa.shipping_to(kassa.US)}
        body["buyer"] = {"email": f"{kassa.new_key('ada')}@shopper.example"}
        status, answer = await self.ask("POST", PATH, body, kassa.new_key("create"))
        if status != 201:
            raise ValueError(f"create: {status} {answer}")
        self.checkout = answer

    async def choose(self):
        """Picks the delivery, then one piece more: two edits. False when the checkout is gone."""
        path = f"{PATH}/{self.checkout['id']}"
        method = self.checkout["fulfillment"]["methods"][0]
        groups = [{"id": method["groups"][0]["id"], "selected_option_id": self.option}]
        line = {"id": self.checkout["line_items"][0]["id"], "item": {"id": self.item}, "quantity": 2}
        edits = {"fulfillment": {"methods": [{"id": method["id"], "groups": groups}]}}, {"line_items": [line]}
        for edit in edits:
            status, answer = await self.ask("PUT", path, edit)
            if "id" not in answer and status in (200, 404):
                self.account.again["opened again"] += 1
                self.checkout = None
                return False
            if status != 200:
                raise ValueError(f"edit: {status} {answer}")
        return True

    async def complete(self):
        """None when something must be chosen again."""
        path = f"{PATH}/{self.checkout['id']}"
        while True:
            key = kassa.new_key("complete")
            status, answer = await self.ask("POST", f"{path}/complete", kassa.payment("success_token"), key)
            while answer.get("status") == "complete_in_progress":  # Whether it was paid is being found out.
                self.account.again["complete_in_progress"] += 1
                await asyncio.sleep(random.uniform(0, PAUSE_SECONDS_MAX))
                status, answer = await self.ask("GET", path)
            if answer.get("status") == "completed":
                return await self.acknowledged(f"{path}/complete", key, answer)
            if status not in (200, 400, 404):
                raise ValueError(f"complete: {status} {answer}")
            codes = [message.get("code") for message in answer.get("messages", [])]
            self.account.again[codes[0] if codes else answer.get("status")] += 1
            if "not_found" in codes or status == 404:
                self.checkout = None
            if "price_changed" not in codes:
                return None

    async def acknowledged(self, path, key, answer):
        told = answer["order"]["id"], _total(answer)
        if told[1] != self.shown:
            self.account.wrong.append(f"I9 order {told[0]} costs {told[1]}, told last was {self.shown}")
        if random.randrange(10) == 0:
            _, again = await self.ask("POST", path, kassa.payment("success_token"), key)
            if again.get("order", {}).get("id") != told[0]:
                self.account.wrong.append(f"I11 a repetition of {key} answered {again} after {answer}")
        return told


class Load:
    """Purchases that begin `rate` times a second from start() to stop()."""

    def __init__(self, connections, items, options, rate):
        self.connections, self.items, self.options, self.rate = connections, items, options, rate
        self.account = Account()
        self.tasks = set()
        self.over = asyncio.Event()

    def start(self):
        self.offering = asyncio.create_task(self._offer())
        return self

    async def _offer(self):
        at = time.monotonic()
        while not self.over.is_set():
            task = asyncio.create_task(self._buy(at))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            at += 1 / self.rate
            await asyncio.sleep(max(0.0, at - time.monotonic()))

    async def _buy(self, intended):
        choices = random.choice(self.items), random.choice(self.options)
        shopper = Shopper(self.connections, self.account, choices)
        try:
            told = await shopper.buy()
        except GaveUp as late:
            self.account.gave_up.append(str(late))
        except (ValueError, KeyError, IndexError, StopIteration) as wrong:
            self.account.wrong.append(f"{type(wrong).__name__} {wrong}")
        else:
            now = time.monotonic()
            self.account.bought.append(told)
            self.account.ended.append(now)
            self.account.took.append(now - intended)

    async def stop(self):
        """Nobody begins any more; returns when everybody has ended."""
        self.over.set()
        await self.offering
        while self.tasks:
            await asyncio.wait(set(self.tasks))
        return self.account
