"""Who is blamed when a worker dies: the one place of that decision (`docs/decisions/013`).

A photo is blamed only when it must have been the photo: the worker had nothing else in hand, and something else shows
that the machine works, such as another photo that was completed since. A bystander runs alone next, to prove itself.
What is doubted waits, and then runs alone again. What is blamed runs alone again too, until it is blamed for the third
time: then it fails as `POISON`. Of the other photos those count that killed a worker alone since any was completed.

| Claimed alone | Begun | Others that did | Tries | Blamed before | Verdict   | Then it is |
|---------------|-------|-----------------|-------|---------------|-----------|------------|
| no            | no    | 0               | 1     | 0             | bystander | pending    |
| no            | yes   | 0               | 1     | 0             | bystander | pending    |
| yes           | no    | 0               | 2     | 2             | bystander | pending    |
| yes           | yes   | 0               | 2     | 0             | blamed    | pending    |
| yes           | yes   | 1               | 3     | 1             | blamed    | pending    |
| yes           | yes   | 1               | 4     | 2             | blamed    | failed     |
| yes           | yes   | 2               | 2     | 0             | doubted   | pending    |
| yes           | yes   | 2               | 10    | 2             | doubted   | pending    |
| yes           | yes   | 2               | 11    | 0             | blamed    | pending    |
| yes           | yes   | 2               | 13    | 2             | blamed    | failed     |

`thumper.store.queue.crashes` gathers these facts and does what follows. The tests read this table.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

CRASHES_UNTIL_FAILED: Final = 3
"""A worker that dies this often on an image it had claimed alone has been killed by that image."""

SUSPECTS_UNTIL_DOUBTED: Final = 2
"""Two other images that killed a worker alone, and none completed since, say that it is the machine: no third one is
blamed before one has been completed."""

ATTEMPTS_UNTIL_BLAMED: Final = 10
"""After this many tries, each of which follows a look at the proof scene, that doubt ends."""

DOUBTED_PAUSE_S: Final = 30.0
"""When an image is tried again that killed the worker and is not blamed: others go first."""


class Blame(StrEnum):
    """What a worker's death says of one image that it held."""

    BYSTANDER = "bystander"
    DOUBTED = "doubted"
    BLAMED = "blamed"


def judge(*, claimed_alone: bool, begun: bool, other_suspects: int, tries: int) -> Blame:
    """Return what a death says of an image that was in the hands of the worker, at its latest of that many tries."""
    if not (claimed_alone and begun):
        return Blame.BYSTANDER
    if other_suspects >= SUSPECTS_UNTIL_DOUBTED and tries <= ATTEMPTS_UNTIL_BLAMED:
        return Blame.DOUBTED
    return Blame.BLAMED
