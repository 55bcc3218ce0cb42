#!/usr/bin/env python3
"""Proves that every rule can fail and stays quiet on good code: a table of small bad and good examples."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from examples import awaits, calls, house  # noqa: E402  (needs the path above)
from rules import ALL  # noqa: E402
from source import Repo  # noqa: E402

EXAMPLES = [*house.EXAMPLES, *calls.EXAMPLES, *awaits.EXAMPLES]


class TidyRules(unittest.TestCase):
    def test_examples(self):
        for example in EXAMPLES:
            with self.subTest(example.name):
                faults = [str(fault) for fault in example.rule.check(Repo(example.files))]
                if example.fault is None:
                    self.assertEqual(faults, [])
                else:
                    self.assertTrue(
                        any(example.fault in fault for fault in faults), faults or "no fault found"
                    )

    def test_every_rule_has_a_bad_and_a_good_example(self):
        for rule in ALL:
            kinds = {example.fault is None for example in EXAMPLES if example.rule is rule}
            self.assertEqual(kinds, {True, False}, rule.__name__)

    def test_a_fault_names_its_line(self):
        repo = Repo({"discounts/a.cpp": "int a() {\n  return 1;\n}\n\nfloat b();\n"})
        faults = [fault for rule in ALL for fault in rule.check(repo) if fault.rule == "banned"]
        self.assertEqual([(fault.path, fault.line) for fault in faults], [("discounts/a.cpp", 5)])


if __name__ == "__main__":
    unittest.main()
