"""The list of decisions."""

from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.api import Api
from thumper.domain.identity import IdentityVerdict
from thumper.graphql.relay.identity import encode
from thumper.store.models import IdentityDecision

LIST = """query ($where: IdentityDecisionFilter, $order: IdentityDecisionOrder) {
  identityDecisions(where: $where, orderBy: $order) { totalCount nodes { verdict } } }"""


async def test_decisions_are_found_by_every_filter_and_ordered(api: Api) -> None:
    detector, dump = await make.make_detector(), await make.make_dump()
    image, (box, other) = await make.make_boxed_image(dump, detector, boxes=2)
    _, (elsewhere,) = await make.make_boxed_image(dump, detector)
    ajax, bess = await make.make_deer(), await make.make_deer()
    await make.decide(box, ajax)
    await make.decide(box, ajax, IdentityVerdict.UNSURE)
    await make.decide(other, bess, IdentityVerdict.IS_NOT)
    last = await make.decide(elsewhere, ajax)

    async def found(order: Any = None, **where: Any) -> list[str]:
        answer = (await api.ask(LIST, where=where, order=order))["identityDecisions"]
        assert answer["totalCount"] == len(answer["nodes"])
        return [node["verdict"] for node in answer["nodes"]]

    assert await found() == ["IS", "IS_NOT", "UNSURE", "IS"]
    assert await found({"field": "CREATED", "direction": "ASC"}) == ["IS", "UNSURE", "IS_NOT", "IS"]
    assert await found(deerId=encode("Deer", bess.id)) == ["IS_NOT"]
    assert await found(detectionId=encode("Detection", box.id)) == ["UNSURE", "IS"]
    assert await found(imageId=encode("Image", image.id)) == ["IS_NOT", "UNSURE", "IS"]
    assert await found(verdicts=["IS_NOT", "UNSURE"]) == ["IS_NOT", "UNSURE"]
    assert await found(standing=True) == ["IS", "IS_NOT", "UNSURE"]
    assert await found(standing=False) == ["IS"]
    moment = (await IdentityDecision.get(id=last.id)).created_at.isoformat()
    assert await found(createdAfter=moment) == ["IS"]
    assert await found(createdBefore=moment) == ["IS_NOT", "UNSURE", "IS"]
