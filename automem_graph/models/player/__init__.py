"""`offline:player`: rules that play Crafter from the text of one step, as a chat model.

A rehearsal of the machinery, free and deterministic; it says nothing about language models. It
reads what a model would read and answers in the same grammar, so what it knows from one step to
the next is what the memory files give it back.
"""
