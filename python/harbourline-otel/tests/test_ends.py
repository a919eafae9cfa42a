"""Ends of a process that few think of: as without the package, and no span is lost uncounted."""

import os
import re
import signal
import subprocess

import pytest
from conftest import Agent, Service, wait_until

prelude = """
import atexit, os, signal, sys, threading, time
def made(name):
    from opentelemetry import trace
    trace.get_tracer("test").start_span(name).end()
"""
flushed = "from opentelemetry import trace\ntrace.get_tracer_provider().force_flush()\n"
away = {"OTEL_PYTHON_TRACER_PROVIDER": "", "HARBOURLINE_ENVIRONMENT": ""}
slow = {"OTEL_BSP_SCHEDULE_DELAY": "60000"}
exported = "otel.sdk.exporter.span.exported"

# What they print without the package is what they must print with it.
signals = {
    "the handler of SIGTERM is not to be seen": """
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
old = signal.signal(signal.SIGTERM, lambda *_: None)
print(old is signal.SIG_DFL, callable(old))
print(callable(signal.signal(signal.SIGTERM, signal.SIG_DFL)))
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
try: signal.signal(signal.SIGTERM, "nonsense")
except TypeError as error: print(error)
""",
    "a handler that calls the one before it, if there is one": """
before = signal.getsignal(signal.SIGTERM)
def handle(signum, frame):
    print("mine", flush=True)
    if callable(before): before(signum, frame)
signal.signal(signal.SIGTERM, handle)
os.kill(os.getpid(), signal.SIGTERM)
print("goes on")
""",
    "asyncio puts the default back": """
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, lambda: print("mine", flush=True))
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(0.05)
    print(loop.remove_signal_handler(signal.SIGTERM), flush=True)
asyncio.run(main())
os.kill(os.getpid(), signal.SIGTERM)
""",
    "SIGTERM is waited for": """
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
time.sleep(0.2)  # every thread is up: none of them may take the signal
os.kill(os.getpid(), signal.SIGTERM)
print(signal.sigwait({signal.SIGTERM}) == signal.SIGTERM)
""",
    "a child that is forked has the default": """
pid = os.fork()
if pid == 0:
    print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
print(os.waitpid(pid, 0)[1])
""",
    "killed by its own group": """
os.killpg(os.getpgrp(), signal.SIGTERM)
time.sleep(60)
""",
}


@pytest.mark.parametrize("name", signals)
def test_signals_are_as_without_us(service: Service, agent: Agent, name: str) -> None:
    script = f"{prelude}\nif os.environ.get('OTEL_PYTHON_TRACER_PROVIDER'): made('span')\n"
    script += signals[name]
    with_it, without = service.run(script, **slow), service.run(script, **away)
    assert (with_it.returncode, with_it.stdout) == (without.returncode, without.stdout)
    assert "Traceback" not in with_it.stderr
    assert [span.name for span in agent.spans] == ["span"]


def test_the_default_put_back_still_hands_over(service: Service, agent: Agent) -> None:
    script = prelude + "signal.signal(signal.SIGTERM, signal.SIG_DFL)\nmade('span')\n"
    process = service.start(
        "python", "-c", script + "print('up', flush=True)\ntime.sleep(60)", **slow
    )
    assert process.stdout and process.stdout.readline() == "up\n"
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == -15
    assert [span.name for span in agent.spans] == ["span"]


def test_children_hand_over_when_their_parent_is_ended(service: Service, agent: Agent) -> None:
    (service.folder / "program.py").write_text(f"""{prelude}
import multiprocessing as mp
from concurrent.futures import ProcessPoolExecutor
if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, mp_context=mp.get_context("fork"))
    pool.submit(made, "child").result()
    made("parent")
    print("up", flush=True)
    time.sleep(60)
""")
    process = service.start("python", "program.py", **slow)
    assert process.stdout and process.stdout.readline() == "up\n"
    process.terminate()
    wait_until(lambda: len(agent.spans) == 2 or len(agent.spans), "both spans")
    assert process.wait(60) == -15
    os.killpg(process.pid, signal.SIGKILL)  # its child goes on without it, also without us
    process.communicate()


def test_spans_of_handlers_that_were_there_before_tracing_arrive(
    service: Service, agent: Agent
) -> None:
    done = service.run(prelude + "atexit.register(made, 'last')\nmade('first')\n", **slow)
    assert (done.returncode, done.stderr) == (0, "")
    assert [span.name for span in agent.spans] == ["first", "last"]
    assert agent.total(exported) == 2


def test_a_span_after_the_end_is_counted_by_the_next_process(
    service: Service, agent: Agent
) -> None:
    script = prelude + "made('first')\nfrom opentelemetry import trace\n"
    script += "trace.get_tracer_provider().shutdown()\nmade('late')\nmade('later')\n"
    assert service.run(script).returncode == 0
    assert [span.name for span in agent.spans] == ["first"]
    assert service.run(prelude + "made('next')\n").returncode == 0
    assert agent.total(exported) == 2
    assert agent.total(exported, error_type="process_died") == 2


@pytest.mark.parametrize("moment", ["before", "after"])
def test_who_is_killed_while_it_counts_for_others_loses_nothing(
    service: Service, agent: Agent, moment: str
) -> None:
    killed = prelude + "made('child')\n" + flushed + "os.kill(os.getpid(), 9)\n"
    for _ in range(2):
        assert service.run(killed).returncode == -9
    adopts = f"""{prelude}
made('adopts')
remove = os.unlink
def unlink(path):
    if {moment == "after"}:
        remove(path)
    os.kill(os.getpid(), 9)
os.unlink = unlink
"""
    assert service.run(adopts).returncode == -9
    assert service.run(prelude + "made('last')\n").returncode == 0
    assert len(agent.spans) == 4
    # Before the page is gone, it is counted twice.
    assert agent.total(exported) == (4 if moment == "after" else 5)


def test_a_page_that_is_being_made_is_left_alone(service: Service, agent: Agent) -> None:
    """Its process takes the lock next; who tries the lock first would leave it without a page."""
    folder = service.folder / f"harbourline-{os.geteuid()}"
    other = prelude + "made('other')\n"
    script = f"""{prelude}
import fcntl, subprocess, sys
lock = fcntl.flock
def flock(file, how):
    fcntl.flock = lock
    assert subprocess.run([sys.executable, "-c", {other!r}]).returncode == 0
    lock(file, how)
fcntl.flock = flock
made("child")
{flushed}
os.kill(os.getpid(), 9)
"""
    assert service.run(script).returncode == -9
    assert len(os.listdir(folder)) == 1
    assert service.run(prelude + "made('last')\n").returncode == 0
    assert agent.total(exported) == 3


def test_two_providers_have_one_deadline(service: Service) -> None:
    """With an agent that takes connections and does not answer."""
    import socket

    script = (
        prelude
        + """
from opentelemetry.sdk.trace import TracerProvider
for n in range(3): TracerProvider().get_tracer("test").start_span("span").end()
from harbourline_otel import ends
start = time.monotonic()
ends._at_exit()
print(time.monotonic() - start)
"""
    )
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(128)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = service.run(script, OTEL_EXPORTER_OTLP_ENDPOINT=url)
    # Three would be 15 seconds. The promise is of seconds, so the clock is what is asked.
    assert done.returncode == 0 and float(done.stdout) < 12, done.stderr


@pytest.mark.parametrize("call", ["execv", "execvp", "execl", "execvpe"])
def test_a_program_that_replaces_the_process_loses_no_span(
    service: Service, agent: Agent, call: str
) -> None:
    arguments = {
        "execv": "sys.executable, ['python', '-c', 'print(1)']",
        "execvp": "'python', ['python', '-c', 'print(1)']",
        "execl": "sys.executable, 'python', '-c', 'print(1)'",
        "execvpe": "'python', ['python', '-c', 'print(1)'], os.environ",
    }[call]
    script = f"{prelude}\nmade('before')\n"
    script += "try: os.execvp('/nowhere', ['x'])\nexcept FileNotFoundError: made('after')\n"
    done = service.run(f"{script}os.{call}({arguments})", **slow)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
    assert [span.name for span in agent.spans] == ["before", "after"]


def test_as_init_of_a_container_it_outlives_sigterm_and_goes_on(
    service: Service, agent: Agent
) -> None:
    unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]
    script = f"{prelude}pid = os.getpid()\n"
    if subprocess.run([*unshare, "true"], capture_output=True).returncode:
        # This machine lets nobody make a namespace: the package is to believe that it is in one.
        unshare, script = [], f"{script}os.getpid = lambda: 1\n"
    script += "made('before')\nos.kill(pid, signal.SIGTERM)\nmade('after')\nprint(1)"
    process = service.start(*unshare, "python", "-c", script, **slow)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "1\n"), err
    assert [span.name for span in agent.spans] == ["before", "after"]


# Each is run with the package and without: what it prints and how it ends must be the same.
alike = {
    "a program that waits until no thread is left": """
if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): made("span")
threading.Thread(target=time.sleep, args=(0.05,)).start()
until = time.monotonic() + 30
while threading.active_count() > 1 and time.monotonic() < until: time.sleep(0.01)
print([thread.name for thread in threading.enumerate()])
""",
    "a thread that forks, and a child that ends with that thread": """
def work():
    pid = os.fork()
    if pid == 0:
        if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): made("span")
        sys.exit(3)
    print(os.waitpid(pid, 0)[1])
thread = threading.Thread(target=work)
thread.start()
thread.join()
""",
    "a first span when only threads are left": """
from opentelemetry import trace
def work():
    time.sleep(0.2)
    if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): made("span")
    print("worked")
threading.Thread(target=work).start()
""",
    "children that are forked while threads make their first spans": """
from opentelemetry import trace
stop = threading.Event()
def work():
    while not stop.is_set():
        if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): trace.get_tracer("other")
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for n in range(20):
    pid = os.fork()
    if pid == 0:
        if n == 0 and os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): made("span")
        os._exit(n)
    assert os.waitpid(pid, 0)[1] >> 8 == n
stop.set()
""",
    "functions that another process is to run": """
import pickle
if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): made("span")
for function in (os._exit, os.kill, os.execv, signal.raise_signal, signal.getsignal):
    assert pickle.loads(pickle.dumps(function)) is function
""",
    "the handler of a signal that raises after a collection": """
import gc, _thread, weakref
from functools import partial
from itertools import repeat
class Ring: pass
def handle(*_): raise TimeoutError("in time")
signal.signal(signal.SIGUSR1, handle)
if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): made("span")
ring = Ring()
ring.itself = ring
comes = partial(next, map(_thread.interrupt_main, repeat(signal.SIGUSR1)))  # no line of Python
seen = weakref.ref(ring, comes)
del ring
try:
    gc.collect()
    print("lost")
except TimeoutError as error: print(error)
""",
    "the handler of a signal that raises while callbacks of a fork run": """
import _thread
from functools import partial
from operator import methodcaller
register, os.register_at_fork = os.register_at_fork, lambda **_: None
import logging  # whose callbacks are lines of Python until 3.12
os.register_at_fork = register
def handle(*_): raise TimeoutError("in time")
signal.signal(signal.SIGUSR1, handle)
comes = partial(_thread.interrupt_main, signal.SIGUSR1)  # no line of Python
def fork(moment):
    try:
        if os.fork() == 0: os._exit(0)
        print(moment, "lost")
    except TimeoutError as error:
        print(moment, error)
after = [partial(bool)]
os.register_at_fork(after_in_parent=partial(max, after, key=methodcaller("__call__")))
if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): made("span")
fork("nothing comes:")
after[0] = comes
fork("after it:")
after[0] = partial(bool)
os.register_at_fork(before=comes)
fork("before it:")
""",
    "a fork that fails": """
def forbid(event, _):
    if event == "os.fork": raise TimeoutError("none")
if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): made("span")
sys.addaudithook(forbid)
try: os.fork()
except TimeoutError as error: print(error)
print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
""",
    "a span when the interpreter has ended": """
import builtins
class Late:
    from opentelemetry import trace
    write = os.write
    def __del__(self):
        self.trace.get_tracer("test").start_span("late").end()
        type(self).write(1, b"whole\\n")
builtins.late = Late()
if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): made("span")
""",
    "no file is left for the first span": """
import resource
from opentelemetry import trace
tracer = trace.get_tracer("test")
tracer.start_span("not ended")
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
mine = []
try:
    while True: mine.append(os.open(os.devnull, os.O_RDONLY))
except OSError as error: print(error.errno)
if os.environ.get("OTEL_PYTHON_TRACER_PROVIDER"): tracer.start_span("span").end()
print("goes on")
for file in mine: os.close(file)
""",
}


@pytest.mark.parametrize("name", alike)
def test_a_program_is_as_without_us(service: Service, agent: Agent, name: str) -> None:
    with_it = service.run(prelude + alike[name])
    without = service.run(prelude + alike[name], **away)
    assert (with_it.returncode, with_it.stdout) == (without.returncode, without.stdout)
    # Of a fork in a thread Python warns, with the process id, as often as it likes.
    with_us, alone = (set(re.sub(r"\d+", "", e.stderr).splitlines()) for e in (with_it, without))
    assert with_us == alone
    assert [span.name for span in agent.spans] == ["span"]


def test_a_warning_does_not_show_the_thread(service: Service, agent: Agent) -> None:
    """Who logs in a thread that Python does not know gets a stand-in for it."""
    script = (
        prelude
        + """
import io, logging
said = io.StringIO()
logging.basicConfig(stream=said)
made("span")
until = time.monotonic() + 30
while "none of OTLP" not in said.getvalue():
    assert time.monotonic() < until, said.getvalue()
    time.sleep(0.01)
while threading.active_count() > 1 and time.monotonic() < until: time.sleep(0.01)
print(threading.active_count())
"""
    )
    agent.status = 404
    done = service.run(script, OTEL_BSP_SCHEDULE_DELAY="10")
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


subinterpreter = """
try: import _interpreters as interpreters
except ImportError: import _xxsubinterpreters as interpreters
def create():
    if sys.version_info >= (3, 13): return interpreters.create("legacy")
    return interpreters.create(isolated=False)
"""


def test_a_subinterpreter_ends_and_hands_over(service: Service, agent: Agent) -> None:
    script = (
        prelude
        + subinterpreter
        + """
for _ in range(2):
    one = create()
    interpreters.run_string(one, "from opentelemetry import trace\\n"
        "trace.get_tracer('test').start_span('inside').end()")
    interpreters.destroy(one)
made("outside")
print("ends")
"""
    )
    done = service.run(script, **slow)
    assert (done.returncode, done.stdout) == (0, "ends\n"), done.stderr
    assert sorted(span.name for span in agent.spans) == ["inside", "inside", "outside"]
    assert "Fix: run the service in the main interpreter" in done.stderr


def test_a_subinterpreter_that_does_not_trace_is_left_alone(service: Service) -> None:
    script = (
        prelude
        + subinterpreter
        + """
interpreters.run_string(create(), "print('inside', flush=True)")
print("ends")
"""
    )
    with_it, without = service.run(script), service.run(script, **away)
    assert (
        (with_it.returncode, with_it.stdout)
        == (0, "inside\nends\n")
        == (
            without.returncode,
            without.stdout,
        )
    )


def test_nothing_is_opened_as_standard_input_output_or_error(
    service: Service, agent: Agent
) -> None:
    script = f"""{prelude}
os.closerange(0, 3)
made("span")
from opentelemetry import trace
trace.get_tracer_provider().force_flush()
os._exit(sum(os.path.lexists(f"/proc/self/fd/{{n}}") for n in range(3)))
"""
    assert service.run(script).returncode == 0
    assert [span.name for span in agent.spans] == ["span"]


def test_who_closes_all_files_keeps_those_that_it_opens_then(
    service: Service, agent: Agent
) -> None:
    """Its own spans are not counted as those of a process that died."""
    script = f"""{prelude}
made("first")
{flushed}
os.closerange(3, 256)
mine = [os.open(os.devnull, os.O_RDONLY) for _ in range(8)]
made("last")
trace.get_tracer_provider().shutdown()
for file in mine: os.fstat(file)
"""
    done = service.run(script, **slow)
    assert (done.returncode, done.stderr) == (0, "")
    assert [span.name for span in agent.spans] == ["first", "last"]
    assert sum(point.as_int for point in agent.points(exported)) == 2


def test_a_fork_while_the_interpreter_ends_says_nothing(service: Service, agent: Agent) -> None:
    script = f"""{prelude}
made("parent")
def fork():
    try:
        pid = os.fork()
    except RuntimeError:  # Python 3.12 forbids it
        made("child")
        return
    if pid == 0:
        made("child")
        os._exit(0)
    os.waitpid(pid, 0)
atexit.register(fork)
"""
    done = service.run(script, **slow)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(span.name for span in agent.spans) == ["child", "parent"]


def test_no_thread_begins_with_a_fork(service: Service, agent: Agent) -> None:
    """Python 3.13 looks after it, and warns."""
    script = f"""{prelude}
made("parent")
pid = os.fork()
if pid == 0: os._exit(0)
print(os.listdir("/proc/self/task") == [str(os.getpid())])
os.waitpid(pid, 0)
made("later")
"""
    done = service.run(script, **slow)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")
    assert [span.name for span in agent.spans] == ["parent", "later"]


def test_no_fork_splits_the_thread_that_asks_an_agent_again(service: Service, agent: Agent) -> None:
    """Its batch is kept until after the fork, and is the parent's."""
    script = f"""{prelude}
tasks = []
count = lambda: tasks.append(len(os.listdir("/proc/self/task")))
os.register_at_fork(before=count)
made("first")
os.register_at_fork(after_in_parent=count)  # Python looks for threads, and warns, after these
for _ in range(3):
    pid = os.fork()
    if pid == 0: os._exit(0)
    os.waitpid(pid, 0)
made("last")
print(tasks, flush=True)
while not os.path.exists("taken"): time.sleep(0.01)
"""
    agent.status = 503
    process = service.start("python", "-c", script, **slow)
    assert process.stdout and process.stdout.readline() == "[1, 1, 1, 1, 1, 1]\n"
    # The agent must be through with attempts that forks cut off: else it takes one after all.
    seen = len(agent.requests)
    wait_until(
        lambda: len(agent.requests) > seen + 1 and len(agent.connections) == 1,
        "an attempt after those of the forks",
    )
    agent.status = 200
    (service.folder / "taken").touch()
    assert process.wait(60) == 0
    process.communicate()
    assert [span.name for span in agent.spans] == ["first", "last"]
    assert sum(point.as_int for point in agent.points(exported)) == agent.total(exported) == 2


def test_tracing_that_begins_in_a_thread_works(service: Service, agent: Agent) -> None:
    script = (
        prelude
        + """
def work():
    from harbourline_otel.providers import production
    production().get_tracer("test").start_span("span").end()
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
    )
    done = service.run(script, OTEL_PYTHON_TRACER_PROVIDER="")
    assert done.returncode == 0, done.stderr
    assert [span.name for span in agent.spans] == ["span"]


def test_no_warning_of_python_is_ours(service: Service, agent: Agent) -> None:
    script = (
        prelude
        + """
made("parent")
from opentelemetry import trace
trace.get_tracer_provider().force_flush()
pid = os.fork()
if pid == 0:
    made("child")
    os._exit(0)
print(os.waitpid(pid, 0)[1])
"""
    )
    done = service.run(script, PYTHONWARNINGS="error", PYTHONDEVMODE="1")
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")
    assert len(agent.spans) == 2


def test_a_folder_of_pages_is_the_same_from_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    from harbourline_otel import ledger

    monkeypatch.setenv("HARBOURLINE_STATE", "pages")
    assert ledger._folder(make=True).startswith(("/dev/shm/", "/tmp/"))


def test_memory_that_is_full_ends_nothing(
    service: Service, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hole in a full file system is a SIGBUS at its first write."""
    import errno

    from harbourline_otel.ledger import Page

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    page = Page("key")
    assert page.path is None
    page.slots[0] += 1
    page.close()


def test_what_a_handler_raises_before_a_fork_is_not_lost(service: Service) -> None:
    """Python ignores what callbacks of a fork raise, and those wait for an agent that is silent."""
    import socket

    script = f"""{prelude}
def handle(*_): raise TimeoutError("in time")
signal.signal(signal.SIGALRM, handle)
made("span")
try:
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    for _ in range(3):
        pid = os.fork()
        if pid == 0: os._exit(0)
        os.waitpid(pid, 0)
    print("lost", flush=True)
except TimeoutError as error: print(error, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = service.run(script, OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_BSP_SCHEDULE_DELAY="1")
    assert (done.stdout, done.stderr) == ("in time\n", "")


def test_who_is_in_a_hurry_at_the_end_does_not_wait(service: Service) -> None:
    """As by Ctrl-C: the wait for the agent ends, and nothing is said."""
    import socket

    script = f"""{prelude}
signal.signal(signal.SIGALRM, signal.default_int_handler)
made("span")
signal.setitimer(signal.ITIMER_REAL, 0.1)
"""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = service.run(script, OTEL_EXPORTER_OTLP_ENDPOINT=url, **slow)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("threads", [1, 2])
def test_a_signal_while_the_first_span_loads_the_sdk(
    service: Service, agent: Agent, threads: int
) -> None:
    """It waits; where another thread took it, its handler makes no span, and does no harm."""
    script = f"""{prelude}
from opentelemetry import trace
signal.signal(signal.SIGUSR1, lambda *_: made("in the handler"))
end = threading.Event()
if {threads} > 1: threading.Thread(target=end.wait).start()
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "opentelemetry.sdk.trace": os.kill(os.getpid(), signal.SIGUSR1)
sys.meta_path.insert(0, Finder)
made("first")
end.set()
"""
    done = service.run(script)
    assert (done.returncode, done.stderr) == (0, "")
    names = ["in the handler", "first"] if threads == 1 else ["first"]
    assert [span.name for span in agent.spans] == names


def test_a_service_that_can_import_nothing_goes_on(service: Service, agent: Agent) -> None:
    """As in another root folder; when it can, it traces."""
    script = f"""{prelude}
from opentelemetry import trace
path, sys.path[:] = sys.path[:], []
sys.path_importer_cache.clear()
made("too early")
made("too early, too")
sys.path[:] = path
sys.path_importer_cache.clear()
made("span")
"""
    done = service.run(script)
    assert done.returncode == 0 and done.stderr.count("harbourline: no span is made yet") == 1
    assert [span.name for span in agent.spans] == ["span"]


def test_who_ends_all_threads_and_forbids_files_harms_nobody(
    service: Service, agent: Agent
) -> None:
    script = f"""{prelude}
import ctypes
def forbid(event, arguments):
    if event == "open" and "harbourline-" in str(arguments[0]): raise RuntimeError
sys.addaudithook(forbid)
made("first")
for ident in sys._current_frames():
    if ident != threading.get_ident():
        exit = ctypes.c_ulong(ident), ctypes.py_object(SystemExit)
        assert ctypes.pythonapi.PyThreadState_SetAsyncExc(*exit) == 1
made("last")
"""
    done = service.run(script, OTEL_BSP_SCHEDULE_DELAY="100")
    assert (done.returncode, done.stderr) == (0, "")
    assert [span.name for span in agent.spans] == ["first", "last"]


def test_a_handler_of_the_log_that_exits_does_not_end_the_thread(
    service: Service, agent: Agent
) -> None:
    script = f"""{prelude}
import logging
class Handler(logging.Handler):
    def emit(self, _): raise SystemExit(3)
logging.getLogger().addHandler(Handler())
made("span")
{flushed}
print(len(os.listdir("/proc/self/task")))
"""
    agent.status = 404
    done = service.run(script, **slow)
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr


def test_signals_are_not_held_back_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the handler of one that came just before raises."""
    import _signal  # type: ignore[import-not-found]

    from harbourline_otel import native

    mask = _signal.pthread_sigmask

    def interrupted(how: int, signals: set[int]) -> set[int]:
        before: set[int] = mask(how, signals)
        if how == signal.SIG_BLOCK and signals:
            raise TimeoutError
        return before

    before = mask(signal.SIG_BLOCK, ())
    with monkeypatch.context() as patch:
        patch.setattr("_signal.pthread_sigmask", interrupted)
        with pytest.raises(TimeoutError), native.without_signals():
            pass
    assert mask(signal.SIG_SETMASK, before) == before


def test_sigterm_is_not_held_back_for_ever(service: Service) -> None:
    """Where the handler of another signal raises while a fork holds SIGTERM back."""
    script = f"""{prelude}
import _signal
mask = _signal.pthread_sigmask
def interrupted(how, signals):
    before = mask(how, signals)
    if how == signal.SIG_BLOCK and set(signals) == {{signal.SIGTERM}}:
        _signal.pthread_sigmask = mask
        raise TimeoutError("in time")
    return before
_signal.pthread_sigmask = interrupted
try:
    if os.fork() == 0: os._exit(0)
except TimeoutError as error: print(error)
print(mask(signal.SIG_BLOCK, ()))
"""
    assert service.run(script).stdout == "in time\nset()\n"
