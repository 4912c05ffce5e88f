"""The replay's page as it is written: joined, hashed, and with data that cannot end a script."""

import base64
import gzip
import hashlib
import io
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from automem_graph.report.replay import page


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def exported(pieces: dict[str, object]) -> str:
    file = io.StringIO()
    page.write_export(file, pieces.items())
    return file.getvalue()


def test_the_policy_names_the_one_script_and_the_one_style():
    text = page.page_text()
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert [len(scripts), len(styles)] == [1, 1]
    assert f"script-src {hash_of(scripts[0])};" in page.policy()
    assert f"style-src {hash_of(styles[0])};" in page.policy()
    assert f'content="{page.policy()}"' in text
    assert "@" not in re.sub(r"@(media|page)", "", text.replace(scripts[0], ""))


def test_all_scripts_that_lie_there_are_joined():
    folder = page.files(page.__package__)
    lying = {one.name for one in folder.iterdir() if one.name.endswith((".js", ".css"))}
    assert lying == {*page.SCRIPTS, *page.STYLES}


def test_no_script_writes_markup_or_asks_another_machine():
    for name in page.SCRIPTS:
        text = (page.files(page.__package__) / name).read_text()
        assert len(text.splitlines()) <= 300
        for refused in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval("):
            assert refused not in text, f"{name}: {refused}"
        assert set(re.findall(r"https?://[^\"]*", text)) <= {"http://www.w3.org/2000/svg"}


def test_an_export_may_ask_nobody():
    assert "connect-src 'self'" in page.policy()
    assert "connect-src 'none'" in exported({})


@given(st.dictionaries(st.sampled_from(["replay", "e0-steps-0"]), st.text()))
def test_whatever_is_exported_stands_in_it_and_breaks_out_of_nothing(said: dict[str, object]):
    text = exported(said)
    found = dict(re.findall(r'<script type="text/plain" id="data-([^"]*)">([^<]*)</script>', text))
    unpacked = {
        name: json.loads(gzip.decompress(base64.b64decode(data))) for name, data in found.items()
    }
    assert unpacked == said
    assert text.count("</script>") == 1 + len(said)
