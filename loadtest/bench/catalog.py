#!/usr/bin/env python3
"""./dev bench catalog: imports a catalogue into a fresh store and searches it, beside the bare statements.

Ends with 0 when every answer was right, whatever the speed; with 1 when one was wrong.
"""

import argparse
import contextlib
import hashlib
import random
import re
import sqlite3
import subprocess
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True

import goods  # noqa: E402
import machine  # noqa: E402
import rig as rigs  # noqa: E402  (sets the path to tests/support)
import kassa  # noqa: E402
import stores  # noqa: E402
from table import Series, Table, plain  # noqa: E402

SEARCH_MS_MAX, IMPORT_SECONDS_MAX = 5, 20
# The first statement of a search: the words in the title, as many rows as a search reads first.
SQLITE = """SELECT d.product_id, d.doc FROM product_fts f JOIN product_search d ON d.doc = f.rowid
WHERE product_fts MATCH ? AND f.rowid > 0 AND d.store_id = ? ORDER BY f.rowid LIMIT 64"""
POSTGRES = """SELECT product_id, doc FROM product_search WHERE lexemes @@ CAST('{}' AS tsquery) AND doc > 0
AND store_id = '{}' ORDER BY doc LIMIT 64;"""


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench catalog", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a moment of everything: only that answers are right")
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--asks", type=int, default=100, help="of each kind in a round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=("embedded", "postgres"), default="embedded")
    parser.add_argument("--binaries", default=str(rigs.ROOT / "build/release/bin"), help="folder of kassad")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.products, chosen.rounds, chosen.asks = 500, 1, 5
    return chosen


def at_percent(times, percent):
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)] * 1e3


class Bench:
    def __init__(self, chosen, server):
        self.chosen, self.server = chosen, server
        self.client = kassa.Client(server.ready["http"], server.keys["secret_key"])
        self.chance = random.Random(chosen.seed)
        self.wrong = 0
        self.rounds = {}  # {kind: {percent: Series}}
        self.words = []  # What was searched for, for the bare statements.

    def ask(self, parameters):
        path = "/v1/catalog/search?" + urllib.parse.urlencode({**parameters, "limit": goods.PAGE})
        began = time.perf_counter()
        reply = self.client.call("GET", path)
        took = time.perf_counter() - began
        found = reply.json.get("products", [])
        whole = not found or {"id", "title", "price_range"} <= found[0].keys()
        if reply.status != 200 or not whole or ("unobtainium" in parameters.get("q", "") and found):
            self.wrong += 1
        return took, reply.json.get("pagination", {})

    def round(self):
        times = {}
        for _ in range(self.chosen.asks):
            for kind, parameters in goods.questions(self.chance).items():
                took, page = self.ask(parameters)
                times.setdefault(kind, []).append(took)
                if kind == "one word":
                    self.words.append(parameters["q"])
                    if page.get("has_next_page"):
                        times.setdefault("next page", []).append(self.ask({**parameters, "cursor": page["cursor"]})[0])
        times["all"] = [one for kind in times.values() for one in kind]
        for kind, taken in times.items():
            kept = self.rounds.setdefault(kind, {50: Series(), 99: Series()})
            for percent, series in kept.items():
                series.add(at_percent(taken, percent))

    def bare(self, run):
        """The same for the statement alone, over the words of the last round."""
        kept = self.rounds.setdefault("bare statement, one word", {50: Series(), 99: Series()})
        taken = run(self.words)
        self.words = []
        for percent, series in kept.items():
            series.add(at_percent(taken, percent))


def index_word(store, word):
    return hashlib.sha256(store.encode()).hexdigest()[:5] + "w" + word


def bare_sqlite(server):
    base = sqlite3.connect(f"file:{server.data / 'kassa.db'}?mode=ro", uri=True)

    def run(words):
        taken = []
        for word in words:
            began = time.perf_counter()
            match = f'title : ("{index_word(server.store, word)}" *)'
            base.execute(SQLITE, (match, server.store)).fetchall()
            taken.append(time.perf_counter() - began)
        return taken

    return run


def bare_postgres(url, store):
    def run(words):
        asks = [POSTGRES.format(f"''a{index_word(store, word)}'':*", store) for word in words]
        told = subprocess.run(
            ["psql", "-X", "-q", url, "-c", "\\timing on", *(part for ask in asks for part in ("-c", ask))],
            stdout=subprocess.PIPE, text=True, check=True, timeout=120,
        ).stdout  # fmt: skip
        return [float(ms) / 1e3 for ms in re.findall(r"Time: ([\d.]+) ms", told)]

    return run


def imported(chosen, folder, table):
    """A server with the catalogue, and how long that took."""
    files = folder / "catalogue"
    goods.write_bundle(files, chosen.products, chosen.seed)
    server = kassa.Server(folder=folder / "kassa", bundle=None)
    began = time.perf_counter()
    server.import_bundle(files)
    took = Series([time.perf_counter() - began])
    most = IMPORT_SECONDS_MAX if chosen.products <= 100_000 else None
    table.add("import", f"import of {chosen.products:,} products", took, plain(1, " s"), most=most)
    return server


def measure(chosen, folder, table, postgres):
    (folder / "kassa").mkdir()
    server = imported(chosen, folder, table)
    try:
        server.start("--threads", "1", prefix=machine.pinned(machine.SERVER_CORE))
        bench = Bench(chosen, server)
        bare = bare_postgres(postgres, server.store) if postgres else bare_sqlite(server)
        for number in range(chosen.rounds):
            print(f"bench: round {number + 1} of {chosen.rounds} ...", file=sys.stderr, flush=True)
            bench.round()
            bench.bare(bare)
        for kind, kept in bench.rounds.items():
            table.add(f"{kind} p50", f"{kind}, p50", kept[50], plain(2, " ms"))
            most = SEARCH_MS_MAX if kind == "all" else None
            table.add(f"{kind} p99", f"{kind}, p99", kept[99], plain(2, " ms"), most=most)
        return bench.wrong
    finally:
        server.close()


def main():
    chosen = arguments()
    table = Table()
    wrong = 1
    with machine.first_in_line(), contextlib.ExitStack() as stack:
        rig = stack.enter_context(rigs.Rig(chosen.binaries, 0, 0))
        postgres = None
        if chosen.store == "postgres":
            servers = stack.enter_context(contextlib.closing(stores.Servers(rig.folder)))
            stack.enter_context(rigs.environment({"KASSA_DATABASE": servers.postgres.url}))
            postgres = servers.postgres.url
        wrong = measure(chosen, rig.folder, table, postgres)
    asked = f"{chosen.rounds} rounds of {chosen.asks} of each kind"
    print(f"{chosen.products:,} products, {asked}, one connection, seed {chosen.seed}")
    print(table.text())
    print(f"wrong answers: {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
