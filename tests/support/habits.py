"""A keeper of memory with good and bad habits, and runs of episodes that it played."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from automem_graph.agent.context import PlayContext
from automem_graph.episodes.desks import EpisodeDesks
from automem_graph.episodes.layout import RunFolder
from automem_graph.episodes.play import play_episode
from support import toy
from support.scripted import Say, Scripted, routine

LOOK = "Do I know it?\n<|SEARCH|>a.md|room<|END|>"
WRITE = "<|APPEND|>a.md|a room<|END|>\n<|DONE|>"
CHATTER = "\nThat was it. <|APPEND|>a.md|never<|END|>"
CONSULT = "<|SEARCH|>a.md|room<|END|>"
COMMIT = " <|ACTION|>Right<|END|> and on"


def keeper(messages: list[BaseMessage]) -> str:
    """Looks before it writes in steps 2, 4, ..., and before it acts in steps 0, 3, 6, ..."""
    said = "\n".join(message.text for message in messages if message.type == "human")
    step = int(re.findall(r"step (\d+)", said)[-1])
    if routine(messages) == "plan":
        return (CONSULT if step % 3 == 0 else "") + COMMIT
    spoken = any(isinstance(message, AIMessage) for message in messages)
    return LOOK if step % 2 == 0 and not spoken else WRITE + CHATTER


def play(
    run: Path,
    seeds: Sequence[int],
    gameplay: Say = keeper,
    specialist: Say | None = None,
    *,
    wrap: Callable[[Say], Scripted] = lambda say: Scripted(say=say),
    **context: Any,
) -> RunFolder:
    """Play the toy world's seeds; what could not be played to its end is left so."""
    models = {"gameplay": wrap(gameplay)}
    if specialist is not None:
        models["specialist"] = wrap(specialist)
    with EpisodeDesks(resolve=lambda name, _: models[name]) as desks:
        for seed in seeds:
            asked = PlayContext(
                task=toy.NAME,
                run=str(run),
                seed=seed,
                gameplay="gameplay",
                specialist="specialist" if specialist else "",
                **context,
            )
            play_episode(desks, asked)
    return RunFolder(run)
