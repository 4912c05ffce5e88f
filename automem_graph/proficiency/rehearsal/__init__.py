"""The rehearsal: a tiny base model of Qwen2's architecture, on which all of loop 2 runs on a CPU.

It is pre-trained here, once, on what a scripted teacher says in a small world (`worlds.gates`), so
it has a mixture of good and bad memory habits. Loop 2 knows nothing of it but the folder's name.
"""
