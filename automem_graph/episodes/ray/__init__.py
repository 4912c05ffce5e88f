"""Episodes on a Ray cluster: workers without a disk in common, whose files come home as they grow.

`executor.OnRay` is the `Executor`. Each worker is a Ray actor that hosts a `Driver`, so a job costs
what it costs on this machine; only scaffolds, kept steps, news and new bytes travel.
"""
