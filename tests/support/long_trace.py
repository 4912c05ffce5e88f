"""Episodes of any length in the format that is played, without a world or a model.

`python tests/support/long_trace.py FOLDER --steps 20000` makes a run with one episode of NetHack:
20,000 steps take about half a minute. The world is made up, so nothing can be replayed from it; the
trace is written by `Trace`, the files and their journal by `Memory`.
"""

from __future__ import annotations

import argparse
import random
from importlib.resources import files
from pathlib import Path
from typing import Any

from automem_graph.agent.state import Message
from automem_graph.agent.step import ActionRow, ModelCall, StepRow, Usage
from automem_graph.episodes.hold import hold
from automem_graph.episodes.identity import Asked, episode_id
from automem_graph.episodes.keep import keep_run, keep_scaffold
from automem_graph.episodes.layout import EpisodeFolder, RunFolder, write_json
from automem_graph.episodes.metrics import measure
from automem_graph.episodes.play import EpisodeResult
from automem_graph.episodes.trace import Header, Trace
from automem_graph.memory.directory import DirectoryFiles
from automem_graph.memory.memory import Deed, Memory
from automem_graph.protocols import Edit, Observation, Role
from automem_graph.scaffold.load import load_scaffold

WAYS = ("north", "east", "south", "west")
SYSTEM = "You keep files about a dungeon. " + "They say what a single look cannot. " * 120
NOTE_EVERY, LOOK_EVERY, PRUNE_EVERY, DEEPER_EVERY = 3, 5, 400, 350


def long_trace(
    where: Path, steps: int = 20_000, seed: int = 7, *, ended: bool = True, said: str = "",
) -> EpisodeFolder:  # fmt: skip
    """An episode of two models that goes down the dungeon; `said` is part of each text of a model.

    One that has not `ended` is as if it were still being played. The same arguments give the same
    trace. Its files grow by a line at every third step and are pruned at every 400th.
    """
    scaffold = load_scaffold(Path(str(files("automem_graph.tools") / "v0")))
    asked = Asked(
        agent="memory", scaffold=scaffold.id, gameplay="made-up:gameplay",
        specialist="made-up:specialist", engine="made-up", task="nethack", steps=steps,
    )  # fmt: skip
    folder = RunFolder(where).episode(episode_id(asked, seed))
    keep_run(folder.run, asked)
    keep_scaffold(folder.run, scaffold)
    folder.path.mkdir(parents=True)
    chance = random.Random(seed)
    dungeon = _Dungeon(chance)
    held = hold(folder.path)
    header = Header(episode=folder.id, seed=seed, asked=asked, answer=dungeon.answer())
    trace = Trace.start(folder, header, held)
    try:
        memory = Memory(DirectoryFiles(folder.memory), folder.journal)
        for step in range(steps):
            trace.write(_Step(step, trace.position.answer, memory, said).played(dungeon))
    finally:
        trace.close()
    if ended:
        _end(folder, header)
    return folder


class _Dungeon:
    """What NetHack would show: a map with a hero in it, who goes deeper now and then."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.x, self.y, self.depth, self.turn, self.hp = 40, 10, 1, 1, 15

    def step(self, action: str) -> Observation:
        self.turn += 1
        self.x = min(70, max(2, self.x + (action == "east") - (action == "west")))
        self.y = min(19, max(2, self.y + (action == "south") - (action == "north")))
        self.hp = min(15, max(3, self.hp + self._chance.choice((-2, 0, 0, 0, 0, 1))))
        if self.turn % DEEPER_EVERY == 0 and self._chance.random() < 0.4:
            self.depth = min(50, self.depth + 1)
        return self.answer()

    def answer(self) -> Observation:
        rows = [f"{'|':>{self.x - 1}}...........|" for _ in range(21)]
        rows[self.y] = f"{'|':>{self.x - 1}}.....@..d..|"
        chart = "\n".join(rows)
        seen = f"- wall, near, north\n- doorway, {'far' if self.turn % 2 else 'near'}, east"
        status = f"Dlvl:{self.depth} $:0 HP:{self.hp}(15) Pw:2(2) AC:4 Xp:1/0 T:{self.turn}"
        things = "a - a +0 katana (weapon in hand)\nb - a blessed +0 wakizashi"
        return Observation(
            text=f"Message: (none)\n\nYou see:\n{seen}\n\nCursor: row {self.y}, column {self.x}, "
            f"on yourself\n\nMap:\n{chart}\n\nStatus:\nAgent the Hatamoto St:17 Lawful S:0\n"
            f"{status}\n\nInventory:\n{things}",
            progression=round((self.depth - 1) / 50, 4),
            facts={
                "depth": self.depth, "experience_level": 1, "hp": self.hp, "max_hp": 15,
                "turn": self.turn, "position": [self.x, self.y], "unlocked": [],
            },
        )  # fmt: skip


class _Step:
    """The conversation of one step: LOG by the specialist, PLAN, and the commit."""

    def __init__(self, step: int, seen: Observation, memory: Memory, said: str) -> None:
        self.step, self.seen, self.memory, self.said = step, seen, memory, said
        self.messages: list[Message] = [{"role": "system", "content": SYSTEM}]
        self.calls: list[ModelCall] = []
        self.actions: list[ActionRow] = []

    def played(self, dungeon: _Dungeon) -> StepRow:
        if self.step:
            self._log()
        self._plan()
        action = WAYS[(self.step // 7 + self.step % 2) % 4]
        self._say("gameplay", "plan", f"{self.said}<|ACTION|>{action}<|END|>", "Commit an action.")
        return StepRow(
            step=self.step, messages=tuple(self.messages), calls=tuple(self.calls),
            actions=tuple(self.actions), said=action, action=action,
            answer=dungeon.step(action), world_ms=0.4,
        )  # fmt: skip

    def _log(self) -> None:
        file = f"level-{self.seen.facts['depth']}.md"
        shown = f"# LOG, step {self.step}\n\nWhat you see now:\n{self.seen.text}"
        if self.step % PRUNE_EVERY == 0:
            text = f"{self.said}Walked here until step {self.step}."
            self._write(Edit(op="replace", file=file, text=text), "WRITE", shown)
        elif self.step % NOTE_EVERY == 0:
            again = self.step % (4 * NOTE_EVERY) == 0  # now and then it says what it said already
            text = f"{self.said}A doorway was {'near' if again else f'seen at step {self.step}'}."
            self._write(Edit(op="append", file=file, text=f"{text}\n"), "APPEND", shown)
        else:
            self._say("specialist", "log", "<|DONE|>", shown)

    def _write(self, edit: Edit, name: str, shown: str) -> None:
        call = f"<|{name}|>{edit.file}|{edit.text.strip()}<|END|>"
        self._say("specialist", "log", f"{call}<|DONE|>", shown)
        args = {"file": edit.file, "text": edit.text}
        answer = self.memory.perform(self._deed("log", name, args), (edit,))
        self._did("log", name, call, answer.text or f"Wrote {edit.file}.", answer.ok)

    def _plan(self) -> None:
        if self.step % LOOK_EVERY:
            return
        args = {"file": f"level-{self.seen.facts['depth']}.md", "keyword": "doorway"}
        call = f"<|SEARCH|>{args['file']}|doorway<|END|>"
        self._say("specialist", "plan", call, f"# PLAN, step {self.step}")
        lines = (self.memory.text(args["file"]) or "").splitlines()
        hits = [line for line in lines if "doorway" in line]
        self.memory.perform(self._deed("plan", "SEARCH", args, len(hits)))
        self._did("plan", "SEARCH", call, "\n".join(hits[-20:]) or "Nothing.", True, len(hits))

    def _say(self, role: Role, routine: Any, reply: str, asked: str) -> None:
        self.messages.append({"role": "user", "content": asked})
        asks, says = 2100 + 40 * len(self.calls), max(1, len(reply) // 4)
        call = ModelCall(
            role=role, routine=routine, model=f"made-up:{role}", prompt=len(self.messages),
            reply=reply, usage=Usage(input=asks, output=says), ms=2.0,
        )  # fmt: skip
        self.calls.append(call)
        self.messages.append({"role": "assistant", "content": reply})

    def _deed(
        self, routine: Any, name: str, args: dict[str, str], found: int | None = None
    ) -> Deed:
        return Deed(
            step=self.step, turn=len(self.calls) - 1, routine=routine, role="specialist",
            action=name, args=args, found=found,
        )  # fmt: skip

    def _did(
        self, routine: Any, name: str, call: str, result: str, ok: bool, found: int | None = None
    ) -> None:
        did = ActionRow(
            turn=len(self.calls) - 1, routine=routine, role="specialist", name=name, call=call,
            result=result, ok=ok, found=found,
        )  # fmt: skip
        self.actions.append(did)


def _end(folder: EpisodeFolder, header: Header) -> None:
    measured = measure(folder)
    result = EpisodeResult(
        episode=header.episode, seed=header.seed, asked=header.asked, status="done",
        steps=measured.steps, progression=measured.answer.progression, ended="limit",
        metrics=measured.metrics, seconds=1.0, finished="2026-01-01T00:00:00+00:00",
    )  # fmt: skip
    write_json(folder.result, result.model_dump(mode="json"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--running", action="store_true", help="leave it without a result")
    given = parser.parse_args()
    print(long_trace(given.folder, given.steps, given.seed, ended=not given.running).path)
