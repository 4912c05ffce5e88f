"""Hostile and broken templates: stopped, and named with their line."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from automem_graph.scaffold.client import ScaffoldError, ScaffoldFault, ScaffoldHost, Session
from automem_graph.scaffold.load import load_scaffold

Open = Callable[..., Session]
Build = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("template", "kind", "says"),
    [
        ("{{ ''.__class__.__mro__ }}", "raised", "SecurityError"),
        ("{{ self.__init__.__globals__ }}", "raised", "SecurityError"),
        ("{{ cycler.__init__.__globals__.os.system('id') }}", "raised", "SecurityError"),
        ("{{ '{0.__class__}'.format(1) }}", "raised", "SecurityError"),
        ("{{ ''|attr('__class__') }}", "raised", "SecurityError"),
        ("{{ nobody }}", "raised", "'nobody' is undefined"),
        ("{{ 'a' * 10**10 }}", "memory", "out of memory"),
        ("{{ 'a'|center(10**10) }}", "memory", "out of memory"),
        ("{% for i in range(10**9) %}{% endfor %}", "raised", "OverflowError"),
        ("{% include '/etc/passwd' %}", "raised", "TemplateNotFound: /etc/passwd"),
        ("{% include '../actions.py' %}", "raised", "TemplateNotFound: ../actions.py"),
        ("{% import 'os' as os %}", "raised", "TemplateNotFound: os"),
        ("{% include 'log.md' %}", "raised", "RecursionError"),
        (
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "timeout",
            "no answer within 2 s",
        ),
    ],
)
def test_a_hostile_template_is_stopped(session: Open, template: str, kind: str, says: str) -> None:
    step = session({"prompts/log.md": f"# LOG\n\n{template}\n"})
    with pytest.raises(ScaffoldFault, match=re.escape(says)) as caught:
        step.render("log", {})
    assert caught.value.kind == kind
    assert re.fullmatch(r"prompts/log\.md:[13]", caught.value.where)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{% if %}", "prompts/extra.md:2: template syntax"),
        ("{{ a b }}", "prompts/extra.md:2: template syntax"),
        ("{{ a|nosuch }}", "prompts/extra.md:2: template syntax: No filter named 'nosuch'"),
        ("{% autoescape 'a' * 10**10 %}{% endautoescape %}", "prompts/extra.md:2: template syntax"),
    ],
)
def test_a_broken_template_does_not_start(build: Build, template: str, says: str) -> None:
    scaffold = load_scaffold(build({"prompts/extra.md": f"x\n{template}\n"}))
    with pytest.raises(ScaffoldError, match=re.escape(says)):
        ScaffoldHost.start(scaffold)


def test_an_unknown_template_is_a_fault(session: Open) -> None:
    with pytest.raises(ScaffoldFault, match=r"prompts/nosuch\.md: TemplateNotFound"):
        session({}).render("nosuch", {})


def test_a_prompt_is_stripped_and_capped(session: Open) -> None:
    prompt = session({"prompts/log.md": "# LOG{{ 'a' * 99999 }}\n\n"}).render("log", {})
    assert prompt.startswith("# LOGaaa")
    assert len(prompt) == 64_000


def test_values_are_text_and_never_templates(session: Open) -> None:
    step = session({"prompts/log.md": "# LOG {{ said }}"})
    assert step.render("log", {"said": "{{ 7 * 7 }} <b>"}) == "# LOG {{ 7 * 7 }} <b>"


def test_shared_variables_are_those_of_this_call_and_begin_anew_at_each_step(session: Open) -> None:
    page = "# LOG {{ names.append(own) or names|join(',') }}"
    step = session({"prompts/log.md": page})
    assert step.render_all([("log", {"own": "b"})], {"names": ["a"]}) == ["# LOG a,b"]
    assert step.render_all([("log", {"own": "b"})], {"names": ["x"]}) == ["# LOG x,b"]
    step.next_step()
    assert step.render_all([("log", {"own": "b"})], {"names": ["x"]}) == ["# LOG x,b"]
    with pytest.raises(ScaffoldFault, match="'names' is undefined"):
        step.render_all([("log", {"own": "b"})], {})
