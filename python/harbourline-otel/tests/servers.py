"""Real servers, where this machine has them: Debian's ``postgresql`` and ``redis-server``."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from conftest import free_port, wait_until


def _command(name: str) -> str:
    """Debian keeps the commands of a PostgreSQL server out of the PATH."""
    folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ["PATH"]]))
    return found or pytest.skip(f"{name} is not installed")


def shared(server: Callable[[], AbstractContextManager[int]]) -> object:
    """A fixture: the port of a server that the tests of a module have together."""

    @pytest.fixture(scope="module")
    def port() -> Iterator[int]:
        with server() as running:
            yield running

    return port


@contextmanager
def _running(
    command: list[str],
    serves: Callable[[], object],
    user: str | None = None,
    stop: signal.Signals = signal.SIGINT,  # PostgreSQL: without waiting for its clients
) -> Iterator[None]:
    """A server, from its own answer on: a port is open long before the server behind it serves."""
    process = subprocess.Popen(
        command, user=user, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/"
    )

    def answers() -> object:
        assert process.poll() is None, process.communicate()[0]
        return serves()

    try:
        wait_until(answers, f"{Path(command[0]).name} to serve")
        yield
    finally:
        process.send_signal(stop)
        process.communicate(timeout=60)


@contextmanager
def postgresql() -> Iterator[int]:
    """The port of a server with a database ``postgres``, for anyone on loopback."""
    initdb, server = _command("initdb"), _command("postgres")
    user = "nobody" if os.getuid() == 0 else None  # it refuses to be root
    with tempfile.TemporaryDirectory(prefix="harbourline-postgresql-") as folder:
        if user:
            shutil.chown(folder, user)
        data, port = f"{folder}/data", free_port()
        subprocess.run(
            [initdb, "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8"],
            check=True,
            capture_output=True,
            user=user,
            cwd="/",
        )
        options = {"port": port, "listen_addresses": "127.0.0.1", "fsync": "off"}
        options["unix_socket_directories"] = folder
        arguments = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]

        def serves() -> object:
            # Until it has recovered it answers "the database system is starting up".
            with psycopg.connect(
                f"host=127.0.0.1 port={port} user=postgres", connect_timeout=5
            ) as db:
                return db.execute("SELECT 1").fetchone() == (1,)

        with _running([server, "-D", data, *arguments], serves, user):
            yield port


@contextmanager
def redis() -> Iterator[int]:
    """The port of a server that keeps nothing."""
    port = free_port()
    command = [_command("redis-server"), "--bind", "127.0.0.1", "--port", str(port), "--save", ""]

    def serves() -> object:
        # By hand: the tests trace what a client of redis does.
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(b"PING\r\n")
            answer = connection.recv(64)
            return answer == b"+PONG\r\n" or answer

    with _running(command, serves):
        yield port


@contextmanager
def rabbitmq() -> Iterator[int]:
    """The port of a broker that keeps nothing beyond its folder."""
    server, names = _command("rabbitmq-server"), _command("epmd")
    with tempfile.TemporaryDirectory(prefix="harbourline-rabbitmq-") as folder:
        port, names_port = free_port(), str(free_port())
        variables = {
            "HOME": folder,
            "ERL_EPMD_PORT": names_port,
            "RABBITMQ_NODENAME": f"harbourline{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": folder,
            "RABBITMQ_LOG_BASE": folder,
        }
        real = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's command changes the user
        command = [str(real) if real.exists() else server]
        # Erlang's directory of nodes: Debian's is started by systemd, and not everywhere is one.
        listen = ["-address", "127.0.0.1", "-port", names_port]
        directory = subprocess.Popen([names, *listen], cwd=folder)
        process = subprocess.Popen(
            command,
            cwd=folder,  # Erlang leaves its last words where it was started
            env=os.environ | variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

        def answers() -> bool:
            assert process.poll() is None, "it ended"
            with socket.create_connection(("127.0.0.1", port), 5) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return len(connection.recv(1)) == 1

        try:
            wait_until(answers, "rabbitmq to serve", 120)
            yield port
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(60)
            directory.kill()
            directory.wait()


@contextmanager
def mariadb() -> Iterator[int]:
    """The port of a server with a database ``pay``, for ``root`` without a password."""
    install, server = _command("mariadb-install-db"), _command("mariadbd")
    user = ["--user=nobody"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="harbourline-mariadb-") as folder:
        if user:
            shutil.chown(folder, "nobody")
        port, data = free_port(), f"--datadir={folder}/data"
        options = ["--no-defaults", data, *user]
        subprocess.run(
            [install, *options, "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True,
            capture_output=True,
            cwd="/",
        )
        (Path(folder) / "start.sql").write_text("CREATE DATABASE pay;\n")
        command = [
            *(server, *options, "--bind-address=127.0.0.1", f"--port={port}"),
            *(f"--socket={folder}/socket", f"--init-file={folder}/start.sql"),
        ]

        def serves() -> object:
            import pymysql

            pymysql.connect(host="127.0.0.1", port=port, user="root", database="pay").close()
            return True

        with _running(command, serves, stop=signal.SIGTERM):
            yield port
