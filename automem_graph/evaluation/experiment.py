"""An evaluation as an experiment in LangSmith: an example per world, a row and scores per episode.

A suite has one dataset, so that its experiments can be laid side by side there. All ids are made of
content: recording the same results again changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from langsmith import Client
from langsmith.schemas import Dataset, TracerSession
from langsmith.utils import LangSmithError, LangSmithNotFoundError

from automem_graph.episodes.play import EpisodeResult
from automem_graph.episodes.tracing import texts_hidden
from automem_graph.evaluation.results import Key
from automem_graph.evaluation.suite import Plan

_PROBLEMS = (LangSmithError, OSError)
"""What LangSmith's client raises: errors of its own, and those of its HTTP library."""


class ExperimentError(RuntimeError):
    """LangSmith does not take the experiment; one sentence on why and what to do."""


class Experiment:
    """A project of LangSmith's that belongs to the dataset of a suite."""

    def __init__(self, name: str, suite: str, asked: dict[str, Any], keys: Sequence[Key]) -> None:
        self._errors: list[Exception] = []
        self._client = Client(
            hide_inputs=False,
            hide_outputs=False,
            tracing_sampling_rate=1.0,
            tracing_error_callback=self._errors.append,
        )
        dataset = _dataset(self._client, f"automem-{suite}")
        self._examples = _examples(self._client, dataset, keys)
        self._project = _project(self._client, name, dataset, asked)

    @classmethod
    def open(cls, name: str, plan: Plan) -> Experiment:
        """The experiment of that name, with examples for all of the plan's episodes.

        A new one, or one of the same player. Raises ExperimentError, so that a key or an address
        that is wrong is known before anything is played.
        """
        asked = plan.asked.cast()
        steps = {f"steps {task}": steps for task, steps in plan.asked.tasks.items()}
        keys = [(task, seed) for task in plan.asked.tasks for seed in plan.asked.seeds or ()]
        try:
            return cls(name, plan.suite, {**asked, **steps}, keys)
        except _PROBLEMS as error:
            raise ExperimentError(_sentence(error)) from error

    def record(self, results: Iterable[EpisodeResult]) -> None:
        """Send the results; a failed episode is an error without scores. Raises ExperimentError."""
        try:
            for result in results:
                self._send(result)
        except _PROBLEMS as error:
            raise ExperimentError(_sentence(error)) from error

    def _send(self, result: EpisodeResult) -> None:
        """One request an episode: LangSmith takes it as a whole, or has it already."""
        end = datetime.fromisoformat(result.finished)
        start = end - timedelta(seconds=result.seconds)
        row = uuid5(self._project.id, f"{result.episode} {result.finished}")
        inputs = _inputs((result.asked.task, result.seed))
        error = result.error
        if error is not None and texts_hidden():
            error = error.partition(":")[0]
        outputs = {"progression": result.progression, "steps": result.steps, "ended": result.ended}
        self._client.create_run(
            result.asked.task,
            inputs,
            "chain",
            project_name=self._project.name,
            id=row,
            trace_id=row,
            dotted_order=f"{start:%Y%m%dT%H%M%S%fZ}{row}",
            reference_example_id=self._examples[result.asked.task, result.seed],
            start_time=start,
            end_time=end,
            outputs=outputs if error is None else None,
            error=error,
            extra={"metadata": {"episode": result.episode, **inputs}},
        )
        for key, score in _scores(result).items():
            self._client.create_feedback(
                row,
                key,
                score=score if math.isfinite(score) else None,
                value=None if math.isfinite(score) else "infinite",
                trace_id=row,
                feedback_id=uuid5(row, key),
                session_id=self._project.id,
                start_time=start,
            )
        self._client.flush()
        if self._errors:
            raise self._errors[0]


def _scores(result: EpisodeResult) -> dict[str, float]:
    """Feedback on an episode that is done: what it earned, and the measures of its memory."""
    if result.progression is None or result.status == "failed":
        return {}
    measures = {} if result.metrics is None else result.metrics.model_dump(mode="python")
    return {"progression": result.progression, **measures}


def _dataset(client: Client, name: str) -> Dataset:
    try:
        found: Dataset = client.read_dataset(dataset_name=name)
        return found
    except LangSmithNotFoundError:
        return client.create_dataset(name, description="Worlds: a task and a seed each.")


def _examples(client: Client, dataset: Dataset, keys: Sequence[Key]) -> dict[Key, UUID]:
    """The examples of these worlds, made where there is none yet."""
    ids = {key: uuid5(dataset.id, f"{key[0]} {key[1]}") for key in keys}
    there = {example.id for example in client.list_examples(dataset_id=dataset.id)}
    new = [{"id": ids[key], "inputs": _inputs(key)} for key in keys if ids[key] not in there]
    if new:
        client.create_examples(dataset_id=dataset.id, examples=new)
    return ids


def _project(client: Client, name: str, dataset: Dataset, asked: dict[str, Any]) -> TracerSession:
    try:
        project: TracerSession = client.read_project(project_name=name)
    except LangSmithNotFoundError:
        return client.create_project(name, reference_dataset_id=dataset.id, metadata=asked)
    was = project.metadata
    other = [key for key, value in asked.items() if was.get(key, value) != value]
    if project.reference_dataset_id != dataset.id:
        other = ["suite"]
    if other:
        raise ExperimentError(
            f"LangSmith has a project {name} already, with another {', '.join(other)}: choose "
            "another name with --langsmith"
        )
    return project


def _inputs(key: Key) -> dict[str, Any]:
    return {"task": key[0], "seed": key[1]}


def _sentence(error: Exception) -> str:
    said = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
    return (
        f"LangSmith does not take the experiment ({type(error).__name__}: {said}): check "
        "LANGSMITH_API_KEY and LANGSMITH_ENDPOINT"
    )
