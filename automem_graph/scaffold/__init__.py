"""Scaffolds: load, identify and check one, and run its code and templates in isolation.

A scaffold is a folder that loop 1 may rewrite (paper, outer loop): `scaffold.toml`, `actions.py`,
`prompts/*.md`, optionally `hooks.py` and `files/`. Nothing in it is trusted. `load.load_scaffold`
reads what is data; `client.ScaffoldHost` runs what is code, in processes that `sandbox` confines,
one process per step.
"""
