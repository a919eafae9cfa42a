"""Attempts to take raw values elsewhere, each with what becomes of it: the table of the docs."""

import shutil
import subprocess
import venv
import zipfile
from pathlib import Path

import pytest
from attempts import END, EXPORTER, OWN, Attempt, attempts
from conftest import Agent, Service

DOCS = Path(__file__).parents[3] / "docs" / "instrument.md"
SITE = str(Path(pytest.__file__).parents[1])


@pytest.mark.parametrize("attempt", attempts, ids=[attempt.name for attempt in attempts])
def test_what_becomes_of_an_attempt(service: Service, agent: Agent, attempt: Attempt) -> None:
    done = service.run(attempt.script, **attempt.variables)
    left = str(agent.traces) + done.stdout
    assert "hunter2" not in left, left
    if attempt.outcome == "does not start":
        assert done.returncode == 78 and "Fix: " in done.stderr and not done.stdout, done.stderr
    elif attempt.outcome == "refused":
        assert done.returncode == 1 and "Refused: harbourline: " in done.stderr, done.stderr
        assert "Fix: " in done.stderr
    elif attempt.outcome == "left out":
        assert (done.returncode, done.stdout) == (0, "runs\n"), done.stderr
        assert "may take raw " in done.stderr and " elsewhere" in done.stderr
    elif attempt.outcome == "masked":
        assert done.returncode == 0 and '"password": "****"' in done.stdout
    else:
        assert done.returncode == 0 and len(agent.spans) == 1, done.stderr


def test_the_docs_have_the_same_table() -> None:
    table = DOCS.read_text("utf-8").partition("| attempt | what becomes of it |\n|---|---|\n")[2]
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in table.partition("\n\n")[0].splitlines()
    ]
    elsewhere = [row for row in rows if row[1].startswith("guarded")]
    assert [row for row in rows if row not in elsewhere] == [(a.name, a.outcome) for a in attempts]
    assert {row[0] for row in elsewhere} == set(installs)


@pytest.fixture
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter without any package, as that of an image that copies packages in."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    return folder / "bin" / "python"


sources = Path(__file__).parents[1]
installs = {
    "`pip install --target`, `PYTHONPATH`, code that makes a provider": [str(sources), SITE],
    "`--target`, `opentelemetry-instrument`": [
        f"{SITE}/opentelemetry/instrumentation/auto_instrumentation",
        SITE,
    ],
    "the same, with opentelemetry-distro": [
        *("theirs", f"{SITE}/opentelemetry/instrumentation/auto_instrumentation", SITE)
    ],
    "any folder on `PYTHONPATH`, with the node's `OTEL_PYTHON_CONTEXT`": [SITE],
    "another `sitecustomize.py` before ours, which imports the SDK, with `OTEL_PYTHON_CONTEXT`": [
        *("firm", str(sources), SITE)
    ],
    "`python -S`, with `OTEL_PYTHON_CONTEXT`": [SITE],
    "`pip install -e`, with `python -I` or `-E`": [],
    "a zip file of everything, with `OTEL_PYTHON_CONTEXT`": ["all.zip"],
}


def _prepare(name: str, folder: Path, bare: Path) -> None:
    """What an install needs beside folders on the path."""
    if "sitecustomize" in name:
        (folder / "firm").mkdir()
        (folder / "firm" / "sitecustomize.py").write_text(
            "from opentelemetry.sdk.trace import TracerProvider\n"
        )
    elif "distro" in name:
        theirs = folder / "theirs"
        (theirs / "opentelemetry" / "distro").mkdir(parents=True)
        (theirs / "opentelemetry" / "distro" / "__init__.py").write_text(
            "import os\n"
            "from opentelemetry.instrumentation.distro import BaseDistro\n"
            "class OpenTelemetryDistro(BaseDistro):\n"
            "    def _configure(self, **_):\n"
            "        os.environ.setdefault('OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc')\n"
        )
        (theirs / "opentelemetry_distro-1.dist-info").mkdir()
        (theirs / "opentelemetry_distro-1.dist-info" / "entry_points.txt").write_text(
            "[opentelemetry_distro]\ndistro = opentelemetry.distro:OpenTelemetryDistro\n"
        )
    elif "-e`" in name:
        site = next(bare.parents[1].glob("lib/python*/site-packages"))
        (site / "_editable_impl_harbourline_otel.pth").write_text(f"{sources / 'src'}\n{SITE}\n")
        shutil.copy(sources / "harbourline_otel.pth", site)
    elif "zip" in name:
        wanted = ("opentelemetry", "harbourline_otel", "typing_ext", "importlib_m", "zipp")
        oldest = ("deprecated", "wrapt")
        with zipfile.ZipFile(folder / "all.zip", "w") as file:
            for top in Path(SITE).iterdir():
                for each in [top, *top.rglob("*")] if top.name.startswith(wanted + oldest) else ():
                    if each.suffix != ".pyc":
                        file.write(each, each.relative_to(SITE))


@pytest.mark.parametrize("name", installs)
def test_installed_where_python_reads_no_pth_file(
    service: Service, agent: Agent, bare: Path, name: str
) -> None:
    _prepare(name, service.folder, bare)
    flags = ["-S"] if "-S" in name else ["-I"] if "-I" in name else []
    script = EXPORTER + OWN + "exporter = otlp(SpanExporter, 'http://127.0.0.1:9/v1/traces')\n"
    script += "provider.add_span_processor(SimpleSpanProcessor(exporter))\n"
    script += "trace.set_tracer_provider(provider)\n" + END
    context = "harbourline_context" if "CONTEXT" in name else ""

    def run(provider: str) -> "subprocess.CompletedProcess[str]":
        process = service.start(
            *(str(bare), *flags, "-c", script),
            PYTHONPATH=":".join(installs[name]),
            OTEL_PYTHON_TRACER_PROVIDER=provider,
            OTEL_PYTHON_CONTEXT=context,
        )
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess([], process.returncode, out, err)

    done = run("harbourline_production")
    assert done.returncode == 0, done.stderr
    assert len(agent.spans) == 1 and "hunter2" not in str(agent.traces)
    assert run("harborline_production").returncode == 78


def test_another_sitecustomize_still_runs(service: Service, bare: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('mine')\n")
    process = service.start(
        *(str(bare), "-c", "import sys; print('harbourline_otel.guard' in sys.modules)"),
        PYTHONPATH=f"{sources}:{tmp_path}:{SITE}",
    )
    assert process.communicate(timeout=60)[0] == "mine\nTrue\n"
