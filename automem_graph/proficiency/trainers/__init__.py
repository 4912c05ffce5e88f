"""Training with TRL and PEFT, in a process of its own whose environment may be another one.

`process` starts it and follows it. The process itself is `run`, with `tokenised`, `adapted`,
`sizes`, `fitting` and `causes`: these need torch, transformers, peft, trl, datasets and accelerate,
and of this package nothing but each other and `job`.
"""
