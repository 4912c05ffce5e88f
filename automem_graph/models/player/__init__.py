"""`offline:player`: rules that play Crafter, MiniHack and NetHack from text, as a chat model.

A rehearsal of the machinery, free and deterministic; it says nothing about language models. It
reads what a model would read and answers in the same grammar, so what it knows from one step to
the next is what the memory files give it back. What all games share is here: the conversation as
data, the forms of the answers, looking things up. Each game has a folder of its own rules.
"""
