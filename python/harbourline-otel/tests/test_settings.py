"""What the environment may say, and what is refused before a service runs."""

import site
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from harbourline_otel.addresses import loopback
from harbourline_otel.settings import LEVELS, Settings, SettingsError

node = {
    "OTEL_PYTHON_TRACER_PROVIDER": "harbourline_production",
    "HARBOURLINE_ENVIRONMENT": "prod",
    "OTEL_SERVICE_NAME": "payment",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
}


def test_what_a_node_gives_is_enough() -> None:
    settings = Settings.from_environment(node)
    assert settings == Settings(level="production", environment="prod")
    assert settings.batch <= 128


def test_a_service_may_say_more_about_itself() -> None:
    attributes = "deployment.environment.name=prod,service.version=1%2C2"
    assert Settings.from_environment(node | {"OTEL_RESOURCE_ATTRIBUTES": attributes}).strict
    assert Settings.from_environment(node | {"HARBOURLINE_ALLOWED_KEYS": "a.3ds, b-c,d_e"}).strict


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"OTEL_PYTHON_TRACER_PROVIDER": "harbourline_prod"}, "use one of harbourline_production"),
        ({"HARBOURLINE_ENVIRONMENT": ""}, "HARBOURLINE_ENVIRONMENT is not set"),
        ({"HARBOURLINE_ENVIRONMENT": "dev"}, "dev, which is not production"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=dev"}, "this node is of prod"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=dev"}, "deployment.environment=dev"),
        ({"OTEL_SERVICE_NAME": ""}, "OTEL_SERVICE_NAME is not set"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, "Nothing says where the agent is"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://otel.example"}, "and nowhere else"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1.example:4318"}, "and nowhere else"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://10.0.0.1:4318"}, "TRACES_ENDPOINT = http"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:9"}, "It contradicts OTEL"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318/otlp"}, "at its usual paths"),
        (
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/logs"},
            "at its usual paths",
        ),
        ({"HARBOURLINE_ENVIRONMENT": "PROD"}, "named in lower case"),
        ({"HARBOURLINE_ENVIRONMENT": "ｐｒｏｄ"}, "No environment is named so"),  # noqa: RUF001
        ({"HARBOURLINE_ENVIRONMENT": "prod\u200b"}, "No environment is named so"),
        ({"HARBORLINE_ENVIRONMENT": "prod"}, "name it HARBOURLINE_ENVIRONMENT"),
        ({"HARBOURLINE_ALOWED_KEYS": "a"}, "name it HARBOURLINE_ALLOWED_KEYS"),
        ({"\ufeffHARBOURLINE_ENVIRONMENT": "prod"}, "name it HARBOURLINE_ENVIRONMENT"),
        ({"HARBOURLINE_ALLOWED_KEYS": "payment,*"}, "* is neither a key nor a namespace"),
        ({"HARBOURLINE_ALLOWED_KEYS": "payment.*"}, "payment.* is neither a key nor"),
        ({"HARBOURLINE_ALLOWED_KEYS": "payment."}, "payment. is neither a key nor"),
        ({"OTEL_PYTHON_CONTEXT": "nope"}, "No installed package offers nope"),
        ({"OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "host,nope"}, "offers nope"),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "https://a"}, "METRICS_ENDPOINT"),
        ({"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "https://a"}, "LOGS_ENDPOINT"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "use http/protobuf and port 4318"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "Raw spans would leave by console"),
        ({"OTEL_TRACES_EXPORTER": "otlp,zipkin"}, "Raw spans would leave by zipkin"),
        ({"OTEL_PROPAGATORS": "tracecontext,baggage"}, "Baggage takes values along"),
        ({"OTEL_PROPAGATORS": "tracecontext,"}, "a comma too many"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1"}, "An address without a port"),
        ({"OTEL_SERVICE_NAME": "\udce6\udc94"}, "cannot read in this locale"),
        ({"OTEL_SERVICE_NAME": "\u201cpayment\u201d"}, "The quotes are part of the value"),
        ({"OTEL_PYTHON_EVENT_LOGGER_PROVIDER": "vendor"}, "Metrics and logs would go where"),
        ({"OTEL_TRACES_SAMPLER": "traceidratio"}, "OTEL_TRACES_SAMPLER = traceidratio"),
        ({"OTEL_CONFIG_FILE": "otel.yaml"}, "OTEL_CONFIG_FILE"),
        ({"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "512"}, "a number from 1 to 128"),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "many"}, "OTEL_BSP_MAX_QUEUE_SIZE = many"),
    ],
)
def test_what_is_missing_or_contradictory_is_refused(changes: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment(node | changes)
    assert named in str(error.value)
    assert "Fix: " in str(error.value)


def test_names_that_others_may_use_are_theirs() -> None:
    others = {"HARBOR_ENVIRONMENT": "x", "HARBOURLINE_STAGE": "x", "HARBOURLINE_STATE": "/run/x"}
    detectors = {
        "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "process, *",
        "HARBOURLINE_ALOWED_KEYS": "",
    }
    assert Settings.from_environment(node | others | detectors) == Settings("production", "prod")


def test_b3_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    b3 = node | {"OTEL_PROPAGATORS": "tracecontext,harbourline_b3"}
    assert Settings.from_environment(b3).strict
    monkeypatch.setattr("harbourline_otel.settings._folders", list)
    with pytest.raises(SettingsError, match=r"install harbourline-otel\[b3\]"):
        Settings.from_environment(b3)


@pytest.mark.parametrize("sees", ["true", "false"])
def test_what_the_system_offers_to_a_virtual_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sees: str
) -> None:
    """Python adds its folders after those of the environment, where the check is run."""
    (tmp_path / "pyvenv.cfg").write_text(f"include-system-site-packages = {sees}\n")
    theirs = Path(site.getsitepackages([str(tmp_path)])[0], "theirs-1.dist-info")
    theirs.mkdir(parents=True)
    (theirs / "entry_points.txt").write_text("[opentelemetry_context]\ntheirs = theirs:Theirs\n")
    for name in ("prefix", "base_prefix", "base_exec_prefix"):
        monkeypatch.setattr(sys, name, f"{tmp_path}{'' if name == 'prefix' else '/'}")
    named = node | {"OTEL_PYTHON_CONTEXT": "theirs"}
    if sees == "true":
        assert Settings.from_environment(named).strict
    else:
        with pytest.raises(SettingsError, match="No installed package offers theirs"):
            Settings.from_environment(named)


@pytest.mark.parametrize(
    ("environments", "levels"),
    [
        (
            "prod prod-hk prd2 xprodx pprod production2 live uk-live dr-prod test-prod",
            ["production"],
        ),
        ("hk main dr devices premium", ["production", "staging"]),
        ("uat dev2 alice-dev sandbox qa sit preprod pre-prod nonprod product-dev", [*LEVELS]),
        ("dev staging test", ["staging", "development"]),
    ],
)
def test_which_levels_the_name_of_an_environment_admits(
    environments: str, levels: list[str]
) -> None:
    for environment in environments.split():
        admitted = []
        for level in LEVELS:
            with suppress(SettingsError):
                named = {"HARBOURLINE_ENVIRONMENT": environment}
                admitted.append(Settings.from_environment(node | named, level).level)
        assert (environment, admitted) == (environment, levels)


def test_everything_wrong_is_named_at_once_and_no_secret_with_it() -> None:
    wrong = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://user:hunter2@otel.example/?key=hunter3",
        "OTEL_SERVICE_NAME": "",
        "OTEL_PROPAGATORS": "baggage",
    }
    with pytest.raises(SettingsError) as error:
        Settings.from_environment(node | wrong)
    assert all(name in str(error.value) for name in wrong)
    assert "hunter" not in str(error.value)


def test_development_needs_less_but_an_environment() -> None:
    few = {"HARBOURLINE_ENVIRONMENT": "dev", "OTEL_TRACES_EXPORTER": "console"}
    assert Settings.from_environment(few, "development").exporters == ("console",)
    with pytest.raises(SettingsError, match="nowhere else"):
        Settings.from_environment(few | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a"}, "development")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://127.0.0.1:4318", ("127.0.0.1", 4318)),
        ("http://127.77.0.1:4318/v1/traces", ("127.77.0.1", 4318)),
        ("http://localhost:4318", ("127.0.0.1", 4318)),
        ("http://[::1]:4318", ("::1", 4318)),
        ("127.0.0.1:4317", ("127.0.0.1", 4317)),
        ("https://127.0.0.1:4318", None),
        ("http://127.0.0.1@otel.example", None),
        ("http://127.1.example", None),
        ("http://10.0.0.1:4318", None),
        ("http://0.0.0.0:4318", None),
        ("http://127.0.0.1:port", None),
        ("http://127.0.0.1:0", None),
        ("http://:hunter2@127.0.0.1:4318", None),
        ("http://127.0.0.1:4318/", ("127.0.0.1", 4318)),
        ("http://127.0.0.1", ("127.0.0.1", 80)),
        ("http://127.\uff10.0.1:4318", None),
        ("http://127.0.0.1:\uff14\uff13\uff11\uff18", None),
        ("http://[::1%25lo]:4318", None),
        ("HTTP://LOCALHOST:4318/v1/traces/", ("127.0.0.1", 4318)),
        ("http://127.0.0.1:43\n18", None),
        ("", None),
    ],
)
def test_loopback_is_an_address_and_no_name(url: str, found: tuple[str, int] | None) -> None:
    assert loopback(url) == found
