"""Counts a Shopify product export with Python's csv module: the independent numbers that shopify_csv_test.cpp
holds the importer against. Usage: python3 count_products.py FILE..."""
import csv
import decimal
import os
import sys


def count(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    variants = [r for r in rows if r["Variant Price"].strip()]
    first = {}
    for row in rows:
        first.setdefault(row["Handle"], row)
    cents = sum(int(decimal.Decimal(r["Variant Price"]) * 100) for r in variants)
    tracked = [r for r in variants if r["Variant Inventory Tracker"]]
    return [
        len(first),
        sum(r["Published"].lower() != "false" for r in first.values()),
        len(variants),
        len(tracked),
        sum(r["Variant Inventory Policy"] == "continue" for r in variants),
        sum(int(r["Variant Inventory Qty"] or 0) for r in tracked),
        sum(int(r["Variant Inventory Qty"] or 0) < 0 for r in tracked),
        cents,
        sum(decimal.Decimal(r["Variant Compare At Price"] or 0) > 0 for r in variants),
        sum(int(r["Variant Grams"] or 0) for r in variants),
        sum(r["Variant Requires Shipping"] == "false" for r in variants),
        sum(r["Variant Taxable"] == "false" for r in variants),
        sum(not r["Variant SKU"] for r in variants),
        sum(1 for _ in open(path, "rb")),
    ]


for path in sys.argv[1:]:
    name = os.path.splitext(os.path.basename(path))[0]
    print('    {"%s", %s},' % (name, ", ".join(str(n) for n in count(path))))
