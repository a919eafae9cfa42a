"""Programs that end in every way, each against the same program without the package.

Some rounds here; ``npm run python:matrix`` does 200, on every Python of the machine.
"""

import os
import signal

import pytest
from conftest import Agent, Service

ROUNDS = int(os.environ.get("HARBOURLINE_ROUNDS", "3"))

multiprocessing = """
import multiprocessing as mp, os, sys, threading, time
from concurrent.futures import ProcessPoolExecutor
from opentelemetry import trace
tracer = trace.get_tracer("test")
def work(n):
    tracer.start_span(f"child {n}").end()
    return n * n
def wait():
    time.sleep(60)
def forget(threads):
    # A pool joins its threads. On Python 3.12 the system may know them still, and the next fork
    # warns of them, also without the package.
    for thread in threads:
        while thread is not threading.main_thread() and os.path.exists(
            f"/proc/self/task/{thread.native_id}"
        ):
            time.sleep(0.001)
def main(kind, method, rounds):
    context = mp.get_context(method)
    threads = []
    for _ in range(rounds):
        if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"):
            tracer.start_span("parent").end()  # a fork finds a thread of the package
        forget(threads)
        if kind == "pool":
            with context.Pool(2) as pool:
                assert pool.map(work, range(4)) == [0, 1, 4, 9]
                threads = threading.enumerate()
        elif kind == "executor":
            with ProcessPoolExecutor(2, mp_context=context) as pool:
                assert list(pool.map(work, range(4))) == [0, 1, 4, 9]
                threads = threading.enumerate()
        elif kind == "process":
            processes = [context.Process(target=work, args=(n,)) for n in range(4)]
            for p in processes: p.start()
            for p in processes: p.join()
            assert [p.exitcode for p in processes] == [0] * 4
        elif kind == "terminate":
            p = context.Process(target=wait)
            p.start()
            p.terminate()
            p.join()
            assert p.exitcode == -15, p.exitcode
if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    print("done")
"""


def spans_of(agent: Agent) -> int:
    return sum(span.name.startswith("child") for span in agent.spans)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
@pytest.mark.parametrize("kind", ["pool", "executor", "process", "terminate"])
def test_children_end_as_without_us_and_lose_no_span(
    service: Service, agent: Agent, kind: str, method: str
) -> None:
    (service.folder / "program.py").write_text(multiprocessing)
    rounds = ROUNDS if method == "fork" else max(1, ROUNDS // 10)
    for provider in ("harbourline_production", ""):
        process = service.start(
            "python",
            "-Walways",
            "program.py",
            *(kind, method, str(rounds)),
            OTEL_PYTHON_TRACER_PROVIDER=provider,
        )
        out, err = process.communicate(timeout=120 + rounds)
        assert (process.returncode, out) == (0, "done\n"), err
        assert "multi-threaded" not in err
    made = 0 if kind == "terminate" else 4 * rounds
    exported = "otel.sdk.exporter.span.exported"
    died = agent.total(exported, error_type="process_died")
    # A pool kills its workers: one that the machine did not let run for a second is counted. And
    # counted twice, if it died between the agent's answer and its own note of it.
    assert spans_of(agent) <= made <= spans_of(agent) + died
    assert agent.total(exported) + died >= made + rounds
    if kind != "pool":
        assert (spans_of(agent), agent.total(exported)) == (made, made + rounds)


programs = {
    "batch": "ready()\ntime.sleep(60)",
    "asyncio": "async def main():\n    ready()\n    await asyncio.sleep(60)\nasyncio.run(main())",
    "threads": "t = threading.Thread(target=time.sleep, args=(60,))\nt.start()\nready()\nt.join()",
    "executor": "with ThreadPoolExecutor(1) as e:\n    f = e.submit(time.sleep, 60)\n"
    "    ready()\n    f.result()",
    "stubborn": "ready()\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass",
    "own handler": "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\nready()\ntime.sleep(60)",
    "ignores": "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nready()\ntime.sleep(1)",
    "restores": "signal.signal(signal.SIGTERM, signal.SIG_DFL)\nready()\n"
    "signal.raise_signal(signal.SIGTERM)",
    "kills itself": "signal.signal(signal.SIGTERM, signal.SIG_DFL)\nready()\n"
    "os.kill(os.getpid(), signal.SIGTERM)",
    "leaves at once": "ready()\nos._exit(3)",
    "fails": "ready()\nraise SystemExit(5)",
}


by_themselves = ("restores", "kills itself", "leaves at once", "fails")


@pytest.mark.parametrize("name", programs)
def test_sigterm_ends_a_program_as_without_us(service: Service, agent: Agent, name: str) -> None:
    """Its last span arrives; the exit code is the same."""
    script = f"""
import asyncio, os, signal, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from opentelemetry import trace
def ready():
    trace.get_tracer("test").start_span("child").end()
    print("ready", flush=True)
{programs[name]}
"""
    codes = []
    for provider in ("harbourline_production", ""):
        process = service.start(
            "python",
            "-c",
            script,
            OTEL_PYTHON_TRACER_PROVIDER=provider,
            OTEL_BSP_SCHEDULE_DELAY="60000" if provider else "",
        )
        assert process.stdout
        assert process.stdout.readline() == "ready\n", process.communicate()
        if name not in by_themselves:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        codes.append(process.returncode)
    assert codes[0] == codes[1]
    assert spans_of(agent) == 1


def test_a_child_within_a_long_call_ends_at_once(service: Service) -> None:
    script = """
import multiprocessing as mp, re
def busy():
    re.match(r"(a+)+$", "a" * 40 + "b")  # holds the interpreter for hours
p = mp.get_context("fork").Process(target=busy)
p.start()
p.terminate()
p.join(30)
print(p.exitcode)
p.kill()
"""
    assert service.run(script).stdout == "-15\n"


def test_what_a_killed_child_had_is_counted_by_its_parent(service: Service, agent: Agent) -> None:
    script = """
import os, signal
from opentelemetry import trace
tracer = trace.get_tracer("test")
pid = os.fork()
if pid == 0:
    for _ in range(7): tracer.start_span("child").end()
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(pid, 0)
tracer.start_span("parent").end()
"""
    done = service.run(script, OTEL_BSP_SCHEDULE_DELAY="60000")
    assert done.returncode == 0, done.stderr
    exported = "otel.sdk.exporter.span.exported"
    assert agent.total(exported) == len(agent.spans)
    assert agent.total(exported) + agent.total(exported, error_type="process_died") == 8


def test_an_agent_that_does_not_answer_costs_five_seconds_in_all(service: Service) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(128)
        script = """
import time
from opentelemetry import trace
for _ in range(2048): trace.get_tracer("test").start_span("span").end()
start = time.monotonic()
trace.get_tracer_provider().shutdown()
print(time.monotonic() - start)
"""
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = service.run(script, OTEL_EXPORTER_OTLP_ENDPOINT=url)
    # The promise is of seconds, so the clock is what is asked: twice the bound, for a busy machine.
    assert done.returncode == 0 and float(done.stdout) < 10, done.stderr
