"""Reports and replays beside the graphs, on LangGraph's own server."""

from pathlib import Path

import httpx
import pytest


@pytest.fixture(scope="module")
def played(served) -> tuple[httpx.Client, str, str]:
    """Where the pages are, and an episode that a graph has played there."""
    client, folder = served
    thread = client.threads.create()["thread_id"]
    state = client.runs.wait(thread, "inner_loop", input={}, context={"steps_per_run": 3})
    run = f"studio-{thread}"
    (folder / "runs" / run / "report.html").write_text("<h1>Report</h1>")
    return client.http.client.base_url, run, state["episode"]


def test_what_a_graph_has_played_is_listed_and_replayed(served, played):
    base, run, episode = played
    with httpx.Client(base_url=base) as browser:
        page = browser.get("/automem/").raise_for_status()
        assert f'<a href="reports/{run}/report.html">' in page.text
        assert browser.get(f"/automem/reports/{run}/report.html").text == "<h1>Report</h1>"
        assert episode in browser.get("/automem/replays/").text
        replay = f"/automem/replays/runs/{run}/{episode}"
        page = browser.get(f"{replay}/").raise_for_status()
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        (outline,) = browser.get(f"{replay}/api/replay").raise_for_status().json()["episodes"]
        assert (outline["id"], outline["steps"]) == (episode, 3)
        steps = browser.get(f"{replay}/api/episodes/0/steps?from=0&to=3").json()["steps"]
        assert [step["step"] for step in steps] == [0, 1, 2]
    assert "Blocking call" not in Path(served[1] / "server.log").read_text()


def test_no_other_page_reads_it_though_the_server_answers_every_origin(played):
    base, run, episode = played
    with httpx.Client(base_url=base) as browser:
        graphs = browser.get("/ok", headers={"origin": "https://evil.example"})
        assert graphs.headers["access-control-allow-origin"]
        for path in ("", f"reports/{run}/report.html", f"replays/runs/{run}/{episode}/api/replay"):
            for headers in ({"origin": "https://evil.example"}, {"host": "evil.example"}):
                answer = browser.get(f"/automem/{path}", headers=headers)
                assert answer.status_code == 403, path
                assert run not in answer.text


def test_the_graphs_are_where_they_were(served, played):
    base, *_ = played
    with httpx.Client(base_url=base) as browser:
        assert browser.get("/openapi.json").is_success
        assert browser.get("/ok").json()["ok"] is True
    assert len(served[0].assistants.search(limit=20)) == 5
