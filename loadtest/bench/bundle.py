"""The store under test: a bundle of files for `kassad import`, and the plan from which the load generator
knows what every answer must cost. Everything is computed from indexes: two runs measure the same store."""

import json

ADDRESS = {
    "id": "home",
    "first_name": "Ada",
    "last_name": "Example",
    "street_address": "1 Example Street",
    "address_locality": "Springfield",
    "address_region": "IL",
    "postal_code": "62704",
    "address_country": "US",
}
PAYMENT = {
    "payment": {
        "instruments": [
            {
                "id": "pi_1",
                "handler_id": "sandbox_card",
                "type": "card",
                "selected": True,
                "credential": {"type": "token", "token": "success_token"},
            }
        ]
    }
}
OPTIONS = [("standard", 490), ("express", 1690)]
LINES = 3
ORDER_FROM, ORDER_DISCOUNT = 3000, 300  # 3 % off orders from $30.
ITEM_DISCOUNT = 500  # 5 % off every second product, each by a rule of its own.
ON_HAND = 10_000_000

SETTINGS = {
    "name": "Bench",
    "currencies": ["USD"],
    "country": "US",
    "links": [
        {"type": "privacy_policy", "url": "https://shop.example/privacy", "title": "Privacy"},
        {"type": "terms_of_service", "url": "https://shop.example/terms", "title": "Terms"},
    ],
    "continue_url": "https://shop.example/checkout/{checkout_id}",
    "order_url": "https://shop.example/orders/{order_id}",
}
LOCATIONS = [{"id": "depot", "name": "Depot", "country": "US", "region": "IL", "priority": 10}]
GATEWAYS = [
    {
        "id": "sandbox",
        "adapter": "sandbox",
        "handler_id": "sandbox_card",
        "handler_name": "dev.kassa.sandbox",
        "published": {"version": "2026-04-08", "available_instruments": [{"type": "card"}]},
        "settings": {"tokens": {"success_token": "succeed"}},
        "credentials": "sandbox-needs-no-secret",
    }
]
SHIPPING = {
    "zones": [
        {
            "id": "us",
            "name": "United States",
            "countries": ["US"],
            "rates": [
                {
                    "id": name,
                    "title": name.title(),
                    "by": "flat",
                    "days": {"min": 2, "max": 5},
                    "amounts": {"USD": amount},
                }
                for name, amount in OPTIONS
            ],
        },
        {
            "id": "world",
            "name": "Everywhere else",
            "countries": "*",
            "rates": [
                {
                    "id": "post",
                    "title": "Post",
                    "by": "flat",
                    "days": {"min": 7, "max": 21},
                    "amounts": {"USD": 1990},
                }
            ],
        },
    ]
}
TAX = [
    {"country": "US", "region": "ME", "bps": 550, "name": "Sales tax"},
    {"country": "NL", "bps": 2100, "name": "VAT", "shipping_taxed": True},
]


def price_of(index):
    return 500 + index * 37 % 9500


def discount_of(index, rules):
    return ITEM_DISCOUNT if index % 2 == 0 and index // 2 < item_rules(rules) else 0


def item_rules(rules):
    return rules // 2


def _product(index):
    return {
        "id": f"product_{index}",
        "title": f"Product number {index}",
        "vendor": f"Vendor {index % 50}",
        "category": f"Category {index % 200}",
        "tags": [f"tag-{index % 17}", f"tag-{index % 31}"],
        "description": "<p>A thing that somebody may want to buy, described in a sentence or two.</p>",
        "image_url": f"https://shop.example/images/{index}.jpg",
        "variants": [
            {
                "id": f"item_{index}",
                "title": "One size",
                "sku": f"SKU-{index:06d}",
                "price": f"{price_of(index) / 100:.2f}",
                "grams": 100 + index % 900,
                "on_hand": ON_HAND,
            }
        ],
    }


def _rule(index, rules):
    """Half of the rules are for one product each; the others wait for a code, a country or a large basket."""
    if index == 0:
        return {
            "id": "order",
            "title": "3 % off from $30",
            "class": "order",
            "trigger": "automatic",
            "priority": 10,
            "when": {"attr": "cart.subtotal", "op": "gte", "value": {"USD": ORDER_FROM}},
            "value": {"type": "percent", "bps": ORDER_DISCOUNT},
        }
    if index <= item_rules(rules):
        product = f"product_{2 * (index - 1)}"
        return {
            "id": f"item-{index}",
            "title": "5 % off",
            "class": "product",
            "trigger": "automatic",
            "target": {"where": {"attr": "line.product", "op": "eq", "value": product}},
            "value": {"type": "percent", "bps": ITEM_DISCOUNT},
        }
    if index % 3 == 0:
        return {
            "id": f"code-{index}",
            "class": "order",
            "trigger": {"codes": [f"CODE{index}"]},
            "value": {"type": "percent", "bps": 1000},
        }
    if index % 3 == 1:
        return {
            "id": f"abroad-{index}",
            "class": "order",
            "trigger": "automatic",
            "when": {"attr": "cart.country", "op": "eq", "value": ["DE", "FR", "NL", "JP"][index % 4]},
            "value": {"type": "percent", "bps": 700},
        }
    return {
        "id": f"large-{index}",
        "class": "order",
        "trigger": "automatic",
        "when": {"attr": "cart.subtotal", "op": "gte", "value": {"USD": 10_000_000 + index}},
        "value": {"type": "percent", "bps": 800},
    }


def write_bundle(folder, products, rules):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "products.ndjson", "w", encoding="utf-8") as out:
        out.writelines(json.dumps(_product(index)) + "\n" for index in range(products))
    documents = {
        "store": SETTINGS,
        "locations": LOCATIONS,
        "gateways": GATEWAYS,
        "shipping": SHIPPING,
        "tax": TAX,
        "discounts": [_rule(index, rules) for index in range(rules)],
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")


def write_plan(file, token, products, rules):
    plan = {
        "token": token,
        "path": "/ucp/v1/checkout-sessions",
        "lines": LINES,
        "items": [
            {"id": f"item_{index}", "price": price_of(index), "discount": discount_of(index, rules)}
            for index in range(products)
        ],
        "options": [{"id": name, "amount": amount} for name, amount in OPTIONS],
        "order_from": ORDER_FROM,
        "order_discount": ORDER_DISCOUNT if rules else 0,
        "destination": ADDRESS,
        "payment": PAYMENT,
    }
    file.write_text(json.dumps(plan), encoding="utf-8")
