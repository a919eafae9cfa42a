"""Writes artifacts.lock from pom.xml: all files of the node and their SHA-256. Needs Maven."""

import re
import subprocess
import tempfile
import zipfile
from hashlib import sha256
from pathlib import Path

here = Path(__file__).parent


def main() -> None:
    """Writes the lock, without what the security zip brings in a version of its own."""
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder, "list")
        subprocess.run(
            [
                "mvn", "-B", "-q", "-f", here / "pom.xml",
                "dependency:copy-dependencies", "dependency:list",
                "-DincludeScope=runtime", f"-DoutputDirectory={folder}", f"-DoutputFile={listing}",
            ],
            check=True,
        )  # fmt: skip
        artifacts = re.findall(
            r"^ +([^\s:]+):([^\s:]+):(jar|zip):([^\s:]+):", listing.read_text(), re.MULTILINE
        )
        files = {artifact: Path(folder, "{1}-{3}.{2}".format(*artifact)) for artifact in artifacts}
        if len(files) != len(listing.read_text().split("resolved:")[1].split("\n   ")) - 1:
            raise SystemExit("Some artifact has a classifier, which the lock cannot express.")
        brought: set[str] = set()
        for file in files.values():
            if file.suffix == ".zip":
                brought |= {
                    unversioned(name)
                    for name in zipfile.ZipFile(file).namelist()
                    if name.endswith(".jar")
                }
        lines = [
            f"{sha256(file.read_bytes()).hexdigest()}  {':'.join(artifact)}"
            for artifact, file in sorted(files.items())
            if file.suffix == ".zip" or unversioned(file.name) not in brought
        ]
    (here / "artifacts.lock").write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} artifacts")


def unversioned(jar: str) -> str:
    """`asm-9.9.jar` → `asm`."""
    return re.sub(r"-\d[\w.]*(-[a-z]\w*)?\.jar$", "", jar)


if __name__ == "__main__":
    main()
