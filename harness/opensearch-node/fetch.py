"""Fetches what a lock names into a new folder; zips are unpacked there.

A line of the lock is `sha256  group:artifact:packaging:version`. What Maven's own cache on this
machine already holds is taken from there; the rest comes from the repository that jgo knows, or
that its settings file names. Nothing is used whose SHA-256 is not the lock's.
"""

import os
import shutil
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL, default_maven_repo
from jgo.maven import MavenContext

at_once = 8


def main(lock: Path, folder: Path) -> None:
    """Prints progress, one line each. Ends with every artifact that could not be had."""
    wanted = [line.split() for line in lock.read_text().splitlines() if line]
    with (
        tempfile.TemporaryDirectory(dir=folder.parent) as downloads,
        ThreadPoolExecutor(at_once) as pool,
    ):
        context = MavenContext(
            repo_cache=Path(downloads),
            local_repos=[Path(os.environ.get("M2_REPO") or default_maven_repo())],
            remote_repos={"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories},
            timeout=60,
        )
        attempts = [pool.submit(fetch, context, folder, *entry) for entry in wanted]
        problems = []
        for done, attempt in enumerate(attempts, 1):
            if problem := attempt.exception():
                problems.append(str(problem))
            if done % 20 == 0 or done == len(attempts):
                print(f"OpenSearch: {done} of {len(attempts)} artifacts", flush=True)
    if problems:
        sys.exit("\n".join(problems))


def fetch(context: MavenContext, folder: Path, digest: str, coordinate: str) -> None:
    """Puts one artifact into the folder."""
    group, name, packaging, version = coordinate.split(":")
    artifact = context.project(group, name).at_version(version).artifact(packaging=packaging)
    try:
        file = artifact.resolve()
    except Exception as error:
        raise RuntimeError(f"{coordinate}: {error}") from error
    if (found := sha256(file.read_bytes()).hexdigest()) != digest:
        raise RuntimeError(f"{coordinate}: SHA-256 is {found}, the lock says {digest}")
    if packaging == "zip":
        with zipfile.ZipFile(file) as archive:
            archive.extractall(folder)
    else:
        shutil.copyfile(file, folder / file.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
