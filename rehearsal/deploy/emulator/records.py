"""Types that the emulator does not know: validated, remembered, refused as the service would; nothing more."""

import hashlib
import itertools
import os
import threading
import uuid

from refusals import CREATE, refuse_change
from schemas import Schemas

PREFIXES = {
    "TransitGateway": "tgw-",
    "TransitGatewayVpcAttachment": "tgw-attach-",
    "TransitGatewayRouteTable": "tgw-rtb-",
    "CustomerGateway": "cgw-",
    "VPNConnection": "vpn-",
    "PrefixList": "pl-",
    "NetworkAcl": "acl-",
    "FlowLog": "fl-",
    "VPCEndpointService": "vpce-svc-",
}
# Ids that are UUIDs: what refers to them is held to that form.
UUIDS = {"AWS::DirectConnect::DirectConnectGateway"}
NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::CompositeAlarm": "AlarmName",
    "AWS::SSM::Document": "Name",
}

records: dict[tuple[str, str], dict] = {}
numbers = itertools.count(1)
lock = threading.Lock()


def attachment(resource: str) -> str:
    """Id of the attachment that AWS makes for a VPN or a Direct Connect gateway."""
    return f"tgw-attach-{hashlib.sha256(resource.encode()).hexdigest()[:17]}"


def attributes(schemas: Schemas, name: str, physical: str, properties: dict) -> dict:
    """What Fn::GetAtt may ask of it: each in the form that the service gives it."""
    found = {}
    for path in schemas.paths(name, "readOnlyProperties"):
        key = path.replace("/", ".")
        if key in properties:
            continue
        if key.endswith("Arn"):
            found[key] = (
                f"arn:aws:service:region:{os.environ['MINISTACK_ACCOUNT_ID']}:record/{physical}"
            )
        elif key == "AttachmentId":
            found[key] = attachment(physical)
        elif key == "Version":
            found[key] = 1
        else:
            found[key] = physical
    return found


def handler(schemas: Schemas, name: str) -> dict:
    """A handler of CloudFormation for one such type."""

    def refuse(new: dict, own: str | None) -> None:
        rule = CREATE.get(name)
        if rule:
            rule(name, records, new, own)

    def create(logical: str, properties: dict, stack: str):
        with lock:
            refuse(properties, None)
            given = properties.get(NAMES.get(name, ""))
            prefix = PREFIXES.get(name.split("::")[-1])
            if name in UUIDS:
                physical = str(uuid.uuid4())
            elif prefix:
                physical = f"{prefix}{os.urandom(9).hex()[:17]}"
            else:
                physical = given or f"{stack}-{logical}-{next(numbers)}"
            records[name, physical] = properties
        return physical, attributes(schemas, name, physical, properties)

    def update(physical: str, old: dict, new: dict, _stack: str, _logical: str | None = None):
        refuse_change(name, old, new)
        with lock:
            refuse(new, physical)
            records[name, physical] = new
        return physical, attributes(schemas, name, physical, new)

    def delete(physical: str, _properties: dict) -> None:
        records.pop((name, physical), None)

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}
