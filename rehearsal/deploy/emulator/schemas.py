"""Judges properties by the registry schemas that cfn-lint ships, as CloudFormation does before it makes anything."""

import functools
import json
import re
from pathlib import Path

import cfnlint
import jsonschema
import jsonschema._keywords
import jsonschema._utils
import regex

# Names of properties are matched by patterns, too: by the same engine as values.
jsonschema._keywords.re = jsonschema._utils.re = regex

ROOT = Path(cfnlint.__file__).parent / "data" / "schemas"


class Schemas:
    """The schemas of one region."""

    def __init__(self, region: str) -> None:
        self.index = json.loads((ROOT / "providers" / f"{region}.json").read_text())

    @functools.cache  # noqa: B019  one instance for the process
    def of(self, name: str) -> dict | None:
        """The schema of a type; None where the region does not have it."""
        file = self.index.get(name)
        return json.loads((ROOT / "resources" / f"{file}.json").read_text()) if file else None

    def paths(self, name: str, key: str) -> tuple[str, ...]:
        """Such as the properties that only a creation takes."""
        return tuple(
            path.removeprefix("/properties/") for path in (self.of(name) or {}).get(key, [])
        )

    def refuse(self, name: str, logical: str, properties: dict) -> None:
        """Raises ValueError, in CloudFormation's words, for the first property that the schema refuses."""
        document = self.of(name)
        if not document:
            return
        for error in VALIDATOR(document).iter_errors(taken(document, document, properties)):
            where = "/".join(str(part) for part in error.absolute_path)
            raise ValueError(
                f"Properties validation failed for resource {logical} with message: [#/{where}: {error.message[:200]}]"
            )


def taken(schema: dict, document: dict, value: object) -> object:
    """CloudFormation takes "true" for true and "80" for 80, and numbers for texts."""
    if "$ref" in schema:
        node: dict = document
        for part in schema["$ref"][2:].split("/"):
            node = node[part]
        schema = node
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        return {key: taken(inner.get(key, {}), document, each) for key, each in value.items()}
    if isinstance(value, list):
        items = schema.get("items", {})
        return [taken(items if isinstance(items, dict) else {}, document, each) for each in value]
    wanted = schema.get("type") or []
    types = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, str) and "string" not in types:
        if "boolean" in types and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if "integer" in types and re.fullmatch(r"-?\d+", value):
            return int(value)
        if "number" in types and re.fullmatch(r"-?\d+(\.\d+)?", value):
            return float(value)
    if types == ["string"] and isinstance(value, bool):
        return str(value).lower()
    return str(value) if types == ["string"] and isinstance(value, (int, float)) else value


def pattern(_validator, wanted: str, instance: object, _schema: dict):
    """The schemas speak Java's dialect: Unicode classes, and a few that no other engine reads, which are passed over."""
    if isinstance(instance, str):
        try:
            if not regex.search(wanted, instance):
                yield jsonschema.ValidationError(f"{instance!r} does not match {wanted!r}")
        except regex.error:
            return


VALIDATOR = jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": pattern})
