"""Stand-ins of instances: none starts here, and each of a group is in service, healthy and registered at once."""

from ministack.services import alb, autoscaling, servicediscovery
from ministack.services.cloudformation import provisioners


def show(group: str, properties: dict) -> None:
    """Behind the group's load balancers, and in the Cloud Map service of its tier."""
    tiers = [
        tag["Value"] for tag in properties.get("Tags", []) if tag.get("Key") == "harbourline:tier"
    ]
    own = autoscaling._asgs.get(group)
    if own is None:
        raise ValueError(f"The emulator made no group {group}")
    # A group that CloudFormation makes has none until somebody asks for them.
    autoscaling._reconcile_instances(own)
    known = own.get("Instances", [])
    for target_group in properties.get("TargetGroupARNs", []):
        alb._targets[target_group] = [{"Id": each["InstanceId"]} for each in known]
    for service in list(servicediscovery._services.values()):
        if service.get("Name") in {f"{tier}s" for tier in tiers} | set(tiers):
            servicediscovery._instances[service["Id"]] = {
                each["InstanceId"]: {
                    "Id": each["InstanceId"],
                    "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.1"},
                }
                for each in known
            }


def install() -> None:
    """After the emulator's own handler of groups."""
    own = provisioners._RESOURCE_HANDLERS["AWS::AutoScaling::AutoScalingGroup"]
    create, update = own["create"], own["update"]

    def created(logical: str, properties: dict, stack: str):
        physical, found = create(logical, properties, stack)
        show(physical, properties)
        return physical, found

    def updated(physical: str, old: dict, new: dict, *more):
        answer = update(physical, old, new, *more)
        show(physical, new)
        return answer

    own["create"], own["update"] = created, updated
