"""A corridor that caves in for seed 2 while a file named `broken` lies in the folder."""

from pathlib import Path

from support.toy import Corridor, CorridorTask

NAME = "support.frail:FRAIL"


class FrailCorridor(Corridor):
    def step(self, action: str):
        if self._seed == 2 and Path("broken").exists():
            raise RuntimeError("it caved in")
        return super().step(action)


class FrailTask(CorridorTask):
    card = CorridorTask.card.model_copy(update={"name": NAME})

    def open(self, seed: int) -> FrailCorridor:
        return FrailCorridor(seed)


FRAIL = FrailTask()
