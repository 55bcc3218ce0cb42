"""The route table equals the OpenAPI documents, in both directions.

kassa_routes prints what each listener serves; web/api/openapi.yaml and web/api/admin.openapi.yaml say what it
should be. Every route in one is in the other, with the same role and body limit. x-kassa-role and
x-kassa-body-bytes-max stand at the operation, its path or the document; the nearest one counts. An operation is
also asked for what a reader needs: an id of its own, a declaration of each {parameter} in its path, and
references that lead somewhere.
"""

import json
import pathlib
import re
import subprocess
import sys

import yaml

METHODS = ("get", "put", "post", "delete", "patch", "options")
FIELDS = {"role": "x-kassa-role", "body_bytes_max": "x-kassa-body-bytes-max"}
DOCUMENTS = {"shop": "openapi.yaml", "admin": "admin.openapi.yaml"}


def operations(document):
    """(METHOD, path, operation, path item) of each operation."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path, item[method], item


def resolve(document, reference):
    place = document
    for part in reference.removeprefix("#/").split("/"):
        place = place[part.replace("~1", "/").replace("~0", "~")]
    return place


def described(document):
    """{(METHOD, path): {role, body_bytes_max}}; None for what is said nowhere."""
    routes = {}
    for method, path, operation, item in operations(document):
        levels = (operation, item, document)
        routes[method, path] = {
            field: next((level[name] for level in levels if name in level), None)
            for field, name in FIELDS.items()
        }
    return routes


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for element in value:
            yield from references(element)


def parameter_faults(document, method, path, operation, item):
    given = [*item.get("parameters", []), *operation.get("parameters", [])]
    given = [resolve(document, p["$ref"]) if "$ref" in p else p for p in given]
    declared = {p["name"] for p in given if p["in"] == "path"}
    wanted = set(re.findall(r"\{(\w+)\}", path))
    if declared != wanted:
        yield f"{method} {path}: declares {sorted(declared)}, and has {sorted(wanted)} in its path"


def document_faults(document):
    for reference in references(document):
        try:
            resolve(document, reference)
        except (KeyError, TypeError):
            yield f"{reference} leads nowhere"
    seen = {}
    for method, path, operation, item in operations(document):
        name = operation.get("operationId")
        if name is None:
            yield f"{method} {path}: no operationId"
        elif name in seen:
            yield f"{method} {path}: operationId {name} is that of {seen[name]} too"
        seen[name] = f"{method} {path}"
        if not operation.get("responses"):
            yield f"{method} {path}: no responses"
        yield from parameter_faults(document, method, path, operation, item)


def differences(served, documented):
    for method, path in sorted(served.keys() - documented.keys()):
        yield f"{method} {path} is served and not described"
    for method, path in sorted(documented.keys() - served.keys()):
        yield f"{method} {path} is described and not served"
    for method, path in sorted(served.keys() & documented.keys()):
        for field, name in FIELDS.items():
            is_served, is_said = served[method, path][field], documented[method, path][field]
            if is_served != is_said:
                yield f"{method} {path}: {name} is {is_said}, the route table has {is_served}"


def served_routes(program):
    """{listener: {(METHOD, path): {role, body_bytes_max}}}, and what the table itself has twice."""
    listeners, faults = {}, []
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    for route in map(json.loads, lines):
        table = listeners.setdefault(route["listener"], {})
        key = route["method"], route["path"]
        if key in table:
            faults.append(f"{route['listener']}: {' '.join(key)} is in the route table twice")
        table[key] = {field: route[field] for field in FIELDS}
    return listeners, faults


def main(program, folder):
    listeners, faults = served_routes(program)
    for listener, name in DOCUMENTS.items():
        document = yaml.safe_load((pathlib.Path(folder) / name).read_text(encoding="utf-8"))
        found = [*document_faults(document), *differences(listeners.get(listener, {}), described(document))]
        faults += [f"{name}: {fault}" for fault in found]
    for fault in faults:
        print(fault)
    served = sum(map(len, listeners.values()))
    print(f"{served} routes, {len(faults)} differences from the OpenAPI documents")
    return 1 if faults or not served else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
