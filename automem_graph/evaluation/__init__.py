"""Evaluation: suites of episodes, what they earn together, and the difference of two runs.

Nothing here bears on how an episode plays, so none of it is part of the engine's hash.
"""
