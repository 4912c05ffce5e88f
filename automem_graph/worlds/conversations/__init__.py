"""Datasets of conversations as tasks: what a person says is seen, and actions are answers.

support = conversations("support.jsonl", name="support", instructions="...")
support = from_langsmith("support-v2", name="support", instructions="...")
"""

from automem_graph.worlds.conversations.langsmith import from_langsmith
from automem_graph.worlds.conversations.task import ConversationTask, conversations

__all__ = ["ConversationTask", "conversations", "from_langsmith"]
