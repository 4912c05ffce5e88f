"""A toy world: a corridor of rooms. As a task it is called `support.toy:CORRIDOR`."""

from automem_graph.protocols import Observation, TaskCard

NAME = "support.toy:CORRIDOR"
ROOMS = 6


class Corridor:
    """Right and Left walk; the world ends in the last room. The seed paints the walls."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._room = 0

    def reset(self) -> Observation:
        self._room = 0
        return self._observation()

    def step(self, action: str) -> Observation:
        self._room = max(0, self._room + {"Right": 1, "Left": -1, "Wait": 0}[action])
        return self._observation()

    def close(self) -> None:
        pass

    def _observation(self) -> Observation:
        room = min(self._room, ROOMS)
        return Observation(
            text=f"You stand in room {room} of a corridor whose walls have colour {self._seed}.",
            done=room == ROOMS,
            progression=room / ROOMS,
            facts={"room": room},
        )


class CorridorTask:
    card = TaskCard(
        name=NAME,
        title="Corridor",
        instructions="Walk to the right until the corridor ends.",
        actions=("Right", "Left", "Wait"),
        default_action="Wait",
        max_steps=40,
    )

    def open(self, seed: int) -> Corridor:
        return Corridor(seed)


CORRIDOR = CorridorTask()
