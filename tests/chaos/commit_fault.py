#!/usr/bin/env python3
"""Fault rows 5 and 6: the n-th fdatasync of the process fails while shoppers buy.

An error from COMMIT means unknown: the process must stop with 70 without a final answer. After a restart the same keys find out,
and the oracle finds everything in order.
"""

import http.client
import os
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "support")]
import kassa  # noqa: E402
from crash_loop import ITEM  # noqa: E402
from oracle import Oracle, stock_of  # noqa: E402

COMMIT_UNKNOWN = 70


def one_run(n, library):
    with kassa.Server(store="shop") as server:
        oracle = Oracle(server.data, stock_of(server.data))
        fault = {"LD_PRELOAD": library, "KASSA_FSYNC_FAULT": f"kassad:fdatasync:{n}:eio"}
        died = None
        try:
            server.start(env=fault)
        except RuntimeError as early:
            died = str(early)
            server.start()
        orders = []
        keys = [(kassa.new_key("create"), kassa.new_key("complete")) for _ in range(3)]
        end = time.monotonic() + 30
        while keys and time.monotonic() < end:
            try:
                client = server.client()
                checkout = client.open_ready([(ITEM, 1)], key=keys[0][0])
                reply = client.complete(checkout["id"], key=keys[0][1])
                if reply.status == 200 and reply.json["status"] == "completed":
                    orders.append((reply.json["order"]["id"],
                                   next(t["amount"] for t in reply.json["totals"] if t["type"] == "total")))
                    keys.pop(0)
                elif reply.status == 409 and reply.json.get("code") == "checkout_terminal":
                    keys[0] = (kassa.new_key("create"), kassa.new_key("complete"))
            except (OSError, http.client.HTTPException, AssertionError):
                if server.process.poll() is None:
                    continue  # Refused while the process is on its way out, or an edit that died with it.
                code = server.wait_dead()
                died = f"ended with {code}"
                assert code == COMMIT_UNKNOWN, died
                server.start()
        assert not keys, "not every shopper got an order in time"
        server.stop()
        return died, oracle.check(orders)


def main():
    library = os.environ.get("KASSA_FSYNC_FAULT_LIBRARY", str(kassa.ROOT / "build/dev/lib/libfsync_fault.so"))
    bad = 0
    struck = 0
    for n in range(1, 15):
        died, found = one_run(n, library)
        struck += died is not None
        bad += bool(found)
        print(f"{'FAIL  ' if found else 'ok    '}fdatasync {n}: {died or 'not reached'}", *found, sep="\n      " if found else "",
              flush=True)
    assert struck >= 5, "the fault hardly ever struck: nothing was tested"
    print(f"14 runs, {struck} struck, {bad} with violations")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
