"""The prompts that open LOG and PLAN, with templates of a part below their headings."""

from __future__ import annotations

from automem_graph.protocols import Routine
from automem_graph.structure.parts.part import Openings


def with_templates(prompt: str, routine: Routine, openings: Openings) -> str:
    """The prompt with these templates in it, once; the heading stays its first line."""
    head, _, rest = prompt.partition("\n")
    rest = rest.strip("\n")
    if openings.also and _include(openings.also) not in prompt:
        rest = f"{_include(openings.also)}\n{rest}"
    if openings.instead and _include(openings.instead) not in prompt:
        rest = "\n".join(
            [
                f"{{% set situation %}}{_include(openings.instead)}{{% endset %}}",
                "{% if situation.strip() %}\n{{ situation }}\n{% else %}",
                rest,
                "{% endif %}",
            ]
        )
    if rest == prompt.partition("\n")[2].strip("\n"):
        return prompt
    told = f'{{% set routine = "{routine}" %}}\n'
    return f"{head}\n\n{told}{rest.replace(told, '')}\n"


def _include(template: str) -> str:
    return f'{{% include "{template}" %}}'
