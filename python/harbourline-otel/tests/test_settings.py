"""What the environment may say, and what is refused before a service runs."""

from contextlib import suppress

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
        ({"OTEL_PYTHON_CONTEXT": "nope"}, "No installed package offers nope"),
        ({"OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "host,nope"}, "offers nope"),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "https://a"}, "METRICS_ENDPOINT"),
        ({"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "https://a"}, "LOGS_ENDPOINT"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "use http/protobuf and port 4318"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "Raw spans would leave by console"),
        ({"OTEL_TRACES_EXPORTER": "otlp,zipkin"}, "Raw spans would leave by zipkin"),
        ({"OTEL_PROPAGATORS": "tracecontext,baggage"}, "Baggage takes values along"),
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
        ("HTTP://LOCALHOST:4318/v1/traces/", ("127.0.0.1", 4318)),
        ("", None),
    ],
)
def test_loopback_is_an_address_and_no_name(url: str, found: tuple[str, int] | None) -> None:
    assert loopback(url) == found
