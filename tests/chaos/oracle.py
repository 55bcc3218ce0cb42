"""The invariants I1-I15 as questions to the database and to the sandbox gateway's own book.

Reads SQLite's files while no process serves them (or read-only beside one), or two schemas of a PostgreSQL database.
`check` returns the violations; none is a pass.
"""

import json
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import psql  # noqa: E402

OPEN = ("created", "sending", "unknown", "requires_action", "processing", "void_pending", "review")
SUCCESS = ("authorized", "captured", "partially_captured")


class Schema(NamedTuple):
    """Instead of a file, on PostgreSQL."""

    url: str
    name: str

    def rows(self, sql):
        # One JSON object a row keeps the types; as pairs, because two columns may have the same name.
        asked = f"SET search_path = {self.name}; SELECT row_to_json(t) FROM ({sql}) t"
        lines = psql.ask(self.url, asked, connect_seconds=20).splitlines()
        return [tuple(value for _, value in json.loads(line, object_pairs_hook=list)) for line in lines]


def _rows(file, sql, *params):
    if isinstance(file, Schema):
        return file.rows(sql)
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
        return db.execute(sql, params).fetchall()


class Oracle:
    def __init__(self, data, initial_stock=None):
        self.main = Path(data) / "kassa.db"
        self.book = Path(data) / "sandbox.db"
        self.initial_stock = initial_stock or {}

    @classmethod
    def of_database(cls, url, initial_stock=None):
        """The shop whose `database` that is."""
        oracle = cls("", initial_stock)
        oracle.main, oracle.book = Schema(url, "kassa"), Schema(url, "kassa_sandbox")
        return oracle

    @classmethod
    def of(cls, server):
        """Of a kassa.Server, before its first sale: what is on hand now is what there ever was."""
        if not server.database:
            return cls(server.data, stock_of(server.data))
        return cls.of_database(server.database, stock_of(Schema(server.database, "kassa")))

    def check(self, acknowledged=(), quiet=True):
        """`acknowledged`: (order id, total) that clients were told of. `quiet`: nothing is in flight."""
        found = []
        for rule in (
            self.one_charge,
            self.book_agrees,
            self.no_lost_order,
            self.stock_never_oversold,
            self.no_leaked_stock,
            self.discounts_within_limits,
            self.ledger_balances,
            self.histories_are_whole,
            self.events_are_applied_once,
        ):
            found += rule()
        found += self.acknowledged_orders(acknowledged)
        if quiet:
            found += self.nothing_stuck()
        return found

    def one_charge(self):
        rows = _rows(
            self.main,
            """
            SELECT p.order_id, p.total, coalesce(sum(a.captured - a.refunded), 0),
                   count(CASE WHEN a.state IN ('authorized', 'captured', 'partially_captured')
                              AND a.refunded < a.authorized THEN 1 END)
            FROM purchase p LEFT JOIN attempt a USING (store_id, order_id) GROUP BY p.store_id, p.order_id""",
        )
        return [
            f"I1 order {order}: total {total}, net captured {net}, successful attempts {n}"
            for order, total, net, n in rows
            if net > total or n > 1
        ]

    def book_agrees(self):
        attempts = {
            key: (amount, state, refunded)
            for key, amount, state, refunded in _rows(
                self.main, "SELECT gateway_key, amount, state, refunded FROM attempt"
            )
        }
        found = []
        for key, amount, state, refunded in _rows(self.book, "SELECT gateway_key, amount, state, refunded FROM charge"):
            if key not in attempts:
                found.append(f"I2 charge {key} has no attempt")
            elif attempts[key][0] != amount:
                found.append(f"I16 charge {key}: gateway has {amount}, attempt has {attempts[key][0]}")
            elif state == "captured" and attempts[key][1] not in SUCCESS + OPEN + ("refunded",):
                found.append(f"I2 charge {key} is captured at the gateway, the attempt is {attempts[key][1]}")
            elif attempts[key][1] not in OPEN and refunded != attempts[key][2]:
                found.append(f"I2 charge {key}: the gateway gave back {refunded}, the attempt has {attempts[key][2]}")
        charged = {key for key, in _rows(self.book, "SELECT gateway_key FROM charge WHERE state = 'captured'")}
        found += [
            f"I2 attempt {key} is captured here, not at the gateway"
            for key, (_, state, _) in attempts.items()
            if state == "captured" and key not in charged
        ]
        return found

    def no_lost_order(self):
        rows = _rows(
            self.main,
            """
            SELECT a.order_id, p.order_state FROM attempt a JOIN purchase p USING (store_id, order_id)
            WHERE a.state = 'captured' AND a.refunded < a.captured
            AND p.order_state NOT IN ('confirmed', 'closed', 'cancelled')""",
        )
        return [f"I3 order {order} is paid and {state}" for order, state in rows]

    def acknowledged_orders(self, acknowledged):
        known = {
            order: (total, state)
            for order, total, state in _rows(self.main, "SELECT order_id, total, order_state FROM purchase")
        }
        found = []
        for order, total in acknowledged:
            if order not in known or known[order][1] != "confirmed":
                found.append(f"I3 acknowledged order {order} is {known.get(order)}")
            elif known[order][0] != total:
                found.append(f"I9 order {order}: shown {total}, written {known[order][0]}")
        return found

    def nothing_stuck(self):
        rows = _rows(
            self.main, "SELECT attempt_id, state FROM attempt WHERE state IN ('created', 'sending', 'unknown')"
        )
        found = [f"I4 attempt {attempt} is still {state}" for attempt, state in rows]
        rows = _rows(self.main, "SELECT order_id FROM reservation WHERE state = 'live'")
        found += [f"I6 reservation of {order} is still live" for order, in rows]
        rows = _rows(
            self.main, "SELECT idem_key FROM idempotency WHERE state = 'running' AND (scope <> 'late' OR parked = 0)"
        )
        found += [f"I4 key {key} is still running" for key, in rows]
        return found

    def stock_never_oversold(self):
        found = []
        for variant, location, on_hand, allowance, reserved, sold in _rows(
            self.main, "SELECT variant_id, location_id, on_hand, allowance, reserved, sold FROM stock"
        ):
            if reserved < 0 or (reserved > 0 and reserved > on_hand + allowance):
                found.append(f"I5 {variant}@{location}: reserved {reserved} of {on_hand}+{allowance}")
            first = self.initial_stock.get((variant, location))
            if first is not None and on_hand + sold != first:
                found.append(f"I5 {variant}@{location}: {on_hand} on hand + {sold} sold is not {first}")
        return found

    def no_leaked_stock(self):
        live = Counter()
        sold = Counter()
        for variant, location, quantity, state in _rows(
            self.main, "SELECT variant_id, location_id, quantity, state FROM reservation"
        ):
            (live if state == "live" else sold if state == "sold" else Counter())[(variant, location)] += quantity
        found = []
        for variant, location, reserved, gone in _rows(
            self.main, "SELECT variant_id, location_id, reserved, sold FROM stock"
        ):
            if reserved != live[(variant, location)]:
                found.append(
                    f"I6 {variant}@{location}: reserved {reserved}, live reservations {live[(variant, location)]}"
                )
            if gone != sold[(variant, location)]:
                found.append(f"I6 {variant}@{location}: sold {gone}, sold reservations {sold[(variant, location)]}")
        return found

    def discounts_within_limits(self):
        rows = _rows(
            self.main,
            """
            SELECT d.discount_id, d.used, d.max_uses, (SELECT count(*) FROM redemption r
              WHERE r.store_id = d.store_id AND r.discount_id = d.discount_id) FROM discount d""",
        )
        found = [
            f"I7 discount {rule}: used {used}, redeemed {redeemed}, limit {most}"
            for rule, used, most, redeemed in rows
            if used != redeemed or (most is not None and used > most)
        ]
        return found + self.budgets_are_what_orders_take() + self.limited_items_are_in_orders()

    def limited_items_are_in_orders(self):
        rows = _rows(
            self.main,
            """
            SELECT i.variant_id, i.bought, (SELECT coalesce(sum(o.quantity), 0) FROM customer_item_order o
              WHERE o.store_id = i.store_id AND o.variant_id = i.variant_id AND o.customer = i.customer)
            FROM customer_item i""",
        )
        wrong = [row for row in rows if row[1] != row[2]]
        return [f"I7 item {item}: counted {bought}, in orders {taken}" for item, bought, taken in wrong]

    def budgets_are_what_orders_take(self):
        spent = {
            (rule, currency): amount
            for rule, currency, amount in _rows(self.main, "SELECT discount_id, currency, spent FROM discount_budget")
        }
        taken = Counter()
        for rule, currency, amount in _rows(
            self.main, "SELECT discount_id, currency, amount FROM redemption WHERE amount > 0"
        ):
            taken[(rule, currency)] += amount
        most = {
            (rule, currency): amount
            for rule, body in _rows(self.main, "SELECT discount_id, body FROM discount")
            for currency, amount in json.loads(body).get("limits", {}).get("budget", {}).items()
        }
        found = [
            f"I7 budget {key}: spent {spent.get(key, 0)}, orders took {taken[key]}"
            for key in {*spent, *taken}
            if spent.get(key, 0) != taken[key]
        ]
        return found + [
            f"I7 budget {key}: spent {amount} of {most[key]}"
            for key, amount in spent.items()
            if key in most and amount > most[key]
        ]

    def ledger_balances(self):
        rows = _rows(
            self.main, "SELECT entry_id, currency, sum(amount) FROM ledger GROUP BY store_id, entry_id, currency"
        )
        found = [
            f"I10 entry {entry} is off by {amount} {currency}" for entry, currency, amount in rows if amount != 0
        ]
        rows = _rows(
            self.main,
            """
            SELECT p.order_id FROM purchase p WHERE p.order_state = 'confirmed' AND p.total > 0
            AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.store_id = p.store_id AND l.entry_id = p.order_id)""",
        )
        return found + [f"I10 order {order} has no ledger entry" for order, in rows]

    def histories_are_whole(self):
        rows = _rows(
            self.main,
            """
            SELECT a.attempt_id, a.version, count(e.seq), max(e.seq) FROM attempt a
            LEFT JOIN attempt_event e USING (store_id, attempt_id) GROUP BY a.store_id, a.attempt_id""",
        )
        return [
            f"I13 attempt {attempt}: version {version}, {count} events, last {last}"
            for attempt, version, count, last in rows
            if count != version or last != count - 1
        ]


    def events_are_applied_once(self):
        """However often a gateway told of them, and whoever died meanwhile."""
        rows = _rows(
            self.main,
            """
            SELECT attempt_id, kind, count(*) AS times FROM attempt_event
            WHERE kind IN ('captured', 'refunded', 'voided') GROUP BY store_id, attempt_id, kind HAVING count(*) > 1""",
        )
        return [f"I15 attempt {attempt} was {kind} {times} times" for attempt, kind, times in rows]

    def webhooks_are_delivered(self, deliveries):
        """`deliveries`: what a platform_server.Platform got. Once they have had their time."""
        rows = _rows(self.main, "SELECT event_id, state, order_id FROM outbox")
        found = [f"I14 webhook {event} is {state}" for event, state, _ in rows if state != "delivered"]
        taken = {(one.json["id"], one.headers["webhook-id"]) for one in deliveries if one.status == 200}
        came = Counter(order for order, _ in taken)
        found += [
            f"I14 {came[order]} of {sent} webhooks of {order} came"
            for order, sent in Counter(order for _, _, order in rows).items()
            if came[order] != sent
        ]
        first = {}
        for delivery in deliveries:
            name = delivery.headers["webhook-id"]
            if first.setdefault(name, delivery.body) != delivery.body:
                found.append(f"I14 webhook {name} came with two bodies")
        return found


def stock_of(data):
    """What is there before a run: {(variant, location): units ever on hand}. `data`: a directory, or a Schema."""
    source = data if isinstance(data, Schema) else Path(data) / "kassa.db"
    rows = _rows(source, "SELECT variant_id, location_id, on_hand, sold FROM stock")
    return {(variant, location): on_hand + sold for variant, location, on_hand, sold in rows}
