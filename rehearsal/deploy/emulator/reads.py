"""The two calls by which the link's own function reads what CloudFormation does not tell."""

from ministack.services import ec2
from records import attachment, records


def described_connections(parameters: dict):
    """DescribeVpnConnections, with the tunnels as they were asked for."""
    wanted = ec2._parse_member_list(parameters, "VpnConnectionId")
    items = ""
    for (name, physical), record in list(records.items()):
        if name != "AWS::EC2::VPNConnection" or (wanted and physical not in wanted):
            continue
        tunnels = "".join(
            f"<item><outsideIpAddress>198.51.100.{index + 1}</outsideIpAddress>"
            f"<tunnelInsideCidr>{tunnel.get('TunnelInsideCidr')}</tunnelInsideCidr></item>"
            for index, tunnel in enumerate(record.get("VpnTunnelOptionsSpecifications", []))
        )
        items += (
            f"<item><vpnConnectionId>{physical}</vpnConnectionId><state>available</state>"
            f"<transitGatewayId>{record.get('TransitGatewayId')}</transitGatewayId>"
            f"<options><tunnelOptionSet>{tunnels}</tunnelOptionSet></options></item>"
        )
    return ec2._xml(
        200, "DescribeVpnConnectionsResponse", f"<vpnConnectionSet>{items}</vpnConnectionSet>"
    )


def row(name: str, physical: str, record: dict):
    """Type, resource, attachment and gateway of a record that is attached to a transit gateway."""
    if name == "AWS::EC2::VPNConnection":
        return "vpn", physical, attachment(physical), record.get("TransitGatewayId")
    if name == "AWS::EC2::TransitGatewayVpcAttachment":
        return "vpc", record.get("VpcId"), physical, record.get("TransitGatewayId")
    if name == "AWS::DirectConnect::DirectConnectGatewayAssociation":
        gateway = record.get("DirectConnectGatewayId")
        return (
            "direct-connect-gateway",
            gateway,
            attachment(str(gateway)),
            record.get("AssociatedGatewayId"),
        )
    return None


def described_attachments(parameters: dict):
    """DescribeTransitGatewayAttachments, by filters."""
    wanted = {
        ec2._p(parameters, f"Filter.{number}.Name"): ec2._p(parameters, f"Filter.{number}.Value.1")
        for number in range(1, 10)
        if parameters.get(f"Filter.{number}.Name")
    }
    items = ""
    for (name, physical), record in list(records.items()):
        found = row(name, physical, record)
        if not found:
            continue
        kind, resource, identifier, gateway = found
        told = {
            "resource-type": kind,
            "resource-id": resource,
            "transit-gateway-id": gateway,
            "state": "available",
        }
        if any(told.get(key, value) != value for key, value in wanted.items()):
            continue
        items += (
            f"<item><transitGatewayAttachmentId>{identifier}</transitGatewayAttachmentId>"
            f"<transitGatewayId>{gateway}</transitGatewayId><resourceType>{kind}</resourceType>"
            f"<resourceId>{resource}</resourceId><state>available</state></item>"
        )
    return ec2._xml(
        200,
        "DescribeTransitGatewayAttachmentsResponse",
        f"<transitGatewayAttachments>{items}</transitGatewayAttachments>",
    )


def install() -> None:
    """In the emulator's table of EC2's actions."""
    for table in [
        each for each in vars(ec2).values() if isinstance(each, dict) and "DescribeVpcs" in each
    ]:
        table["DescribeVpnConnections"] = described_connections
        table["DescribeTransitGatewayAttachments"] = described_attachments
