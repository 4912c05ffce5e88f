"""Gates: twenty-five rooms in few words, small enough for a tiny model and a short context.

It is the world of loop 2's rehearsal: no benchmark, in no suite and in no list of tasks.
"""
