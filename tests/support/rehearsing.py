"""A schooling of a few seconds: its base model is valid, and bad at everything."""

from automem_graph.proficiency.rehearsal.schooling import Phase, Schooling

BRIEF = Schooling(
    alone=1,
    both=1,
    careful=1,
    steps=8,
    layers=1,
    width=32,
    phases=(
        Phase(skills=True, steps=6, batch=2, rate=4e-3),
        Phase(skills=False, steps=4, batch=2, rate=3e-3),
    ),
)
