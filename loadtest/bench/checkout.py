#!/usr/bin/env python3
"""./dev bench checkout: measures Kassa's checkout against its budgets and prints one table.

Ends with 0 when every answer of every run was right, whatever the speed; with 1 when one was wrong.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import rig as rigs  # noqa: E402  (sets the path to tests/support)
import machine  # noqa: E402
import measure  # noqa: E402
import rules  # noqa: E402
import stores  # noqa: E402
from table import Table, percent, plain  # noqa: E402

PARTS = {
    "start": measure.start,
    "resident": measure.resident,
    "requests": measure.requests,
    "purchases": measure.purchases,
    "rules": rules.rules,
}


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench checkout", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="a moment of everything: only that the answers are right"
    )
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each measurement")
    parser.add_argument("--seconds", type=int, default=4, help="length of a round")
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--rules", type=int, default=10_000, help="live discount rules")
    parser.add_argument("--open-sessions", type=int, default=10_000, help="open sessions when memory is read")
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="one part; may be repeated")
    parser.add_argument("--store", choices=("embedded", "postgres"), default="embedded")
    parser.add_argument(
        "--sessions", choices=("memory", "redis"), default="memory", help="with postgres: both, beside embedded"
    )
    parser.add_argument(
        "--binaries", default=str(rigs.ROOT / "build/release/bin"), help="folder of kassad and load"
    )
    parser.add_argument("--json", metavar="FILE", help="also write the numbers there")
    chosen = parser.parse_args()
    if (chosen.store == "postgres") != (chosen.sessions == "redis"):
        parser.error("--store postgres and --sessions redis belong together")
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.products, chosen.rules, chosen.open_sessions = 1, 1, 500, 100, 200
    return chosen


def check_machine():
    if shutil.which("taskset") is None or len(os.sched_getaffinity(0)) < 2:
        sys.exit("bench: this needs two cores and taskset")


def run(chosen, table):
    with rigs.Rig(chosen.binaries, chosen.products, chosen.rules) as rig:
        bench = measure.Bench(
            rig,
            table,
            rounds=chosen.rounds,
            seconds=chosen.seconds,
            warm_up=0 if chosen.quick else 1,
            checkouts=64 if chosen.quick else 1000,
            sessions=chosen.open_sessions,
        )
        parts = {"stores": stores.stores} if chosen.store == "postgres" else PARTS
        for name in chosen.only or parts:
            print(f"bench: {name} ...", file=sys.stderr, flush=True)
            parts[name](bench)
    if bench.steals.values:
        table.add("steal", "steal in each run", bench.steals, percent)
        table.add("foreign", "other processes' load, in cores", bench.foreigns, plain(2))
    return bench


def main():
    chosen = arguments()
    check_machine()
    table = Table()
    try:
        with machine.first_in_line():
            bench = run(chosen, table)
    finally:  # Also what was measured before something failed.
        print(
            f"{chosen.products:,} products, {chosen.rules:,} rules, "
            f"{chosen.rounds} rounds of {chosen.seconds} s, "
            "kassad on core 0 with one I/O thread, generator on core 1, plain HTTP on loopback"
        )
        print(table.text())
    print(f"wrong answers: {bench.errors}")
    for why, count in bench.reasons.items():
        print(f"  {count} x {why}")
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(table.data, indent=1), encoding="utf-8")
    return 1 if bench.errors else 0


if __name__ == "__main__":
    sys.exit(main())
