"""A catalogue as shops have them, and what people look for in it: titles of a few common words, descriptions of many.
All of it comes from one seed."""

import json
import random

import bundle

KINDS = """
mug kettle lamp chair table shelf basket blanket pillow towel apron knife spoon bowl plate glass
vase candle clock mirror rug curtain bottle jar tray teapot notebook pencil backpack wallet scarf
glove hat coat shirt sock boot sandal belt umbrella tent rope bell drum flute
""".split()
WORDS = """
oak walnut linen cotton woollen leather brass copper enamel stoneware porcelain bamboo cork felt
silk slate marble glazed woven carved folded striped plain round square tall small large light heavy
blue green red yellow grey black white amber rustic modern classic travel garden kitchen winter
summer morning evening harbour forest meadow river island mountain
""".split()
TALK = """
made by hand in small batches from materials that last this piece is easy to clean and ready for
daily use our makers choose each part with care every one differs a little and comes in a simple box
with notes on how to keep it for years
""".split()
CATEGORIES = 200
PAGE = 10


def title_of(index, chance):
    return f"{chance.choice(WORDS)} {chance.choice(WORDS)} {chance.choice(KINDS)} {index}".capitalize()


def write_bundle(folder, products, seed):
    folder.mkdir(parents=True)
    chance = random.Random(seed)
    with open(folder / "products.ndjson", "w", encoding="utf-8") as out:
        for index in range(products):
            talk = " ".join(chance.choice(TALK + WORDS) for _ in range(30))
            product = {
                "id": f"product_{index}",
                "title": title_of(index, chance),
                "vendor": f"Vendor {index % 500}",
                "category": f"Category {index % CATEGORIES}",
                "tags": [chance.choice(WORDS), f"tag-{index % 31}"],
                "description": f"<p>{talk.capitalize()}.</p>",
                "image_url": f"https://shop.example/images/{index}.jpg",
                "variants": [
                    {
                        "id": f"item_{index}",
                        "title": "One size",
                        "sku": f"SKU-{index:06d}",
                        "price": f"{bundle.price_of(index) / 100:.2f}",
                        "on_hand": 100,
                    }
                ],
            }
            out.write(json.dumps(product) + "\n")
    documents = {
        "store": bundle.SETTINGS,
        "locations": bundle.LOCATIONS,
        "gateways": bundle.GATEWAYS,
        "shipping": bundle.SHIPPING,
        "tax": bundle.TAX,
        "discounts": [],
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")


def price_filter(chance):
    least = chance.randrange(500, 6000)
    return {"min": least, "max": least + 3000}


def questions(chance):
    """{kind: parameters of a search}; one round of what people ask."""
    two = f"{chance.choice(WORDS)} {chance.choice(KINDS)}"
    return {
        "one word": {"q": chance.choice(KINDS)},
        "two words": {"q": two},
        "beginning": {"q": chance.choice(WORDS + KINDS)[:3]},
        "two, one begun": {"q": two[:-1]},
        "with category": {"q": chance.choice(WORDS), "category": f"Category {chance.randrange(CATEGORIES)}"},
        "with price": {"q": chance.choice(KINDS), **price_filter(chance)},
        "of descriptions": {"q": chance.choice(["makers", "daily", "materials", "notes box"])},
        "no hits": {"q": f"{chance.choice(KINDS)} unobtainium"},
        "browse category": {"category": f"Category {chance.randrange(CATEGORIES)}"},
        "browse by price": price_filter(chance),
    }
