"""What the base model learns from is what the teacher said, cut as it is when the model plays."""

from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from automem_graph.agent.state import Message
from automem_graph.episodes.layout import RunFolder
from automem_graph.episodes.trace import prompt_of, read_trace
from automem_graph.models.local.chat import LocalChat
from automem_graph.models.local.weights import quiet
from automem_graph.proficiency.rehearsal.lessons import FIRST_SEED, Lesson, Lessons, take_lessons
from automem_graph.proficiency.rehearsal.words import (
    END,
    START,
    make_tokenizer,
    render,
    tokens_of,
    without_system,
)
from support.rehearsing import BRIEF

MESSAGES = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("played")


@pytest.fixture(scope="module")
def lessons(played: Path) -> Lessons:
    return take_lessons(BRIEF, played, lambda _: None)


@pytest.fixture(scope="module")
def words(lessons: Lessons) -> PreTrainedTokenizerFast:
    return make_tokenizer((*lessons.mixed, *lessons.careful), BRIEF.vocabulary)


def test_they_are_the_teacher_s_traces_word_for_word(played: Path, lessons: Lessons):
    replies = set()
    for path in played.glob("*/episodes/*"):
        header, rows = read_trace(RunFolder(path.parents[1]).episode(path.name))
        assert header.seed >= FIRST_SEED
        for row in rows:
            replies |= {(str(prompt_of(row, n)), call.reply) for n, call in enumerate(row.calls)}
    taught = {
        (str(one.messages[:place]), one.messages[place]["content"])
        for one in (*lessons.mixed, *lessons.careful)
        for place in one.taught
    }
    assert (len(lessons.mixed), len(lessons.careful)) == (2 * BRIEF.steps, BRIEF.steps)
    assert taught <= replies
    assert len(taught) > 2 * (len(lessons.mixed) + len(lessons.careful))


def test_what_was_stripped_of_a_commit_is_read_and_not_taught(lessons: Lessons):
    handed = [one for one in lessons.mixed if "Now act." in one.messages[-2]["content"]]
    assert len(handed) == BRIEF.steps
    for one in handed:
        assert one.messages[-3]["content"] == "(no reply)"
        assert len(one.messages) - 3 not in one.taught
        assert one.taught[-1] == len(one.messages) - 1


def test_tokens_are_those_of_the_model_that_plays(
    lessons: Lessons, words: PreTrainedTokenizerFast, brief_base: Path
):
    model = LocalChat(model=str(brief_base))
    theirs = PreTrainedTokenizerFast.from_pretrained(brief_base)
    for one in lessons.mixed:
        cut = tokens_of(one, theirs)
        for place in one.taught:
            said = [MESSAGES[each["role"]](each["content"]) for each in one.messages[:place]]
            prompt = model.prepared(said)[1].tokens
            assert cut.ids[: len(prompt)] == prompt
            assert cut.weights[len(prompt) - 1 : len(prompt) + 1] == (0.1, 1.0)
            reply = cut.ids[len(prompt) : cut.ids.index(theirs.eos_token_id, len(prompt))]
            assert theirs.decode(reply) == one.messages[place]["content"]


def test_only_taught_replies_and_their_ends_count_fully(
    lessons: Lessons, words: PreTrainedTokenizerFast
):
    one = next(one for one in lessons.mixed if "(no reply)" in str(one.messages))
    cut = tokens_of(one, words)
    counted = [token for token, count in zip(cut.ids, cut.weights, strict=True) if count == 1.0]
    taught = "".join(f"{one.messages[place]['content']}{END}" for place in one.taught)
    assert words.decode(counted, skip_special_tokens=False) == taught
    ignored = [token for token, count in zip(cut.ids, cut.weights, strict=True) if count == 0.0]
    assert words.decode(ignored, skip_special_tokens=False) == f"(no reply){END}"


def test_the_system_message_can_be_left_out(lessons: Lessons, words: PreTrainedTokenizerFast):
    one = lessons.careful[3]
    rest = Lesson(messages=one.messages[1:], taught=tuple(place - 1 for place in one.taught))
    assert without_system(tokens_of(one, words), words) == tokens_of(rest, words)


def test_tags_are_ordinary_tokens_and_other_loaders_cut_alike(
    lessons: Lessons, words: PreTrainedTokenizerFast, brief_base: Path
):
    text = render(lessons.careful[5].messages, words)
    ids = words.encode(text)
    assert "<|SEARCH|>" in words.decode(ids, skip_special_tokens=True)
    assert START not in words.decode(ids, skip_special_tokens=True)
    with quiet():
        other = AutoTokenizer.from_pretrained(brief_base)
    same = PreTrainedTokenizerFast.from_pretrained(brief_base)
    for said in (text, "  odd   white\n\n space\t12345 it's ünï <|END|><|DONE|>|a| b"):
        assert other.encode(said) == same.encode(said)
        assert other.decode(other.encode(said)) == said


def test_what_cannot_be_read_back_is_refused(words: PreTrainedTokenizerFast):
    told: Message = {"role": "user", "content": "cafe\u0301"}
    odd = Lesson(messages=(told, {"role": "assistant", "content": "x"}), taught=(1,))
    with pytest.raises(ValueError, match="cannot be read back"):
        tokens_of(odd, words)
