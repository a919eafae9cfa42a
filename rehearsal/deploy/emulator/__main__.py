"""Runs MiniStack on loopback, with the types that it lacks, and every resource judged by its schema before it is made."""

import json
import os
import sys
from pathlib import Path

import endpoints
import instances
import ministack.core.lambda_runtime as runtime
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.ssm as ssm
import reads
import store_endpoints
from ministack.app import main
from records import handler
from schemas import Schemas

SCHEMAS = Schemas(os.environ["MINISTACK_REGION"])
EMULATED = json.loads((Path(__file__).parent.parent / "emulated.json").read_text())
STOOD_FOR = json.loads((Path(__file__).parent.parent / "stood-for.json").read_text())


def add_types() -> None:
    """Those of the list, and no other: an unknown type fails, as in an account that does not have it."""
    for name in EMULATED:
        if name not in provisioners._RESOURCE_HANDLERS:
            sys.exit(f"{name} is in emulated.json, and the emulator does not know it.")
    for name in STOOD_FOR:
        if "::" not in name:
            continue  # calls, whose modules are installed below
        if name in provisioners._RESOURCE_HANDLERS:
            sys.exit(f"{name} is in stood-for.json, and the emulator knows it: take it out.")
        provisioners._RESOURCE_HANDLERS[name] = handler(SCHEMAS, name)
        provisioners._REPLACING_PROPERTIES[name] = SCHEMAS.paths(name, "createOnlyProperties")


def keep_metric_math() -> None:
    """The emulator refuses an alarm on an expression: it is kept as a record, and never evaluated."""
    known, record = (
        provisioners._RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"],
        handler(SCHEMAS, "AWS::CloudWatch::Alarm"),
    )
    own = dict(known)
    known["create"] = lambda logical, new, stack: (record if new.get("Metrics") else own)["create"](
        logical, new, stack
    )
    known["update"] = lambda physical, old, new, stack, logical=None: (
        record["update"](physical, old, new, stack, logical)
        if new.get("Metrics")
        else own["update"](physical, old, new, stack)
    )
    known["delete"] = lambda physical, old: (record if old.get("Metrics") else own)["delete"](
        physical, old
    )


def judge_by_schema() -> None:
    """Before anything is made or changed, in every stack but the bootstrap's, which is not ours."""
    make, change = provisioners._provision_resource, provisioners._update_resource

    def judged(name: str, properties: dict) -> dict:
        # The emulator adds the stack's own tags without it.
        if name == "AWS::AutoScaling::AutoScalingGroup":
            return {
                **properties,
                "Tags": [{"PropagateAtLaunch": True, **tag} for tag in properties.get("Tags", [])],
            }
        return properties

    def made(name, logical, properties, stack):
        if stack != "CDKToolkit":
            SCHEMAS.refuse(name, logical, judged(name, properties))
        return make(name, logical, properties, stack)

    def changed(name, physical, old, new, stack, logical=None, old_attributes=None):
        if old != new:
            SCHEMAS.refuse(name, logical or physical, judged(name, new))
        return change(name, physical, old, new, stack, logical, old_attributes)

    for module in [
        each for key, each in sys.modules.items() if key.startswith("ministack.services")
    ]:
        if getattr(module, "_provision_resource", None) is make:
            module._provision_resource = made
        if getattr(module, "_update_resource", None) is change:
            module._update_resource = changed


def call_as_lambda_does() -> None:
    """Node 24's runtime calls handler(event, context), without a callback (aws-lambda-nodejs-runtime-interface-client 4)."""
    for key, value in list(vars(runtime).items()):
        if isinstance(value, str):
            setattr(
                runtime,
                key,
                value.replace("handlerFn(event, context, callback)", "handlerFn(event, context)"),
            )


add_types()
keep_metric_math()
judge_by_schema()
call_as_lambda_does()
endpoints.install()
instances.install()
reads.install()
store_endpoints.install()
for processor in ("arm64", "x86_64"):
    image = f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-{processor}"
    ssm._PUBLIC_AMI_PARAMETERS[image] = "ami-0c2023a1b2c3d4e5f"
main()
