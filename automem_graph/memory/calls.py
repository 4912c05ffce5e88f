"""What makes an action in a reply a call that runs, whichever wire form it came in.

A reply is hostile input. What cannot run becomes a call with a `problem`, which names the mistake
and shows the right form, so that the model can learn from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from automem_graph.protocols import ActionSpec, Call, Routine

MOST_CALLS = 20
"""Calls that one reply may hold; the first one over it becomes a problem, the rest is dropped."""

Form = Callable[[ActionSpec], str]
"""How an action is written in a wire form."""


class Found(NamedTuple):
    """An action in a reply: what it calls itself, the declared action it is, and what it says."""

    name: str
    spec: ActionSpec | None
    args: Mapping[str, str]
    """The arguments by name, stripped; an empty or absent one is left out."""
    text: str
    """The action as it was written."""
    flaw: str = ""
    """What is wrong with it already, as the beginning of a sentence for the model."""


def check(
    found: Iterable[Found], actions: Sequence[ActionSpec], routine: Routine, form: Form
) -> tuple[Call, ...]:
    """The actions as calls, in their order.

    Unknown actions, actions of the other routine, missing arguments and every commit but the first
    have a `problem`.
    """
    calls: list[Call] = []
    committed = False
    for name, spec, args, text, flaw in found:
        if len(calls) == MOST_CALLS:
            late = f"Only the first {MOST_CALLS} actions of a reply run; {name} came after them."
            return (*calls, Call(name=name, text=text, problem=late))
        if spec is None or routine not in spec.routines:
            problem: str | None = _out_of_place(name, spec, actions, routine, form)
        elif flaw:
            problem = f"{flaw}. Write it like this: {form(spec)}"
        else:
            problem = _missing(spec, args, form)
        if problem is None and spec is not None and spec.kind == "commit":
            if committed:
                problem = f"Only the first commit of a reply counts; this {name} did not run."
            committed = True
        calls.append(Call(name=name, args=args, text=text, problem=problem))
    return tuple(calls)


def names_of(spec: ActionSpec) -> list[str]:
    """The names of an action's arguments, in order."""
    return [name.removesuffix("?") for name in spec.args]


def required_of(spec: ActionSpec) -> list[str]:
    """The names of the arguments that an action cannot do without, in order."""
    return [name for name in spec.args if not name.endswith("?")]


def _out_of_place(
    name: str,
    spec: ActionSpec | None,
    actions: Sequence[ActionSpec],
    routine: Routine,
    form: Form,
) -> str:
    what = f"There is no action {name}" if spec is None else f"{name} is not for this routine"
    forms = [form(each) for each in actions if routine in each.routines]
    return f"{what}. In {routine.upper()} you may write: {', '.join(forms)}"


def _missing(spec: ActionSpec, args: Mapping[str, str], form: Form) -> str | None:
    missing = [wanted for wanted in required_of(spec) if wanted not in args]
    if missing:
        return f"{spec.name} needs {' and '.join(missing)}. Write it like this: {form(spec)}"
    return None
