"""Names of an interface endpoint, which the emulator leaves out: a client's zone answers with the first."""

import os

import ministack.services.cloudformation.provisioners as provisioners


def install() -> None:
    """After the emulator's own handler of endpoints."""
    own = provisioners._RESOURCE_HANDLERS["AWS::EC2::VPCEndpoint"]
    create = own["create"]

    def created(logical: str, properties: dict, stack: str):
        physical, found = create(logical, properties, stack)
        if properties.get("VpcEndpointType") == "Interface":
            service = str(properties.get("ServiceName", "")).rsplit(".", 1)[-1]
            name = f"{physical}.{service}.{os.environ['MINISTACK_REGION']}.vpce.amazonaws.com"
            found["DnsEntries"] = [f"Z2YD5B7S6M9QAB:{name}"]
        return physical, found

    own["create"] = created
