"""`offline:reviewer`: a proposer by rules, to rehearse loop 1 without a model.

It searches a menu of parts that holds good answers. So it shows that the loop works from end to
end, and it proves nothing about meta-LLMs: one that writes code has no menu.
"""
