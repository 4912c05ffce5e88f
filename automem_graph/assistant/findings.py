"""What a run tells the assistant: what its routines found, and what is always shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from automem_graph.agent.speech import clean
from automem_graph.assistant.desk import KeeperDesk
from automem_graph.assistant.recalled import Recalled
from automem_graph.protocols import ActionSpec, Call

MOST_LOOKS = 20
"""Reads of LOG that are done again for the assistant."""

Rows = Sequence[Mapping[str, Any]]
"""Calls of a reply as the state has them, or what came of them, in order."""


def found(desk: KeeperDesk, todo: Rows, rows: Rows) -> list[tuple[Call, str]]:
    """The reads among a reply's calls that found something, with what it was."""
    specs = _specs(desk)
    there = {entry.name for entry in desk.memory.index()}
    calls = [Call.model_validate(one) for one in todo]
    ends = {"done", "commit"}
    ran = [one for one in calls if one.problem or specs[one.name].kind not in ends]
    return [
        (call, row["result"])
        for call, row in zip(ran, rows, strict=False)  # nothing runs after LOG's end
        if row["ok"]
        and row.get("found") != 0
        and specs[call.name].kind in ("search", "read")
        and call.args.get("file", "") in {"", *there}
    ]


def piece(call: Call, text: str) -> Recalled:
    """What a read found."""
    return Recalled(file=call.args.get("file", ""), asked=call.text, text=text)


def look_again(desk: KeeperDesk, looks: Rows) -> Iterator[Recalled]:
    """What LOG's reads find now, since LOG has written after some of them."""
    specs = _specs(desk)
    for look in list({str(one): one for one in looks}.values())[-MOST_LOOKS:]:
        call = Call.model_validate(look)
        reply = desk.session.run(specs[call.name], call.args)
        if reply.found != 0:
            yield piece(call, clean(reply.text))


def shown(desk: KeeperDesk, notes: str) -> Iterator[Recalled]:
    """What PLAN is shown without asking: the scaffold's notes, and the files that it injects."""
    if notes:
        yield Recalled(file="", asked="", text=clean(notes))
    for name in desk.scaffold.manifest.inject.plan:
        answer = desk.memory.read(name)
        if answer.ok:
            yield Recalled(file=name, asked="", text=clean(answer.text))


def _specs(desk: KeeperDesk) -> dict[str, ActionSpec]:
    return {spec.name: spec for spec in desk.scaffold.manifest.actions}
