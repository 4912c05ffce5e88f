"""The drill: a world without a game, whose texts are as odd as texts can be.

It is what a scaffold is tried on before anything is paid for, and no task that anybody is good at:
no suite holds it, and no list of tasks names it.
"""
