"""Says which folders become packages, because pyproject.toml cannot add one to those it finds.

Tortoise loads migrations by module name, so the root folder `migrations/` ships inside the wheel as
`thumper.migrations`. Everything else about the build is in pyproject.toml; no logic belongs here.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["thumper", "thumper.*"]), "thumper.migrations"],
    package_dir={"thumper.migrations": "migrations"},
)
