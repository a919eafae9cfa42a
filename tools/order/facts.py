"""Prints what CloudFormation's registry says of resource types: types in, JSON out.

From the schemas that cfn-lint ships.
"""

import json
import sys
from pathlib import Path

import cfnlint

ROOT = Path(cfnlint.__file__).parent / "data" / "schemas"
INDEX = json.loads((ROOT / "providers" / "ap-east-1.json").read_text())
CHINA = json.loads((ROOT / "providers" / "cn-north-1.json").read_text())


def paths(schema: dict, key: str) -> list[str]:
    """Property paths such as `VPCOptions/SubnetIds`."""
    return sorted(path.removeprefix("/properties/") for path in schema.get(key, []))


def facts(name: str) -> dict:
    """Properties of a type that only a replacement changes, and those that identify it."""
    schema = json.loads(
        (ROOT / "resources" / f"{(INDEX.get(name) or CHINA[name])}.json").read_text()
    )
    found = {
        "createOnly": paths(schema, "createOnlyProperties"),
        "maybe": paths(schema, "conditionalCreateOnlyProperties"),
        "identifier": paths(schema, "primaryIdentifier"),
    }
    return {key: value for key, value in found.items() if value}


if __name__ == "__main__":
    json.dump({name: facts(name) for name in sorted(json.load(sys.stdin))}, sys.stdout, indent=2)
    sys.stdout.write("\n")
