"""Why a program has ended, from the last lines of output that vLLM 0.32 wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automem_graph.models.last_words import LINES, LastWords

TAIL = """\
nanobind: leaked 4 instances!
 - leaked instance 0x7f9927b58c68 of type "triton._C.libtriton.ir.attribute"
resource_tracker.py:254: UserWarning: resource_tracker: There appear to be 1 leaked semaphore
  warnings.warn('resource_tracker: There appear to be %d '
"""

CACHE = """\
(EngineCore pid=511) ERROR 11-22 18:16:10 [core.py:1510]     raise ValueError(
(EngineCore pid=511) ERROR 11-22 18:16:10 [core.py:1510] ValueError: To serve a request (0.01 GiB
    raise ValueError(
ValueError: To serve a request (0.01 GiB KV cache is needed).
[rank0]:[W1122 process_group_nccl.cpp] destroy_process_group() was not called
    raise RuntimeError(
RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}
"""
CONTEXT = """\
pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig
  Value error, User-specified max_model_len (99999) is greater than 16384. [type=value_error]
    For further information visit https://errors.pydantic.dev/2.14/v/value_error
"""
ATTENTION = """\
(Worker pid=195) ERROR 11-22 18:03:14 [multiproc_executor.py:1063] RuntimeError: head_dim=8
(EngineCore pid=193) ERROR 11-22 18:03:14 [core.py:1512] RuntimeError: Worker failed with error \
'head_dim=8', please check the stack trace above for the root cause
(APIServer pid=188) ERROR 11-22 18:03:14 [async_llm.py:906] vllm.v1.engine.EngineDeadError: \
EngineCore encountered an issue. See stack trace (above) for the root cause.
INFO:     127.0.0.1:47306 - "POST /v1/chat/completions HTTP/1.1" 500 Internal Server Error
"""


def last_words(output: str) -> str:
    words = LastWords()
    for line in output.splitlines(keepends=True):
        words.hear(line)
    return str(words)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (CACHE, "ValueError: To serve a request (0.01 GiB KV cache is needed)."),
        (
            CONTEXT,
            "pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig "
            "Value error, User-specified max_model_len (99999) is greater than 16384. "
            "[type=value_error] For further information visit "
            "https://errors.pydantic.dev/2.14/v/value_error",
        ),
        (ATTENTION, "RuntimeError: head_dim=8"),
    ],
    ids=["cache", "context", "attention"],
)
def test_the_reason_is_found_among_what_follows_from_it(output, reason):
    assert last_words(output + TAIL) == reason


def test_without_an_error_the_last_line_counts():
    assert last_words("usage: vllm\nvllm: error: unrecognized arguments: --no\n\n") == (
        "vllm: error: unrecognized arguments: --no"
    )
    assert last_words(" \n") == ""


def test_an_error_of_long_ago_ended_nothing():
    later = "INFO: POST 200 OK\n" * (LINES - 1)
    assert last_words(f"ValueError: a bad request\n{later}") == "ValueError: a bad request"
    assert last_words(f"ValueError: a bad request\n{later}killed\n") == "killed"


@given(st.lists(st.text(), max_size=5))
def test_any_output_has_some_last_words(lines):
    words = LastWords()
    for line in lines:
        words.hear(line)
    assert bool(str(words)) == any(line.strip() for line in lines)
