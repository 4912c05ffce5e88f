"""An agent in a process of its own, on a memory that another process writes to as well.

    python -m support.sharing MEMORY ME THE_OTHER

In each session something is told, and the specialist adds a line to one file and rewrites a second
one: it reads the file, and writes it back with one line more. In the first session it does not
write before the other has read, so that one of the two is too late. Prints what it was told where
it was, as JSON.
"""

import json
import re
import sys
from pathlib import Path

from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver

from automem_graph import AutoMemMiddleware
from support.processes import wait_for
from support.scripted import Scripted, routine
from support.sessions import SESSIONS

ADDED, REWRITTEN = "diary.md", "notes.md"
READ = f"<|READ|>{REWRITTEN}<|END|>"


def line(me: str, session: int) -> str:
    """What is told in a session, and written."""
    return f"{me} says number {session:02}"


class Rewriter:
    """A specialist's words: a pure function of the conversation, but for the meeting at first."""

    def __init__(self, me: str, other: str) -> None:
        self.me, self.other = me, other
        self.refused: list[str] = []

    def say(self, messages) -> str:
        if routine(messages) == "plan":
            return "<|ACTION|>Noted<|END|>"
        opened = next(one.text for one in messages if "# LOG" in one.text)
        told = re.findall(rf"{self.me} says number \d\d", opened)[-1]
        if not isinstance(messages[-2], AIMessage):
            return f"<|APPEND|>{ADDED}|{told}<|END|>{READ}"
        answer = messages[-1].text.partition(f"{READ}\n")[2]
        if not answer:
            return self.after_writing(messages[-1].text)
        if told == line(self.me, 0):
            self.meet()
        known = [one for one in answer.split("\n") if " says number " in one]
        return f"<|WRITE|>{REWRITTEN}|" + "\n".join([*known, told]) + "<|END|>"

    def after_writing(self, result: str) -> str:
        if f"Wrote {REWRITTEN}." in result:
            return "<|DONE|>"
        self.refused.append(result)
        return READ

    def meet(self) -> None:
        Path(f"{self.me}.has-read").touch()
        wait_for(Path(f"{self.other}.has-read").exists)


def talk(memory: str, me: str, other: str) -> list[str]:
    """Hold the sessions; what the specialist was told where its writes were refused."""
    rewriter = Rewriter(me, other)
    with AutoMemMiddleware(memory, specialist=Scripted(say=rewriter.say)) as middleware:
        agent = create_agent(
            Scripted(say=lambda _: "Noted."), middleware=[middleware], checkpointer=InMemorySaver()
        )
        for session in range(SESSIONS):
            config = {"configurable": {"thread_id": f"{me}-{session}"}}
            agent.invoke({"messages": [("human", line(me, session))]}, config)
    return rewriter.refused


if __name__ == "__main__":
    print(json.dumps(talk(*sys.argv[1:])))
