"""Makes a virtual environment from lock files and packages of this repository, once.

Two processes that want the same one: the second waits. An interrupted one is made again: only the
marker, written last, says that it is complete. Uses the standard library alone.
"""

import argparse
import fcntl
import re
import subprocess
import sys
import venv
from collections import deque
from pathlib import Path

marker = "complete"


def main() -> None:
    """Prints progress, one line each. Exit code 1 with pip's last words where it fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lock", type=Path, action="append", default=[])
    parser.add_argument("--package", type=Path, action="append", default=[])
    arguments = parser.parse_args()

    folder: Path = arguments.folder
    with open(folder.with_name(f"{folder.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / marker).exists():
            return
        print("python: creating the virtual environment", flush=True)
        venv.create(folder, clear=True, with_pip=True, symlinks=True)
        python = folder / "bin" / "python"
        locks = [option for path in arguments.lock for option in ("-r", str(path))]
        total = sum(
            len(re.findall(r"^[\w.-]+==", path.read_text(), re.MULTILINE))
            for path in arguments.lock
        )
        # Wheels only: needs no compiler, and no code of a package runs while it is installed.
        pip(python, total, "--require-hashes", "--no-deps", "--only-binary", ":all:", *locks)
        if arguments.package:
            packages = [str(path) for path in arguments.package]
            pip(python, 0, "--no-index", "--no-deps", "--no-build-isolation", *packages)
        (folder / marker).touch()


def pip(python: Path, total: int, *arguments: str) -> None:
    """Runs pip install, with a line of progress for every tenth package."""
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", *arguments]
    tail: deque[str] = deque(maxlen=12)
    seen = 0
    with subprocess.Popen(
        [*command, "--progress-bar", "off", "--no-input"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        for line in process.stdout:
            tail.append(line.rstrip())
            if line.startswith("Collecting "):
                seen += 1
                if seen % 10 == 0:
                    print(f"python: {seen} of {total} packages", flush=True)
            elif line.startswith("Installing collected packages") and total:
                print(f"python: installing {seen} packages", flush=True)
    if process.returncode:
        sys.exit("\n".join(tail))


if __name__ == "__main__":
    main()
