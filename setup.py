"""Says which folders become packages and where the sources are, because pyproject.toml cannot.

Tortoise loads migrations by module name, so the root folder `migrations/` ships inside the wheel as
`thumper.migrations`. Where the sources are published is known to the one who builds the wheel (`make wheel SOURCE=…`).
Everything else about the build is in pyproject.toml; no logic belongs here.
"""

import os
import re

from setuptools import find_packages, setup

# An address with an @ may hold a password.
source = re.fullmatch(r"(https://[^@\s]+?)(\.git)?/*", os.environ.get("THUMPER_SOURCE_URL", ""))
PAGES = {
    "Homepage": "",
    "Documentation": "/blob/HEAD/docs/operations.md",
    "Changelog": "/blob/HEAD/CHANGELOG.md",
    "Issues": "/issues",
}

setup(
    packages=[*find_packages(include=["thumper", "thumper.*"]), "thumper.migrations"],
    package_dir={"thumper.migrations": "migrations"},
    project_urls={name: source[1] + page for name, page in PAGES.items()} if source else {},
)
