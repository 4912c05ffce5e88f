"""The agent's memory: a directory of text files, confined, journaled, and written in a grammar.

`Memory` is the door that every other room uses; a back end keeps the files, the journal rebuilds
them at any position, and the grammar finds the actions in a model's reply.
"""
