"""Endpoints of a domain in other VPCs, which the emulator's OpenSearch Service does not have: records.

An account makes one of a domain that it owns, or whose owner let it in before; a token makes one
endpoint, however often it comes.
"""

import json
import os
import re

from ministack.services import opensearch

_ROOT = "/2021-01-01/opensearch"
_ACCESS = re.compile(rf"^{_ROOT}/domain/([^/]+)/(authorize|revoke)VpcEndpointAccess$")
_ENDPOINTS = f"{_ROOT}/vpcEndpoints"
_ARN = re.compile(r"^arn:[^:]+:es:([^:]+):(\d+):domain/(.+)$")

_let_in: set[tuple[str, str]] = set()
"""Domains by their ARN, and accounts that their owners let in."""
_endpoints: dict[str, dict] = {}


def _access(domain: str, verb: str, account: str):
    arn = opensearch._arn(domain)
    if domain not in opensearch._domains:
        return opensearch._error(404, "ResourceNotFoundException", f"Domain not found: {domain}")
    if verb == "authorize":
        _let_in.add((arn, account))
        principal = {"PrincipalType": "AWS_ACCOUNT", "Principal": account}
        return opensearch._json(200, {"AuthorizedPrincipal": principal})
    if (arn, account) not in _let_in:
        return opensearch._error(404, "ResourceNotFoundException", f"{account} is not let in")
    _let_in.discard((arn, account))
    return opensearch._json(200, {})


def _create(wanted: dict):
    owner = opensearch.get_account_id()
    token, arn = wanted.get("ClientToken"), wanted["DomainArn"]
    for known in _endpoints.values():
        if token and known["_token"] == token:
            return opensearch._json(200, {"VpcEndpoint": _shown(known)})
    found = _ARN.match(arn)
    domains = {(account, name) for (account, _, name), _ in opensearch._domains.all_items()}
    if not found or (found[2], found[3]) not in domains:
        return opensearch._error(404, "ResourceNotFoundException", f"Domain not found: {arn}")
    if found[2] != owner and (arn, owner) not in _let_in:
        why = f"Account {owner} is not authorized to create a VPC endpoint for {arn}"
        return opensearch._error(403, "AccessDeniedException", why)
    if not wanted["VpcOptions"].get("SubnetIds"):
        return opensearch._error(400, "ValidationException", "At least one subnet is needed")
    identifier = f"aos-{len(_endpoints) + 1:017x}"
    _endpoints[identifier] = {
        "VpcEndpointId": identifier,
        "VpcEndpointOwner": owner,
        "DomainArn": arn,
        "VpcOptions": wanted["VpcOptions"],
        "Status": "ACTIVE",
        "Endpoint": f"{identifier}.{os.environ['MINISTACK_REGION']}.es.amazonaws.com",
        "_token": token,
    }
    return opensearch._json(200, {"VpcEndpoint": _shown(_endpoints[identifier])})


def _shown(record: dict) -> dict:
    return {key: value for key, value in record.items() if not key.startswith("_")}


def _own(identifier: str) -> dict | None:
    record = _endpoints.get(identifier)
    return record if record and record["VpcEndpointOwner"] == opensearch.get_account_id() else None


def _describe(identifiers: list[str]):
    found = [record for record in map(_own, identifiers) if record]
    missing = [
        {"VpcEndpointId": each, "ErrorCode": "ENDPOINT_NOT_FOUND"}
        for each in identifiers
        if not _own(each)
    ]
    shown = [_shown(record) for record in found]
    return opensearch._json(200, {"VpcEndpoints": shown, "VpcEndpointErrors": missing})


def _update(wanted: dict):
    record = _own(wanted["VpcEndpointId"])
    if not record:
        return opensearch._error(404, "ResourceNotFoundException", wanted["VpcEndpointId"])
    record["VpcOptions"] = wanted["VpcOptions"]
    return opensearch._json(200, {"VpcEndpoint": _shown(record)})


def _delete(identifier: str):
    record = _own(identifier)
    if not record:
        return opensearch._error(404, "ResourceNotFoundException", identifier)
    del _endpoints[identifier]
    return opensearch._json(200, {"VpcEndpointSummary": {"VpcEndpointId": identifier}})


def install() -> None:
    """Before the emulator's own handler of the service."""
    own = opensearch.handle_request

    async def handle(method, path, headers, body, query):
        place = path.rstrip("/")
        access = _ACCESS.match(place)
        if not access and not place.startswith(_ENDPOINTS):
            return await own(method, path, headers, body, query)
        given = json.loads(body) if body else {}
        if access:
            return _access(access[1], access[2], given["Account"])
        match method, place.removeprefix(_ENDPOINTS):
            case "POST", "":
                return _create(given)
            case "POST", "/update":
                return _update(given)
            case "POST", "/describe":
                return _describe(given["VpcEndpointIds"])
            case "DELETE", identifier:
                return _delete(identifier.lstrip("/"))
        return opensearch._error(404, "UnknownOperationException", f"{method} {place}")

    opensearch.handle_request = handle
