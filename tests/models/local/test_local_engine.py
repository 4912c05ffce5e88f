"""Calls of many threads in one batch: the same replies as one by one, and nobody waits in vain."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import torch
from langchain_core.messages import HumanMessage, SystemMessage

from automem_graph.models.local.beginnings import MOST
from automem_graph.models.local.calls import BASE, Prompt
from automem_graph.models.local.decoding import decode
from automem_graph.models.local.engine import Engine
from automem_graph.models.local.weights import Weights

ADAPTERS = ("", "red", "blue")


class Watched(Weights):
    """Knows how large the batches were, and how many cores computed."""

    rows = cores = 0

    def forward(self, adapters, **inputs):
        self.rows = max(self.rows, len(adapters))
        self.cores = torch.get_num_threads()
        return super().forward(adapters, **inputs)


def completed(weights, prompts):
    """What `decode` says of a batch, in the order of its prompts."""
    said = {}
    for complete in decode(weights, prompts):
        said |= complete
    return [said[number] for number in range(len(prompts))]


@pytest.mark.parametrize("temperature", [0, 1])
def test_batched_is_one_by_one(chat, temperature):
    """Prompts and replies of several lengths, all adapters in one batch."""
    prompts = []
    for number in range(12):
        model = chat(ADAPTERS[number % 3], temperature=temperature, max_tokens=5 + 5 * number)
        engine, prompt = model.prepared([HumanMessage("so " * 7 * number)])
        prompts.append(prompt)
    weights = engine.weights
    apart = [completed(weights, [prompt])[0] for prompt in prompts]
    assert completed(weights, prompts) == apart
    assert completed(weights, prompts[::-1]) == apart[::-1]
    assert len({len(completion.tokens) for completion in apart}) > 6
    if temperature:
        assert {completion.ended for completion in apart} == {True, False}


@pytest.mark.parametrize("temperature", [0, 1])
def test_a_beginning_that_was_read_before_changes_nothing(chat, temperature):
    """System messages of several lengths, and none, for all adapters, in one batch."""
    prompts = []
    for number in range(12):
        model = chat(ADAPTERS[number % 3], temperature=temperature)
        said = [SystemMessage("rules " * (number % 4))] * (number % 4 > 0)
        engine, prompt = model.prepared([*said, HumanMessage(f"step {number}")])
        assert (prompt.shared > 0) == bool(said)
        prompts.append(prompt)
    weights = engine.weights
    whole = [completed(weights, [replace(prompt, shared=0)])[0] for prompt in prompts]
    for _ in range(2):
        assert completed(weights, prompts) == whole
        assert [completed(weights, [prompt])[0] for prompt in prompts] == whole


def test_few_beginnings_are_kept(folders):
    weights = Weights(folders.base)
    for number in range(MOST + 4):
        tokens = (number, 1, 2)
        completed(weights, [Prompt(tokens, BASE, temperature=0, limit=1, seed=0, shared=2)])
    assert len(weights.beginnings) == MOST


def test_eight_episodes_at_once_hear_what_each_would_hear_alone(chat):
    models = [chat(adapter, temperature=1) for adapter in ADAPTERS]

    def talk(number):
        """Three calls, each of which hangs on the ones before, by different roles."""
        said = f"Episode {number}."
        for model in models:
            said += model.invoke(said).text
        return said

    alone = [talk(number) for number in range(8)]
    with ThreadPoolExecutor(8) as episodes:
        assert list(episodes.map(talk, range(8), timeout=60)) == alone


def test_calls_that_come_together_are_one_batch(folders):
    engine = Engine(Watched(folders.base))
    prompt = Prompt(tokens=(1, 2, 3), adapter=BASE, temperature=0, limit=8, seed=0)
    calls = [engine.submit(prompt) for _ in range(100)]
    assert len({call.result(60) for call in calls}) == 1
    assert 1 < engine.weights.rows <= 64


@pytest.mark.parametrize(("told", "used"), [(None, 1), ("2", 2)])
def test_one_core_computes_unless_somebody_says_otherwise(folders, monkeypatch, told, used):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if told:
        monkeypatch.setenv("OMP_NUM_THREADS", told)
    torch.set_num_threads(2)
    try:
        engine = Engine(Watched(folders.base))
        engine.submit(Prompt((1, 2), BASE, temperature=0, limit=1, seed=0)).result(60)
        assert engine.weights.cores == used
        assert torch.get_num_threads() == 2, "other threads of the process are left alone"
    finally:
        torch.set_num_threads(1)


def test_a_call_that_fails_fails_for_who_made_it_and_the_next_one_does_not(folders):
    engine = Engine(Weights(folders.base))
    adapter = engine.mount(folders.red)
    prompt = Prompt(tokens=(1, 2, 3), adapter=adapter, temperature=0, limit=8, seed=0)
    nowhere = Prompt(tokens=(99999,), adapter=adapter, temperature=0, limit=8, seed=0)
    with pytest.raises(IndexError):
        engine.submit(nowhere).result(60)
    assert len(engine.submit(prompt).result(60).tokens) <= 8


def test_a_process_ends_cleanly_in_the_middle_of_a_reply(folders):
    code = (
        "import sys, threading, time\n"
        "from automem_graph.models.resolve import resolve_model\n"
        "model = resolve_model(sys.argv[1])\n"
        "model.invoke('Now the weights are there.')\n"
        "talk = lambda: [model.invoke(f'Number {n}') for n in range(10_000)]\n"
        "threading.Thread(target=talk, daemon=True).start()\n"
        "time.sleep(0.3)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, f"local:{folders.base}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
