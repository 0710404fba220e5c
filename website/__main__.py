"""`python -m website`: makes the site, and says what is wrong with its pages.

What was executed before is taken again, as long as neither the notebook nor the course's code has changed.
"""

import argparse
import os
import sys
from pathlib import Path

from website.building import build
from website.checking import wrong
from website.pages import Repository


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m website", description=__doc__)
    parser.add_argument("units", nargs="*", help="names of units (default: all)")
    parser.add_argument("--folder", type=Path, default=Path("site"), help="for what is made (default: %(default)s)")
    parser.add_argument("--repository", default=_published(), help="https://github.com/OWNER/NAME, for links to Binder")
    parser.add_argument(
        "--version", default=os.environ.get("GITHUB_REF_NAME", "main"), help="branch or tag of the repository"
    )
    chosen = parser.parse_args()
    repository = Repository(chosen.repository.rstrip("/"), chosen.version) if chosen.repository else None
    try:
        pages = build(chosen.folder.resolve(), chosen.units or None, repository)
    except ValueError as error:
        parser.error(str(error))
    found = wrong(pages)
    print("\n".join(found) or f"Open {pages / 'index.html'}")
    return 1 if found else 0


def _published() -> str:
    """Where GitHub's own runs publish from; elsewhere nobody knows, and there is no link to Binder."""
    server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    return f"{server}/{name}" if server and name else ""


if __name__ == "__main__":
    sys.exit(main())
