"""What the environment of a service says, checked as a whole before the service runs."""

from __future__ import annotations

from harbourline_otel.addresses import loopback, path, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROVIDER = "OTEL_PYTHON_TRACER_PROVIDER"
ADMITTED = "harbourline_admitted_exporter"
"""Group of entry points: exporters that an installed package declares as harmless, by name."""

LEVELS = ("production", "staging", "development")
FILE = "/etc/harbourline/service.env"

_ENVIRONMENT_KEYS = ("deployment.environment.name", "deployment.environment")
_NOT_PRODUCTION = ("dev", "development", "staging", "test")
_NOT = ("pre", "non", "not")
_TRIALS = (
    *_NOT_PRODUCTION,
    *("bench", "ci", "demo", "int", "integration", "lab", "load", "local", "perf", "preview"),
    *("qa", "rehearsal", "sandbox", "sit", "stage", "testing", "trial", "uat"),
)
"""Words of which a name must have one before raw values leave."""
_B3 = "harbourline_b3"
_PROPAGATORS = ("tracecontext", _B3, "none")
_LIMITS = (
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
)
_OURS = tuple(f"HARBOURLINE_{name}" for name in ("ALLOWED_KEYS", "ENVIRONMENT", "SAY", "STATE"))
_NAMED = {
    "OTEL_PYTHON_CONTEXT": (
        "opentelemetry_context",
        ("contextvars_context", "harbourline_context"),
    ),
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": (
        "opentelemetry_resource_detector",
        ("*", "otel", "host", "os", "process"),
    ),
}
"""Variables that name what packages offer: the group, and what is there without a look."""
_CREDENTIALS = ("OTEL_PYTHON_EXPORTER_OTLP_HTTP_", "OTEL_PYTHON_EXPORTER_OTLP_GRPC_")
_SECRET = ("HEADERS", "ATTRIBUTES", "CERTIFICATE", "KEY", "TOKEN", "SECRET", "PASSWORD")
"""Parts of names of variables whose values may be secrets, or hold some."""
_SIGNALS = ("TRACES", "METRICS", "LOGS")
_BOM = "\ufeff"
"""What some editors begin a file with: a name that it belongs to is none that anybody reads."""
_QUOTES = ("''", '""', "\u2018\u2019", "\u201c\u201d")
_COMPLETE_SAMPLERS = ("always_on", "parentbased_always_on")


def leaves_spans_out(sampler: str) -> bool:
    """Whether spans are missing with this ``OTEL_TRACES_SAMPLER``: refused but in development."""
    return sampler.strip() not in ("", *_COMPLETE_SAMPLERS)


def has_new_names(opted: str) -> bool:
    """Whether this ``OTEL_SEMCONV_STABILITY_OPT_IN`` has what the agent's tiers look for."""
    return {"http", "database"} <= set(opted.replace(" ", "").split(","))


OLD_NAMES = (
    "OTEL_SEMCONV_STABILITY_OPT_IN lacks http,database: calls over the border are not seen, "
    "redaction does not know old names"
)


class Refused(RuntimeError):
    """Something that would let raw spans leave by another way than the agent, or lose them."""


class SettingsError(Refused):
    """The environment is incomplete or contradicts itself. The text names every problem."""


class Settings:
    """How a service is traced.

    Attributes:
        level: ``production``, ``staging`` or ``development``.
        environment: ``deployment.environment.name`` of everything that this process sends.
        host: Loopback address of the agent.
        port: Its port of OTLP over HTTP.
        exporters: Names of ``OTEL_TRACES_EXPORTER``.
        allowed_keys: Attribute keys, or namespaces of keys, of the service's own; production only.
        queue: Spans that may wait; more are dropped and counted.
        batch: Spans in a batch. Encoding one holds the interpreter.
        delay_ms: Milliseconds between two batches, while there are few spans.
    """

    def __init__(
        self,
        level: str,
        environment: str,
        host: str = "127.0.0.1",
        port: int = 4318,
        exporters: tuple[str, ...] = ("otlp",),
        allowed_keys: tuple[str, ...] = (),
        queue: int = 2048,
        batch: int = 128,
        delay_ms: int = 2000,
    ) -> None:
        self.level = level
        self.environment = environment
        self.host = host
        self.port = port
        self.exporters = exporters
        self.allowed_keys = allowed_keys
        self.queue = queue
        self.batch = batch
        self.delay_ms = delay_ms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_environment(cls, variables: Mapping[str, str], level: str | None = None) -> Settings:
        """Reads and checks the variables.

        Args:
            variables: Usually ``os.environ``.
            level: Where ``OTEL_PYTHON_TRACER_PROVIDER`` is not what chose it.

        Raises:
            SettingsError: With everything that is missing or contradictory.
        """
        reader = _Reader(variables, level or _level(variables.get(PROVIDER, "")))
        settings = reader.settings()
        if reader.problems:
            problems = "\n".join(reader.problems)
            raise SettingsError(f"harbourline: this service does not start.\n{problems}")
        return settings

    @property
    def url(self) -> str:
        """Of the agent."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def strict(self) -> bool:
        """Whether spans may go to the agent only: everywhere but in development."""
        return self.level != "development"


def _level(provider: str) -> str:
    """The level of a provider's exact name."""
    names = {f"harbourline_{level}": level for level in LEVELS}
    return names.get(provider, "")


def _words(environment: str) -> list[str]:
    return "".join(c if c.isalpha() else " " for c in environment).split()


def _is_production(environment: str) -> bool:
    """Whether its name says so: ``prod``, ``prodhk``, ``live2``; not ``preprod``, ``non-prod``."""
    before = ""
    for word in _words(environment):
        denied = before in _NOT or word.startswith(_NOT)
        before, word = word, word.replace("production", "prod").replace("product", "")
        if not denied and (word == "live" or word.startswith("prd") or "prod" in word):
            return True
    return False


def _is_trial(environment: str) -> bool:
    """Whether its name says that it is none of production: ``dev2``, ``uat-hk``, ``preprod``."""
    return any(
        word in _TRIALS or word in _NOT or (word.startswith(_NOT) and _is_production(word[3:]))
        for word in _words(environment)
    )


def _installed(group: str, name: str) -> bool:
    """Whether an installed package offers it."""
    from importlib.metadata import distributions

    found = (each.entry_points for each in distributions(path=_folders()))
    return any((each.group, each.name) == (group, name) for points in found for each in points)


def _folders() -> list[str]:
    """Where Python will look for packages once it has started.

    A virtual environment that sees the system's packages gets their folders behind its own `.pth`
    files, of which ours is one.
    """
    import site
    import sys

    if sys.prefix == sys.base_prefix:
        return sys.path
    try:
        with open(f"{sys.prefix}/pyvenv.cfg", encoding="utf-8") as file:
            lines = ["".join(line.lower().split()) for line in file]
    except OSError:
        return sys.path
    if "include-system-site-packages=true" not in lines:
        return sys.path
    theirs = site.getsitepackages([sys.base_prefix, sys.base_exec_prefix])
    return [*sys.path, *theirs, site.getusersitepackages()]


def contradictions(environment: str, attributes: Mapping[str, object]) -> list[str]:
    """What resource attributes say against the environment, as ``key=value``."""
    return [
        f"{key}={attributes[key]}"
        for key in _ENVIRONMENT_KEYS
        if attributes.get(key, environment) != environment
    ]


_DEFAULT = ("127.0.0.1", 4318)
_PORTS = {
    80: "An address without a port means 80, where the agent takes no OTLP.",
    4317: "4317 is the agent's port of gRPC, and the package speaks OTLP over HTTP.",
}


def service_name(variables: Mapping[str, str]) -> str:
    """What the variables name the service, if they do."""
    return variables.get("OTEL_SERVICE_NAME", "").strip() or _resource(variables).get(
        "service.name", ""
    )


def _resource(variables: Mapping[str, str]) -> dict[str, str]:
    """``OTEL_RESOURCE_ATTRIBUTES``, as the SDK reads it."""
    given = variables.get("OTEL_RESOURCE_ATTRIBUTES", "").split(",")
    pairs = (pair.partition("=") for pair in given)
    return {key.strip(): _unquoted(value.strip()) for key, _, value in pairs}


def _unquoted(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


class _Reader:
    def __init__(self, variables: Mapping[str, str], level: str) -> None:
        self._variables = variables
        self._level = level
        self.problems: list[str] = []

    def settings(self) -> Settings:
        if self._level not in LEVELS:
            names = ", ".join(f"harbourline_{level}" for level in LEVELS)
            why = "There is no such tracer provider, and this node's services are traced."
            self._problem(PROVIDER, why, f"use one of {names}, exactly: no quotes, no spaces.")
        self._refuse_quotes()
        self._refuse_unknown()
        self._refuse_detours()
        environment = self._environment()
        host, port = self._endpoint()
        queue = self._number("OTEL_BSP_MAX_QUEUE_SIZE", 128, 16_384, 2048)
        return Settings(
            level=self._level,
            environment=environment,
            host=host,
            port=port,
            exporters=self._exporters(),
            allowed_keys=self._allowed_keys(),
            queue=queue,
            batch=self._number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1, 128, 128),
            delay_ms=self._number("OTEL_BSP_SCHEDULE_DELAY", 1, 60_000, 2000),
        )

    def _get(self, name: str) -> str:
        return self._variables.get(name, "").strip()

    def _list(self, name: str) -> Iterator[str]:
        return (part.strip() for part in self._get(name).split(",") if part.strip())

    def _problem(self, name: str, why: str, fix: str) -> None:
        given = self._variables.get(name, "")
        value = shown(given if given != given.strip() else self._get(name))
        value = repr(value) if value != value.strip() or not value.isprintable() else value
        if any(part in name for part in _SECRET):
            value = "(not shown)"
        what = f"{name} = {value}" if given else f"{name} is not set"
        self.problems.append(f"  {what}\n    {why}\n    Fix: {fix}")

    def _environment(self) -> str:
        attributes = _resource(self._variables)
        environment = self._get("HARBOURLINE_ENVIRONMENT") or attributes.get(
            _ENVIRONMENT_KEYS[0], ""
        )
        if not environment:
            why = "The agent drops spans that do not say of which environment they are."
            self._problem("HARBOURLINE_ENVIRONMENT", why, f"start the service with {FILE}.")
        elif against := contradictions(environment, attributes):
            why = f"It says {', '.join(against)}, and this node is of {environment}."
            self._problem("OTEL_RESOURCE_ATTRIBUTES", why, "leave the environment out of it.")
        elif environment != environment.lower():
            why = "Environments are named in lower case: the agent drops spans of others."
            fix = f"take it from the node's own {FILE}."
            self._problem("HARBOURLINE_ENVIRONMENT", why, fix)
        elif not (environment.isascii() and environment.replace("-", "").isalnum()):
            why = "No environment is named so, and the agent drops spans of others."
            fix = f"take it from the node's own {FILE}: letters of ASCII, digits and hyphens."
            self._problem("HARBOURLINE_ENVIRONMENT", why, fix)
        elif self._level == "production" and environment in _NOT_PRODUCTION:
            why = f"The environment is {environment}, which is not production."
            self._problem(PROVIDER, why, f"take both from the node's own {FILE}.")
        elif self._level in LEVELS[1:] and _is_production(environment):
            why = f"The environment is {environment}: raw values of production would leave."
            self._problem(PROVIDER, why, f"use harbourline_production, as the node's {FILE} does.")
        elif self._level == "development" and not _is_trial(environment):
            why = f"Nothing in the name {environment} says that it is none of production."
            fix = f"use dev on your own machine, elsewhere the provider of the node's {FILE}."
            self._problem(PROVIDER, why, fix)
        named = service_name(self._variables)
        if not named and self._level != "development":
            why = "Spans of an unknown service help nobody."
            self._problem("OTEL_SERVICE_NAME", why, "name the service in its unit.")
        elif named and not named.isprintable():
            why = "It has signs that nobody sees, or that Python cannot read in this locale."
            fix = "write it anew, in letters of ASCII."
            self._problem("OTEL_SERVICE_NAME", why, fix)
        return environment

    def _endpoint(self) -> tuple[str, int]:
        base = "OTEL_EXPORTER_OTLP_ENDPOINT"
        fix = f"use http://127.0.0.1:4318, as {FILE} does."
        if not self._get(base) and self._level != "development":
            self._problem(base, "Nothing says where the agent is.", fix)
        agent = loopback(self._get(base)) if self._get(base) else _DEFAULT
        if agent and agent[1] in _PORTS:
            self._problem(base, _PORTS[agent[1]], fix)
        for name in (base, *(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT" for signal in _SIGNALS)):
            if not self._get(name) or (name == base and agent):
                continue
            if not (found := loopback(self._get(name))):
                why = "Telemetry goes to the agent on this node and nowhere else."
                self._problem(name, why, fix if name == base else "remove it.")
            elif found != agent:
                self._problem(name, f"It contradicts {base}.", "remove it.")
        for signal in ("", *_SIGNALS):
            name = f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT".replace("__", "_")
            usual = [f"v1/{each.lower()}" for each in _SIGNALS if signal in ("", each)]
            if path(self._get(name)) not in ("", *usual) and loopback(self._get(name)):
                why = "The agent takes OTLP at its usual paths and at no other."
                self._problem(name, why, fix if name == base else "remove it.")
        for part in ("", *(f"{signal}_" for signal in _SIGNALS)):
            name = f"OTEL_EXPORTER_OTLP_{part}PROTOCOL"
            if self._get(name) not in ("", "http/protobuf"):
                why = "The package speaks OTLP over HTTP: no second connection, safe to fork."
                self._problem(name, why, "use http/protobuf and port 4318.")
        return agent or _DEFAULT

    def _allowed_keys(self) -> tuple[str, ...]:
        keys = tuple(self._list("HARBOURLINE_ALLOWED_KEYS"))
        for key in keys:
            if (
                key[-1] == "."
                or not key.replace(".", "").replace("-", "").replace("_", "").isalnum()
            ):
                why = f"{key} is neither a key nor a namespace: it lets nothing through."
                fix = "write keys out, or the namespace alone: payment lets payment.amount through."
                self._problem("HARBOURLINE_ALLOWED_KEYS", why, fix)
                break
        return keys

    def _exporters(self) -> tuple[str, ...]:
        names = tuple(self._list("OTEL_TRACES_EXPORTER")) or ("otlp",)
        known = {"otlp", "none"}
        if self._level == "development":
            known.add("console")
        for name in names:
            if name not in known and not _installed(ADMITTED, name):
                why = f"Raw spans would leave by {name}, past the agent."
                self._problem("OTEL_TRACES_EXPORTER", why, "use otlp.")
        return names

    def _refuse_quotes(self) -> None:
        for name, value in self._variables.items():
            text = value.strip()
            quoted = len(text) > 1 and text[0] + text[-1] in _QUOTES
            if quoted and name.startswith(("OTEL_", "HARBOURLINE_")) and name != PROVIDER:
                why = "The quotes are part of the value: --env-file of Docker keeps them."
                self._problem(name, why, "remove the quotes.")

    def _refuse_unknown(self) -> None:
        """Names with a typing error: of our variables, and of what other packages offer."""
        for name, value in self._variables.items():
            if not value or name in _OURS or not name.upper().lstrip(_BOM).startswith("HARBO"):
                continue
            from difflib import get_close_matches

            for meant in get_close_matches(name.upper(), _OURS, 1, 0.95):
                self._problem(name, "Nothing reads a variable of this name.", f"name it {meant}.")
        for variable, (group, known) in _NAMED.items():
            for name in self._list(variable):
                if name not in known and not _installed(group, name):
                    why = f"No installed package offers {name}."
                    self._problem(variable, why, "remove it, or install its package.")

    def _refuse_detours(self) -> None:
        for name in ("OTEL_CONFIG_FILE", "OTEL_EXPERIMENTAL_CONFIG_FILE"):
            if self._get(name):
                why = "A configuration file would replace the tracer provider."
                self._problem(name, why, "remove it.")
        for name in _LIMITS:
            if (text := self._get(name)) and not text.isdecimal():
                self._problem(name, "It must be a number from 0 on.", "remove it.")
        if self._level == "development":
            return
        given = self._get("OTEL_PROPAGATORS")
        for propagator in dict.fromkeys(map(str.strip, given.split(",") if given else ())):
            fix = "use tracecontext, or tracecontext,harbourline_b3 to read B3."
            if propagator == "baggage":
                why = "Baggage takes values along to every peer, over the border too."
            elif not propagator:
                why = "There is a comma too many, and OpenTelemetry ends at an empty name."
            elif propagator not in _PROPAGATORS:
                why = f"{propagator} writes headers that are no trace context of W3C."
            elif propagator == _B3 and not _installed("opentelemetry_propagator", "b3"):
                why = "The extra b3 is not installed."
                fix = "install harbourline-otel[b3], or use tracecontext."
            else:
                continue
            self._problem("OTEL_PROPAGATORS", why, fix)
        for signal in ("METER", "LOGGER", "EVENT_LOGGER"):
            name, kind = f"OTEL_PYTHON_{signal}_PROVIDER", f"{signal.lower()}_provider"
            if self._get(name) not in ("", f"default_{kind}", f"sdk_{kind}"):
                why = "Metrics and logs would go where it likes, past the agent."
                self._problem(name, why, "remove it.")
        for name in self._variables:
            if name.startswith(_CREDENTIALS) and name.endswith("_PROVIDER") and self._get(name):
                why = "What is installed under that name decides where telemetry is sent."
                self._problem(name, why, "remove it: the agent wants no credentials.")
        if leaves_spans_out(self._get("OTEL_TRACES_SAMPLER")):
            why = "The samplers choose among whole traces; figures are of all spans."
            self._problem("OTEL_TRACES_SAMPLER", why, "remove it.")

    def _number(self, name: str, low: int, high: int, default: int) -> int:
        text = self._get(name)
        if not text:
            return default
        if text.isdecimal() and low <= int(text) <= high:
            return int(text)
        self._problem(
            name, f"It must be a number from {low} to {high}.", f"{default} is the default."
        )
        return default
