"""A base model that a server plays: its adapters are loaded there for their trials, then dropped.

The weights lie in a folder as well, for training and for its tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from automem_graph.agent.state import Message
from automem_graph.models.adapters import AdapterServer, NotServed
from automem_graph.models.calling import ModelError, call
from automem_graph.models.local.contents import contents
from automem_graph.models.resolve import UnknownModel, resolve_model, served_at
from automem_graph.models.sampling import Sampling
from automem_graph.proficiency.tokens import open_tokens
from automem_graph.structure.purse import Unfinished

PROMPT: Sequence[Message] = (
    {"role": "system", "content": "You keep memory in files, and play a world."},
    {"role": "user", "content": "# PLAN, step 1,234\n\nA cow: north-east. What now?\n"},
)
"""Asked once, to count its tokens."""


def served_as(served: str, trial: str, adapter: str) -> str:
    """The name of an adapter, `local:FOLDER@ADAPTER`, beside the base `vllm:NAME@URL`.

    It has a hash of base and adapter in it, so no two adapters ever have the same one. Where the
    adapter is gone there is no hash, and nobody of that name plays.
    """
    url = served.strip().rpartition("@")[2]
    try:
        made_of = contents(adapter)
    except UnknownModel:
        made_of = "gone"
    return f"vllm:specialist-{trial}-{made_of}@{url}"


def check_served(served: str, base: str, nowhere: Path) -> None:
    """Unfinished unless the server at `vllm:NAME@URL` plays the base and takes adapters.

    `nowhere` is a folder that is not there. Other weights than the base's are found out where the
    server says of which folder they are, and that one is here.
    """
    name, url = served_at(served)
    server = AdapterServer(url)
    try:
        listed = server.listed()
        if name not in listed:
            known = ", ".join(listed) or "nothing"
            raise NotServed(f"{server} serves {known}, and no {name}: correct --served")
        if _is_another(listed[name], base):
            raise NotServed(
                f"{server} serves {name} from {listed[name]}, whose weights are not those of "
                f"{base}: serve the folder that is trained on"
            )
        server.check(nowhere)
        _check_tokens(served, base)
    except (NotServed, ModelError) as why:
        raise Unfinished(f"{why}; the same command goes on") from why


def _check_tokens(served: str, base: str) -> None:
    """NotServed where a prompt has other tokens there: of another model, or chat template."""
    tokens = open_tokens(base)
    usage = call(
        resolve_model(served, Sampling(temperature=0, max_tokens=1)), PROMPT
    ).usage_metadata
    if tokens is None or usage is None:
        return
    counted, own = usage["input_tokens"], tokens.lengths(PROMPT, "")[0]
    if counted != own:
        raise NotServed(
            f"{served} counts {counted:,} tokens in a prompt that has {own:,} by the tokenizer and "
            f"the chat template of {base}: serve the folder that is trained on"
        )


@contextmanager
def mounted(specialist: str, adapter: Path) -> Iterator[None]:
    """Have the server of `vllm:NAME@URL` serve the adapter by this name, until this ends.

    Unfinished where the server is not as it must be; UnknownModel where it refuses this adapter.
    """
    name, url = served_at(specialist)
    server = AdapterServer(url)
    try:
        server.load(name, adapter)
    except NotServed as why:
        raise Unfinished(f"{why}; the same command goes on") from why
    try:
        yield
    finally:
        server.drop(name)


def _is_another(root: str, base: str) -> bool:
    """Whether the folder that a server names is here, and holds another model than the base."""
    if not root or not (Path(root) / "config.json").is_file():
        return False
    return contents(f"local:{root}") != contents(base)
