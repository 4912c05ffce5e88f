"""What the errands task says of itself."""

from __future__ import annotations

from automem_graph.protocols import TaskCard

INSTRUCTIONS = """\
You are the assistant of one person, who sends you one message at a time over some weeks: notes \
to remember, changes of what was said before, small talk, and questions about what was said \
before, some of it hundreds of messages ago. Every message is answered once.

To a message that asks nothing, answer Noted. To a question, answer with what was last said about \
it, as briefly as can be: at most 15 words, and name no second possibility beside the right one. \
Where something was cancelled or has ended, answer Cancelled. Where you do not know, say so; a \
wrong guess counts no less and no more. Some questions ask for two things: both have to be right.

What counts is the share of all questions that you answer rightly. Nobody tells you whether an \
answer was right. People are called by their names or by what they are to the person who writes \
(my sister), things by their names or in other words; what was heard, dreamt, nearly done or \
only thought about changes nothing.\
"""

STEPS = 480
"""Messages of an episode."""

CARD = TaskCard(
    name="errands",
    title="errands, the messages of one person over some weeks",
    instructions=INSTRUCTIONS,
    actions=("Noted", "On Tuesdays at 18:30", "In the hall cupboard", "I do not know"),
    default_action="Noted",
    max_steps=STEPS,
    answers=True,
)
