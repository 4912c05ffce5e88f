"""Reports and replays beside other pages of a server: what they show, and to whom."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from automem_graph.report.beside import make_pages
from support.evolutions import evolved
from support.runs import played_alone
from support.trainings import trained

HOSTILE = "<b>x&run"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of each kind, things that are none, and links that lead out."""
    folder = tmp_path_factory.mktemp("beside")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        evolved("runs/evolved")
        trained("runs/trained", ended=False)
        played_alone(f"runs/{HOSTILE}", "corridor", {1: 1.0})
    runs = folder / "runs"
    run = runs / "evolved"
    (run / "report.html").write_text("<h1>Report</h1>")
    (run / "replay").mkdir()
    (run / "replay/s1.html").write_text("<h1>Replay</h1>")
    (runs / "empty").mkdir()
    outside = folder / "outside"
    outside.mkdir()
    (outside / "evolve.json").write_text("{}")
    (outside / "report.html").write_text("secret")
    (runs / "linked").symlink_to(outside)
    (runs / "trained/report.html").symlink_to(outside / "report.html")
    return runs


@pytest.fixture(scope="module")
def client(runs: Path) -> Iterator[TestClient]:
    with TestClient(make_pages(runs), base_url="http://127.0.0.1:2024") as client:
        yield client


def test_the_list_has_the_runs_and_where_their_reports_are(client: TestClient):
    page = client.get("/automem")
    assert page.url.path == "/automem/"
    assert page.status_code == 200
    assert '<a href="reports/evolved/report.html">report of evolved</a>' in page.text
    assert "<td>trained</td><td>loop 2</td>" in page.text
    assert "&lt;b&gt;x&amp;run</td><td>episodes</td>" in page.text
    assert "<b>" not in page.text
    assert "linked" not in page.text
    assert "empty" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "<script" not in page.text


def test_a_report_leads_to_what_lies_beside_it(client: TestClient):
    report = client.get("/automem/reports/evolved/report.html")
    assert report.text == "<h1>Report</h1>"
    assert report.headers["content-security-policy"].startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in report.headers["content-security-policy"]
    assert client.get("/automem/reports/evolved/replay/s1.html").text == "<h1>Replay</h1>"
    diff = client.get("/automem/reports/evolved/attempts/v1.3/diff.patch")
    assert diff.headers["content-type"].startswith("text/plain")
    assert "+Keep a map." in diff.text


@pytest.mark.parametrize(
    "path",
    [
        "evolved/evolve.json", "evolved/lineage.jsonl", "evolved/../evolved/report.html.",
        "linked/report.html", "trained/report.html", "nothing/report.html", "../report.html",
        "%2e%2e/outside/report.html", "..%2foutside/report.html", "evolved/replay/..%2freport.html",
        "evolved/replay/%2e%2e/%2e%2e/trained/report.html", "evolved/report.html%00",
        ".x/report.html",
    ],
)  # fmt: skip
def test_nothing_else_is_given_out(client: TestClient, path: str):
    answer = client.get(f"/automem/reports/{path}")
    assert answer.status_code in (404, 400)
    assert "secret" not in answer.text


def test_replays_are_there(client: TestClient):
    assert client.get("/automem/replays/").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost:2024"}, 200),
        ({"host": "[::1]:2024"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example:2024"}, 403),
        ({"host": ""}, 403),
        ({"origin": "http://127.0.0.1:2024"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:8000"}, 403),
        ({"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}, 200),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 200),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, 403),
    ],
)
def test_no_other_page_reads_them(client: TestClient, headers: dict[str, str], status: int):
    for path in (
        "/automem/",
        "/automem/reports/evolved/report.html",
        "/automem/replays/api/replay",
    ):
        answer = client.get(path, headers=headers)
        assert (answer.status_code == 403) == (status == 403), path
        assert "access-control-allow-origin" not in answer.headers


def test_nothing_can_be_written(client: TestClient):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        for path in ("/automem/", "/automem/reports/evolved/report.html", "/automem/replays/"):
            assert client.request(method, path).status_code == 405


def test_a_folder_that_is_not_there_yet_is_an_empty_list(tmp_path: Path):
    with TestClient(make_pages(tmp_path / "runs"), base_url="http://127.0.0.1") as client:
        assert "Nothing has been run here yet." in client.get("/automem/").text
        assert client.get("/automem/replays/").status_code == 200
    assert not (tmp_path / "runs").exists()
