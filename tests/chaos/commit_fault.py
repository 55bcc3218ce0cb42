#!/usr/bin/env python3
"""Fault rows 5 and 6: the n-th fdatasync of the process fails while shoppers buy.

An error from COMMIT means unknown: the process must stop with 70 without a final answer. After a restart the same keys
find out, and the oracle finds everything in order.
"""

import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "support")]
import kassa  # noqa: E402
from crashing import Shopper, total_of  # noqa: E402
from oracle import Oracle  # noqa: E402

COMMIT_UNKNOWN = 70


def one_run(n, library):
    with kassa.Server(store="shop") as server:
        oracle = Oracle.of(server)
        fault = {"LD_PRELOAD": library, "KASSA_FSYNC_FAULT": f"kassad:fdatasync:{n}:eio"}
        deaths = 0
        try:
            server.start(env=fault)
        except RuntimeError:
            deaths = 1
            server.start()
        shoppers = [Shopper(server, died_with=COMMIT_UNKNOWN) for _ in range(3)]
        answers = [shopper.buy() for shopper in shoppers]
        deaths += sum(shopper.deaths for shopper in shoppers)
        orders = [(answer.json["order"]["id"], total_of(answer)) for answer in answers]
        server.stop()
        return deaths, oracle.check(orders)


def main():
    library = os.environ.get("KASSA_FSYNC_FAULT_LIBRARY", str(kassa.ROOT / "build/dev/tests/support/libfsync_fault.so"))
    bad = 0
    struck = 0
    for n in range(1, 15):
        deaths, found = one_run(n, library)
        struck += deaths
        bad += bool(found)
        print(
            f"{'FAIL  ' if found else 'ok    '}fdatasync {n}: {'stopped as unknown' if deaths else 'not reached'}",
            *found,
            sep="\n      " if found else "",
            flush=True,
        )
    assert struck >= 5, "the fault hardly ever struck: nothing was tested"
    print(f"14 runs, {struck} struck, {bad} with violations")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
