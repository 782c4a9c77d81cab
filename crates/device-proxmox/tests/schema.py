"""Writes schema.json anew from Proxmox VE's own description of its API.

    python3 tests/schema.py APIDOC.json

APIDOC.json is the array `apiSchema` of the server's `apidoc.js` (https://pve.proxmox.com/pve-docs/api-viewer/). Of it only
those methods are kept that schema.json has as keys already, "METHOD /path"; a new one is added there with the value null
first. Kept of each parameter is what a request can be held against: no words.
"""

import json
import pathlib
import sys

KEPT = ("type", "optional", "enum", "minimum", "maximum", "pattern", "maxLength")


def methods(items):
    for item in items:
        for method, info in item.get("info", {}).items():
            yield f"{method} {item['path']}", info
        yield from methods(item.get("children", []))


def parameter(of):
    kept = {name: of[name] for name in KEPT if name in of}
    if isinstance(of.get("format"), str):
        kept["format"] = of["format"]
    return kept


def main():
    place = pathlib.Path(__file__).with_name("schema.json")
    all_methods = dict(methods(json.loads(pathlib.Path(sys.argv[1]).read_text())))
    kept = {}
    for key in sorted(json.loads(place.read_text())):
        parameters = all_methods[key]["parameters"].get("properties", {})
        kept[key] = {name: parameter(of) for name, of in sorted(parameters.items())}
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in kept.items()]
    place.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
