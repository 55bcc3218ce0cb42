"""Types made of the schemas of web/api/openapi.yaml: `TYPES.V1Cart.read(json)` holds a value against its schema and
gives its members as attributes. A member that the document does not name cannot be read and cannot be sent, so whoever
uses these types alone knows nothing but the document."""

import types

from openapi_client import DOCUMENT, faults, resolve


def properties_of(schema):
    """{name: schema} of an object, also of what it is put together from."""
    schema = resolve(schema)
    found = {}
    for part in (*schema.get("allOf", []), *schema.get("anyOf", [])):
        found.update(properties_of(part))
    found.update(schema.get("properties", {}))
    return found


def typed(schema, value):
    schema = resolve(schema)
    if isinstance(value, list):
        return [typed(schema.get("items", {}), element) for element in value]
    if isinstance(value, dict):
        return Record(schema, value)
    return value


class Record:
    def __init__(self, schema, members):
        self._schema, self._members = schema, members

    def __getattr__(self, name):
        known = properties_of(self._schema)
        if name not in known:
            raise AttributeError(f"the document knows no member {name}; it knows {sorted(known)}")
        return typed(known[name], self._members.get(name))

    def entries(self):
        """{name: value} of an object whose names are data."""
        return {name: typed(self._schema["additionalProperties"], value) for name, value in self._members.items()}


class Type:
    def __init__(self, name, schema):
        self.name, self.schema = name, schema

    def read(self, value):
        wrong = list(faults(self.schema, value))
        assert not wrong, (self.name, wrong)
        return Record(self.schema, value)

    def make(self, **members):
        """What is sent: of named members alone, at every depth."""
        wrong = [*faults(self.schema, members), *_unknown(self.schema, members, self.name)]
        assert not wrong, (self.name, wrong)
        return members


def _unknown(schema, value, path):
    schema = resolve(schema)
    if isinstance(value, list):
        for element in value:
            yield from _unknown(schema.get("items", {}), element, path + "[]")
    known = properties_of(schema)
    if isinstance(value, dict) and known:
        for name, member in value.items():
            if name in known:
                yield from _unknown(known[name], member, f"{path}.{name}")
            else:
                yield f"{path}.{name} is in no schema"


SCHEMAS = DOCUMENT["components"]["schemas"]
TYPES = types.SimpleNamespace(**{name: Type(name, schema) for name, schema in SCHEMAS.items()})
