"""A client made of web/api/openapi.yaml alone: one method for each operation, by its operationId. Whatever is sent and
whatever comes is held against the document's schemas, so a suite that uses it also tests the document."""

import json
import re
import urllib.parse

import kassa
import yaml

DOCUMENT = yaml.safe_load((kassa.ROOT / "web/api/openapi.yaml").read_text())
METHODS = ("get", "put", "post", "patch", "delete")
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "null": type(None),
}


def resolve(value):
    while isinstance(value, dict) and "$ref" in value:
        place = DOCUMENT
        for part in value["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        value = place
    return value


def _is_a(value, name):
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def faults(schema, value, path="$"):
    """What of a value is not as the schema says: the words of JSON Schema that the document uses."""
    schema = resolve(schema)
    wanted = schema.get("type")
    if wanted and not any(_is_a(value, name) for name in ([wanted] if isinstance(wanted, str) else wanted)):
        yield f"{path} is no {wanted}: {value!r}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is none of {schema['enum']}: {value!r}"
    if "const" in schema and value != schema["const"]:
        yield f"{path} is not {schema['const']!r}"
    for part in schema.get("allOf", []):
        yield from faults(part, value, path)
    any_of = schema.get("anyOf", [])
    if any_of and all(list(faults(part, value, path)) for part in any_of):
        yield f"{path} is none of what it may be"
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{path} has no {name}"
        rest = schema.get("additionalProperties")
        for name, member in value.items():
            if name in schema.get("properties", {}):
                yield from faults(schema["properties"][name], member, f"{path}.{name}")
            elif isinstance(rest, dict):
                yield from faults(rest, member, f"{path}.{name}")
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{path} is too long"
        for at, element in enumerate(value if "items" in schema else []):
            yield from faults(schema["items"], element, f"{path}[{at}]")


def _json_schema(described):
    return resolve(described).get("content", {}).get("application/json", {}).get("schema")


class OpenApiClient:
    """`v1_get_checkout(id=...)`: parts of the path, the query and headers by keyword (if_match: If-Match), the body as
    `body`."""

    def __init__(self, client):
        self.client = client
        for path, item in DOCUMENT["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = item[method]
                    setattr(self, operation["operationId"], self._method(method, path, item, operation))

    def _method(self, method, path, item, operation):
        known = [resolve(one) for one in [*item.get("parameters", []), *operation.get("parameters", [])]]
        headers = {one["name"].lower().replace("-", "_"): one["name"] for one in known if one["in"] == "header"}
        asked = {one["name"] for one in known if one["in"] == "query"}
        parts = re.findall(r"\{(\w+)\}", path)

        def call(body=None, unchecked=False, **given):
            place = path
            for part in parts:
                place = place.replace("{" + part + "}", given.pop(part))
            query = {name: given.pop(name) for name in asked & given.keys()}
            place += "?" + urllib.parse.urlencode(query, doseq=True) if query else ""
            send = {headers[name]: value for name, value in given.items() if value is not None}
            schema = _json_schema(operation.get("requestBody", {}))
            if schema and not unchecked:
                wrong = list(faults(schema, body))
                assert not wrong, (operation["operationId"], wrong)
            data = b"" if body is None and method == "post" else body
            reply = self.client.call(method.upper(), place, data, headers=send)
            self._check(operation, reply)
            return reply

        return call

    def _check(self, operation, reply):
        described = operation["responses"].get(str(reply.status), operation["responses"].get("default"))
        assert described is not None, (operation["operationId"], reply.status)
        schema = _json_schema(described)
        if schema is None:
            assert reply.bytes == b"", (operation["operationId"], reply.status, reply.bytes)
            return
        wrong = list(faults(schema, json.loads(reply.bytes)))
        assert not wrong, (operation["operationId"], reply.status, wrong, reply.bytes[:2000])
