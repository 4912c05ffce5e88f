"""The base model's tokenizer, and conversations in its tokens.

It cuts text as Qwen2's does before it merges bytes: some loaders put an architecture's own rules
in place of the saved ones, and these are the same. The tags of the action grammar are ordinary
tokens, for what is special may be dropped from a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from automem_graph.agent.state import Message
from automem_graph.proficiency.rehearsal.lessons import Lesson

START, END, PAD = "<|im_start|>", "<|im_end|>", "<|endoftext|>"

TEMPLATE = (
    "{% for message in messages %}"
    "<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

_CUT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


PROMPTS = 0.1
"""What a token of a prompt counts for: what prompts repeat teaches to look back."""


class Tokens(NamedTuple):
    """A conversation in tokens."""

    ids: tuple[int, ...]
    weights: tuple[float, ...]
    """What the token counts for: 1 in a taught reply and where that ends, `PROMPTS` in what the
    model was told, nothing in a reply that nobody gave as it stands there."""


def make_tokenizer(lessons: Iterable[Lesson], vocabulary: int) -> PreTrainedTokenizerFast:
    """A tokenizer of at most so many tokens, all bytes among them, made of what is read."""
    words = Tokenizer(models.BPE())
    words.normalizer = normalizers.NFC()
    words.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_CUT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    words.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    read = (text for lesson in lessons for one in lesson.messages for text in _texts(one))
    words.train_from_iterator(read, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=words,
        eos_token=END,
        pad_token=PAD,
        extra_special_tokens=[START],
        chat_template=TEMPLATE,
    )


def tokens_of(lesson: Lesson, tokenizer: PreTrainedTokenizerFast) -> Tokens:
    """A lesson in tokens, each prompt and reply cut as they are when the model plays.

    Raises ValueError where the conversation as a whole is cut otherwise, or cannot be read back:
    then the model would learn what it never sees.
    """
    cut = tokenizer.backend_tokenizer
    ids: list[int] = []
    weights: list[float] = []
    for place, message in enumerate(lesson.messages):
        head = f"{START}{message['role']}\n"
        counts = 1.0 if place in lesson.taught else PROMPTS * (message["role"] != "assistant")
        for said, count in (
            (head if place == 0 else f"\n{head}", PROMPTS),
            (f"{message['content']}{END}", counts),
        ):
            found = cut.encode(said, add_special_tokens=False).ids
            ids += found
            weights += [count] * len(found)
    text = render(lesson.messages, tokenizer).removesuffix("\n")
    if ids != cut.encode(text, add_special_tokens=False).ids:
        raise ValueError(f"a conversation is cut in two ways: {text!r}")
    if cut.decode(ids, skip_special_tokens=False) != text:
        raise ValueError(f"a conversation cannot be read back: {text!r}")
    return Tokens(tuple(ids), tuple(weights))


def without_system(tokens: Tokens, tokenizer: PreTrainedTokenizerFast) -> Tokens:
    """The conversation from its second message on."""
    start = tokens.ids.index(tokenizer.convert_tokens_to_ids(START), 1)
    return Tokens(tokens.ids[start:], tokens.weights[start:])


def render(messages: Sequence[Message], tokenizer: PreTrainedTokenizerFast) -> str:
    """A conversation as text, by the tokenizer's chat template."""
    text = tokenizer.apply_chat_template([dict(one) for one in messages], tokenize=False)
    assert isinstance(text, str)
    return text


def _texts(message: Message) -> tuple[str, str]:
    return f"{message['role']}\n", message["content"]
