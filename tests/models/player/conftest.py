"""Conversations of one step, rendered from the seed scaffold's prompts as an agent renders them."""

import tomllib
from importlib.resources import files

import pytest
from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from automem_graph.protocols import ActionSpec, FileEntry
from automem_graph.worlds.crafter.card import CARD
from automem_graph.worlds.crafter.scene import Scene, Thing
from automem_graph.worlds.crafter.text import describe

SCAFFOLD = files("automem_graph.tools") / "v0"
PROMPTS = SandboxedEnvironment(
    loader=DictLoader({f.name: f.read_text("utf-8") for f in (SCAFFOLD / "prompts").iterdir()}),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
SPECS = tuple(
    ActionSpec.model_validate(action)
    for action in tomllib.loads((SCAFFOLD / "scaffold.toml").read_text("utf-8"))["actions"]
)

PUT = ActionSpec(
    name="PUT",
    kind="write",
    routines=("log",),
    args=("file", "key", "text"),
    help="set the line of this key",
)
FILES = {"keyed": "map.md", "done": "done.md", "status": "status.md"}


def observation(*things, facing=None, asleep=False, inventory=(), **vitals):
    """The world's own text; things are (kind, east, south)."""
    return describe(
        Scene(
            things=tuple(Thing(*thing) for thing in things),
            facing=facing,
            vitals={"health": 9, "food": 9, "drink": 9, "energy": 9, **vitals},
            inventory=dict(inventory),
            sleeping=asleep,
            dead=False,
        )
    )


class Talk:
    """One step's messages so far; `files` are (name, lines), `injected` (name, text).

    `offers` names parts of structure that the system message declares and explains.
    """

    def __init__(self, specs=SPECS, step=7, files=(), offers=(), notes="", injected=(), card=CARD):
        if "keyed" in offers:
            specs = (*specs, PUT)
        self.step = step
        self.card = card
        self.notes = notes
        self.injected = [{"name": name, "text": text} for name, text in injected]
        self.files = [FileEntry(name=name, lines=lines) for name, lines in files]
        self.actions = {
            "log": [spec for spec in specs if "log" in spec.routines],
            "plan": [spec for spec in specs if "plan" in spec.routines],
            "done": next(spec for spec in SPECS if spec.kind == "done"),
            "commit": next(spec for spec in SPECS if spec.kind == "commit"),
        }
        named = [f"- `{FILES[part]}` is kept for you to use." for part in offers]
        self.messages = [SystemMessage("\n".join([self._render("system.md"), *named]))]

    def log(self, before, action, now):
        self._say("log.md", previous=before, last_action=action, observation=now, unchanged=0)
        return self

    def plan(self, now=""):
        self._say("plan.md", observation=now, log_ran=not now)
        return self

    def answered(self, reply, *answers):
        """The player's reply, and what its actions answered."""
        self.messages.append(AIMessage(reply))
        results = [{"call": f"call {n}", "text": text} for n, text in enumerate(answers)]
        self._say("results.md", results=results, rounds_left=9)
        return self

    def _say(self, template, **variables):
        self.messages.append(HumanMessage(self._render(template, **variables)))

    def _render(self, template, **variables):
        variables = {
            "step": self.step,
            "index": self.files,
            "injected": self.injected,
            "notes": self.notes,
            **variables,
        }
        return (
            PROMPTS.get_template(template)
            .render(task=self.card, actions=self.actions, codec="tags", **variables)
            .strip()
        )


@pytest.fixture(scope="session")
def see():
    """Makes the text of an observation."""
    return observation


@pytest.fixture(scope="session")
def talk():
    """Makes a step's conversation."""
    return Talk


@pytest.fixture(scope="session")
def specs():
    """The seed scaffold's actions."""
    return SPECS
