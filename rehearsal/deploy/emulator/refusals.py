"""What services refuse although no schema says so. The judge of order has the same rules, with their sources: judges/order."""

import json


def same(*properties: str):
    """Refuses a second record with the same values of these properties."""

    def rule(name: str, records: dict, new: dict, own: str | None) -> None:
        wanted = [json.dumps(new.get(each), sort_keys=True) for each in properties]
        for (other, physical), record in records.items():
            if (
                other == name
                and physical != own
                and wanted == [json.dumps(record.get(each), sort_keys=True) for each in properties]
            ):
                raise ValueError(
                    f"{name} with the same {', '.join(properties)} is there already: {physical}"
                )

    return rule


def entries_fit(_name: str, _records: dict, new: dict, _own: str | None) -> None:
    """A prefix list holds no more than its size."""
    if len(new.get("Entries", [])) > int(new.get("MaxEntries", 0)):
        raise ValueError("The prefix list has more entries than MaxEntries")


RULE = ("GroupId", "IpProtocol", "FromPort", "ToPort", "CidrIp")

CREATE = {
    "AWS::EC2::TransitGatewayRouteTableAssociation": same("TransitGatewayAttachmentId"),
    "AWS::EC2::TransitGatewayRouteTablePropagation": same(
        "TransitGatewayAttachmentId", "TransitGatewayRouteTableId"
    ),
    "AWS::EC2::TransitGatewayRoute": same("TransitGatewayRouteTableId", "DestinationCidrBlock"),
    "AWS::EC2::NetworkAclEntry": same("NetworkAclId", "RuleNumber", "Egress"),
    "AWS::EC2::SecurityGroupIngress": same(*RULE, "SourceSecurityGroupId", "SourcePrefixListId"),
    "AWS::EC2::SecurityGroupEgress": same(
        *RULE, "DestinationSecurityGroupId", "DestinationPrefixListId"
    ),
    "AWS::EC2::VPCEndpointServicePermissions": same("ServiceId"),
    "AWS::SecretsManager::ResourcePolicy": same("SecretId"),
    "AWS::DirectConnect::TransitVirtualInterface": same("ConnectionId", "Vlan"),
    "AWS::CloudWatch::CompositeAlarm": same("AlarmName"),
    "AWS::EC2::PrefixList": entries_fit,
}


def refuse_change(name: str, old: dict, new: dict) -> None:
    """What one call does not change together."""
    changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    if name == "AWS::EC2::PrefixList" and {"MaxEntries", "Entries"} <= changed:
        raise ValueError(
            "You cannot modify the entries of a prefix list and its size at the same time"
        )
