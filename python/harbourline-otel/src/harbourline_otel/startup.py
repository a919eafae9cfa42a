"""Run by Python itself at its start, on a node of Harbourline.

``harbourline_otel.pth`` in site-packages calls `start` before any line of the service, so that no
import order and no code of the service comes before the check of the settings and the guard. Where
neither the environment nor the provider is one of ours, the package does nothing.

Where Python reads no ``.pth`` file, because the package was installed with ``--target`` or
``--prefix``, the same is called by ``sitecustomize.py`` of that folder, by
``opentelemetry-instrument``, by the context of OpenTelemetry where ``OTEL_PYTHON_CONTEXT`` names
ours, and by the tracer provider; whichever comes first.
"""

from __future__ import annotations

import os
import sys

_EX_CONFIG = 78
"""Exit code of sysexits.h: something is configured wrongly."""

_exit = os._exit
_started = False


def is_wanted() -> bool:
    """Whether this process is to be traced, or was meant to be: a typing error is none of "no"."""
    if "harbo" in os.environ.get("OTEL_PYTHON_TRACER_PROVIDER", "").lower():
        return True
    names = (name.upper() for name, value in os.environ.items() if value)
    return any(name.startswith("HARBO") and "_ENVIR" in name for name in names)


def start() -> None:
    """Checks the settings and puts the guard up, or ends the process with all that is wrong."""
    global _started
    if _started or not is_wanted() or _is_our_command():
        return
    _started = True
    if "OTEL_PYTHON_TRACER_PROVIDER" not in os.environ:
        # A program of the node that does not trace: left alone, as long as it does not.
        from harbourline_otel.hooks import when_imported

        when_imported("opentelemetry.sdk.trace", _refuse_unguarded)
        for module in ("metrics._internal.export", "_logs._internal.export"):
            when_imported(f"opentelemetry.sdk.{module}", _refuse_exporters)
        return
    from harbourline_otel import ends, guard
    from harbourline_otel.settings import Settings, SettingsError

    _forget_the_distribution()
    try:
        guard.put_up(Settings.from_environment(os.environ))
        ends.watch()
    except SettingsError as error:
        _refuse(f"{error}\n")
    except Exception as error:
        _refuse(f"harbourline: this service does not start: {type(error).__name__}: {error}\n")


def _forget_the_distribution() -> None:
    """What opentelemetry-distro set, where it came before us, is no setting of the service's."""
    name = "OTEL_EXPORTER_OTLP_PROTOCOL"
    if "opentelemetry.distro" in sys.modules and name in os.environ:
        try:
            with open("/proc/self/environ", "rb") as file:
                given = file.read().split(b"\0")
        except OSError:
            return
        if not any(pair.startswith(f"{name}=".encode()) for pair in given):
            del os.environ[name]


def _refuse_unguarded(_: object) -> None:
    if "harbourline_otel.providers" not in sys.modules:  # the code chooses a provider of ours
        _refuse(
            "harbourline: this service does not start.\n  OTEL_PYTHON_TRACER_PROVIDER is not set\n"
            "    HARBOURLINE_ENVIRONMENT is, and this program traces by itself, unguarded.\n"
            "    Fix: start the service with /etc/harbourline/service.env.\n"
        )


def _refuse_exporters(module: object) -> None:
    """Only what exports: clients such as that of redis import the metrics, and make none."""
    from harbourline_otel.hooks import wrap

    kinds = ("PeriodicExportingMetricReader", "BatchLogRecordProcessor", "SimpleLogRecordProcessor")
    for kind in kinds:
        if hasattr(module, kind):
            wrap(module, f"{kind}.__init__", lambda *_: _refuse_unguarded(None))  # type: ignore[arg-type]


def _refuse(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
    # An exception would be printed and passed over: by Python in a .pth file, and again by
    # opentelemetry-instrument. The service would run untraced.
    _exit(_EX_CONFIG)


def _is_our_command() -> bool:
    """The doctor must run where nothing else does, and makes no span by a tracer provider.

    `run` is a service's: `opentelemetry-instrument` may start it, too.
    """
    words = iter(sys.orig_argv[1:])
    for word in words:
        if not word.startswith("-") or word == "-":
            return os.path.basename(word) == "harbourline-otel" and next(words, "") != "run"
        if word in ("-X", "-W", "--check-hash-based-pycs"):
            next(words, None)
        elif not word.startswith("--") and "c" in word:
            return False
        elif not word.startswith("--") and "m" in word:  # -m NAME, -mNAME, -Im NAME
            ours = (word.partition("m")[2] or next(words, "")) == "harbourline_otel"
            return ours and next(words, "") != "run"
    return False


def context() -> object:
    """Entry point of ``opentelemetry_context``: the usual one, with the guard up before it."""
    start()
    from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext

    return ContextVarsRuntimeContext()


def say() -> None:
    """Entry point of ``opentelemetry_post_instrument``: what is on, in one line."""
    from harbourline_otel import guard

    if not (settings := guard.current()):
        return
    from harbourline_otel import forget

    if not _is_child():
        from harbourline_otel import found, say
        from harbourline_otel.settings import OLD_NAMES, has_new_names

        say.started(settings, found.line())
        if settings.strict and not has_new_names(
            os.environ.get("OTEL_SEMCONV_STABILITY_OPT_IN", "")
        ):
            say.warn(f"{OLD_NAMES}. Fix: use http,database, as the node's file does")
    try:
        forget.forget()
    except Exception:  # of odd classes of others: then all stays
        pass


def say_what_is_off() -> None:
    """With the first provider: what becomes of spans, or of copies of them, in one line each."""
    from harbourline_otel import guard

    if not (settings := guard.current()) or _is_child():
        return
    from harbourline_otel import say
    from harbourline_otel.settings import leaves_spans_out

    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        say.warn("OTEL_SDK_DISABLED is true: there are no spans. Fix: remove it")
    if settings.exporters == ("none",):
        say.warn("OTEL_TRACES_EXPORTER is none: no span is sent. Fix: use otlp")
    # Where it is refused at the start, what code set since has no effect.
    if not settings.strict and leaves_spans_out(os.environ.get("OTEL_TRACES_SAMPLER", "")):
        say.warn("OTEL_TRACES_SAMPLER leaves spans out, or all. Fix: remove it")
    for vendor in ("ddtrace", "newrelic", "elasticapm"):
        if vendor in sys.modules:
            say.warn(
                f"{vendor} traces this process, too: its spans are not scrubbed, and go past "
                "the agent. Fix: start the service without it"
            )


def _is_child() -> bool:
    """Whether it was said already, by the process that started this one."""
    from harbourline_otel import ends

    return ends.is_helper()
