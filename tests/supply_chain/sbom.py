"""Write what the image to deploy holds as a CycloneDX document: `make sbom`."""

import subprocess
import sys
from pathlib import Path

from tests.supply_chain.image import image_lock

ROOT = Path(__file__).parents[2]
# A lock says what is there, not what needs what.
NO_GRAPH = "ignore:The Component this BOM is describing:UserWarning"


def main(file):
    """The tool holds it against the schema of CycloneDX; the same lock makes the same bytes."""
    return subprocess.run(
        [
            *(sys.executable, "-W", NO_GRAPH, "-m", "cyclonedx_py", "requirements", "-"),
            *("--pyproject", ROOT / "pyproject.toml"),
            *("--output-reproducible", "--validate", "--output-file", file),
        ],
        input="".join(image_lock(ROOT)),
        text=True,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
