"""What only the start needs is given back, and comes again where a service asks for it."""

import pytest
from conftest import Service

left = """
import sys
print([name for name in ("argparse", "packaging.requirements", "packaging.tags")
    if name in sys.modules])
"""
asked = """
import argparse
from opentelemetry.instrumentation import auto_instrumentation, dependencies
from packaging.requirements import InvalidRequirement, Requirement
assert type(auto_instrumentation.ArgumentParser(prog="p")) is argparse.ArgumentParser
assert type(dependencies.Requirement("a >= 1")) is Requirement
assert dependencies.get_dependency_conflicts(["opentelemetry-api >= 1"]) is None
assert dependencies.get_dependency_conflicts(["opentelemetry-api < 1"])
dependencies.get_dependency_conflicts(["not a requirement"])
"""


def test_what_only_the_start_needs_is_given_back(service: Service) -> None:
    assert service.instrumented(left).stdout == "[]\n"


def test_it_comes_again_where_a_service_asks_for_it(service: Service) -> None:
    service.instrumented(asked)


@pytest.mark.parametrize(
    "held", ["from packaging.tags import Tag", "from packaging import tags", "import argparse", ""]
)
def test_what_somebody_else_holds_stays(service: Service, held: str) -> None:
    """As another vendor's start does, before ours."""
    (service.folder / "other.py").write_text(held)
    script = f"""
import sys
from opentelemetry.instrumentation import auto_instrumentation, dependencies
import packaging.tags, other
from harbourline_otel import forget
forget.forget()
assert ("packaging.tags" in sys.modules) is ({held!r} != "")
"""
    assert service.run(script, PYTHONPATH=str(service.folder)).returncode == 0


def test_a_package_may_go_before_its_parts(service: Service) -> None:
    script = """
from opentelemetry.instrumentation import auto_instrumentation, dependencies
import packaging.licenses
from harbourline_otel import forget
forget.forget()
"""
    for seed in ("0", "1"):  # orders of a set: the package is first in one of them
        done = service.run(script, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
