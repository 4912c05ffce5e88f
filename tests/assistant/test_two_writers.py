"""Two agents, thirty sessions each, on one memory at the same time: as processes and as threads."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from automem_graph.memory.open import open_memory
from support.sessions import SESSIONS
from support.sharing import ADDED, REWRITTEN, line, talk

MEMORY, NAMES = "memories", ("Ann", "Ben")
EVERYTHING = sorted(line(name, session) for name in NAMES for session in range(SESSIONS))


def in_a_process(memory, me, other):
    command = [sys.executable, "-m", "support.sharing", memory, me, other]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("hold", [in_a_process, talk], ids=["processes", "threads"])
def test_no_line_is_lost_no_file_is_torn_and_conflicts_are_told(hold):
    memory, seen = open_memory(MEMORY), {""}
    with ThreadPoolExecutor(2) as both:
        talks = [both.submit(hold, MEMORY, *names) for names in (NAMES, NAMES[::-1])]
        while wait(talks, timeout=0.01).not_done:
            seen |= {memory.text(name) or "" for name in (ADDED, REWRITTEN)}
    refused = [told for one in talks for told in one.result()]
    assert refused  # in the first session one of them wrote without having seen the other's line
    assert all(f"{REWRITTEN} was left as it is" in told for told in refused)
    for name in (ADDED, REWRITTEN):
        lines = memory.lines(name)
        assert sorted(one.text for one in lines) == EVERYTHING
        assert all(one.source.thread == thread_of(one.text) for one in lines)
    assert {entry.name for entry in memory.index()} == {ADDED, REWRITTEN}
    for text in seen - {""}:
        assert set(text.splitlines()) <= set(EVERYTHING)
        assert text.endswith("\n")


def thread_of(text):
    name, _, number = text.partition(" says number ")
    return f"{name}-{int(number)}"
