"""What the server of a replay answers, and to whom."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from automem_graph.episodes.hold import held
from automem_graph.episodes.layout import EpisodeFolder, RunError
from automem_graph.report.replay.page import policy
from automem_graph.report.replay.serve import make_app
from automem_graph.report.replay.shapes import MOST_STEPS
from support import toy
from support.playing import table
from support.replays import copy_of, cut, lines_of, longer, played

ADDRESS = "http://127.0.0.1:8000"
NAMED = "<script>alert(1)</script>"
HOSTILE = f"</script><img src=x onerror=alert(1)>{NAMED}\u202e\x1b[31m"


@pytest.fixture(scope="module")
def episodes(tmp_path_factory: pytest.TempPathFactory) -> list[EpisodeFolder]:
    run = tmp_path_factory.mktemp("runs") / "toy"
    return [played(run, toy.NAME, 12, seed=seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def client(episodes: list[EpisodeFolder]) -> Iterator[TestClient]:
    with TestClient(make_app(episodes), ADDRESS) as client:
        yield client


def test_all_episodes_are_there_in_their_order(client: TestClient, episodes: list[EpisodeFolder]):
    found = client.get("/api/replay").json()
    assert [one["id"] for one in found["episodes"]] == [one.id for one in episodes]
    assert [one["k"] for one in found["episodes"]] == [0, 1]
    assert not found["live"]


def test_everything_is_there_that_is_asked_for(client: TestClient):
    outline = client.get("/api/replay").json()["episodes"][1]
    ask = "/api/episodes/1"
    n = outline["steps"]
    steps = client.get(f"{ask}/steps", params={"from": 0, "to": n}).json()["steps"]
    assert [step["step"] for step in steps] == list(range(n))
    assert "colour 2" in steps[0]["observation"]
    files = client.get(f"{ask}/files", params={"step": n - 1}).json()
    assert [file["name"] for file in files["files"]] == outline["files"]
    frame = client.get(f"{ask}/frame", params={"step": n}).json()
    assert frame["kind"] == outline["frames"] == "text"
    assert frame["text"] == steps[-1]["answer"]
    frames = client.get(f"{ask}/frames", params={"from": 1, "to": 3}).json()["frames"]
    assert [one["text"] for one in frames] == [step["observation"] for step in steps[1:3]]
    hits = client.get(f"{ask}/search", params={"q": "COLOUR", "from": 0}).json()
    assert [hit["step"] for hit in hits["hits"] if hit["where"] == "observation"] == [*range(n + 1)]
    assert hits["next"] is None
    assert client.get(f"{ask}/follow", params={"have": n}).json() == outline


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/api/episodes/2/files?step=0", 404, "there is no episode 2 here"),
        ("/api/episodes/0/files", 400, "'step' should be a number"),
        ("/api/episodes/0/files?step=1e9", 400, "'step' should be a number"),
        ("/api/episodes/0/files?step=12", 404, "there is no step 12"),
        ("/api/episodes/0/steps?from=5&to=3", 404, "there are no steps 5 to 3"),
        ("/api/episodes/0/frame?step=99", 404, "there is no step 99"),
        ("/api/episodes/0/frame?step=-1", 404, "there is no step -1"),
        ("/api/episodes/0/atlas", 404, "not made of tiles"),
        ("/api/episodes/0/../../secret", 404, "Not Found"),
        ("/runs/", 404, "Not Found"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(
    client: TestClient, path: str, status: int, sentence: str
):
    answer = client.get(path)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]


@settings(max_examples=20)
@given(number=st.text(max_size=30), question=st.text(max_size=300))
def test_no_question_breaks_it(client: TestClient, number: str, question: str):
    for name in ("steps", "files", "frame", "frames", "search", "atlas"):
        asked = {"from": number, "to": number, "step": number, "q": question}
        answer = client.get(f"/api/episodes/0/{name}", params=asked)
        assert answer.status_code in (200, 400, 404)
        answer.json()


def test_only_this_machine_is_answered_and_only_its_own_pages(client: TestClient):
    for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "10.0.0.1"):
        answer = client.get("/api/replay", headers={"host": host})
        assert answer.status_code == 400
        assert "episodes" not in answer.text
    for host in ("127.0.0.1:8000", "localhost:1"):
        assert client.get("/api/replay", headers={"host": host}).status_code == 200
    for said in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    ):
        crossed = client.get("/api/replay", headers=said)
        assert crossed.status_code == 403
        assert "episodes" not in crossed.text
        assert not [name for name in crossed.headers if name.startswith("access-control-")]
        assert crossed.headers["cross-origin-resource-policy"] == "same-origin"
    for said in (
        {"origin": ADDRESS},
        {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ):
        assert client.get("/", headers=said).status_code == 200
    for verb in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.request(verb, "/api/replay").status_code == 405


def test_the_page_says_what_it_may_do(client: TestClient):
    answer = client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == policy()
    assert answer.headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in policy()
    for path in ("/", "/api/replay", "/nothing"):
        assert client.get(path).headers["x-content-type-options"] == "nosniff"
        assert client.get(path).headers["cache-control"] == "no-store"


def test_hostile_text_is_data_and_nothing_else():
    def says(messages):
        if "# LOG" in messages[-1].content:
            return f"<|WRITE|>a.md|{HOSTILE}<|END|><|APPEND|>{NAMED}|x<|END|><|DONE|>"
        return f"{HOSTILE}<|ACTION|>{NAMED}<|END|>"

    with table(says, steps=3) as at:
        at.play()
        with TestClient(make_app([at.folder]), ADDRESS) as client:
            assert HOSTILE not in client.get("/").text
            for path in ("replay", "episodes/0/steps?from=0&to=3", "episodes/0/files?step=2"):
                answer = client.get(f"/api/{path}")
                assert answer.headers["content-type"] == "application/json"
                assert "\u202e" not in json.dumps(answer.json(), ensure_ascii=False)
            (file,) = client.get("/api/episodes/0/files?step=2").json()["files"]
            assert file["text"].startswith(HOSTILE[:40])


def test_an_answer_has_at_most_so_many_steps(episodes: list[EpisodeFolder]):
    with TestClient(make_app([longer(episodes[0], MOST_STEPS + 10)]), ADDRESS) as client:
        for asked, got in (("from=0&to=9999", MOST_STEPS), ("from=205&to=9999", 5)):
            steps = client.get(f"/api/episodes/0/steps?{asked}").json()["steps"]
            assert len(steps) == got
        assert len(client.get("/api/episodes/0/frames?from=0&to=999").json()["frames"]) == 100


def test_who_follows_gets_the_next_step_when_it_is_there(episodes: list[EpisodeFolder]):
    lines, growing = lines_of(episodes[0]), copy_of(episodes[0])
    cut(growing, 4)
    with TestClient(make_app([growing]), ADDRESS) as client, held(growing.path):
        assert client.get("/api/replay").json()["live"]
        assert client.get("/api/episodes/0/follow?have=2").json()["steps"] == 4
        found: list[dict[str, object]] = []
        waits = threading.Thread(
            target=lambda: found.append(client.get("/api/episodes/0/follow?have=4").json())
        )
        waits.start()
        with growing.trace.open("ab") as file:
            file.write(lines[5])
        waits.join()
        assert (found[0]["steps"], found[0]["status"]) == (5, "running")
    with TestClient(make_app([growing]), ADDRESS) as client:
        assert client.get("/api/episodes/0/follow?have=5").json()["status"] == "partial"


def test_a_trace_that_has_gone_is_a_sentence(episodes: list[EpisodeFolder]):
    copy = copy_of(episodes[0])
    with TestClient(make_app([copy]), ADDRESS) as client:
        kept = copy.trace.read_bytes()
        copy.trace.unlink()
        for path in ("replay", "episodes/0/steps?from=0&to=2", "episodes/0/frame?step=1"):
            answer = client.get(f"/api/{path}")
            assert (answer.status_code == 422) == ("error" in answer.json()), path
        copy.trace.write_bytes(kept)
        assert client.get("/api/replay").json()["episodes"][0]["steps"] == kept.count(b"\n") - 1


def test_every_episode_below_a_folder_has_its_page(episodes: list[EpisodeFolder]):
    runs = episodes[0].run.path.parent
    hostile = runs / NAMED.replace("/", "_") / "episodes" / episodes[0].id
    hostile.mkdir(parents=True, exist_ok=True)
    (hostile / "trace.jsonl").write_bytes(b"no header\n")
    with TestClient(make_app((), runs), ADDRESS) as client:
        listed = client.get("/runs/").text
        assert client.get("/").text.count("<a href") == listed.count("<a href") == 3
        assert "<script" not in listed
        for one in episodes:
            page = f"/runs/toy/{one.id}/"
            assert page.removeprefix("/runs/") in listed
            assert client.get(page).headers["content-security-policy"] == policy()
            assert client.get(f"{page}api/replay").json()["episodes"][0]["id"] == one.id
            assert client.get(f"{page}api/episodes/0/steps?from=0&to=1").json()["steps"]
        for path in (
            f"/runs/toy/{episodes[0].id}x/",
            f"/runs/..~runs~toy/{episodes[0].id}/",
            f"/runs/%2e%2e%2ftoy/{episodes[0].id}/api/replay",
            f"/runs/none/{episodes[0].id}/api/replay",
            "/runs/toy/../api/replay",
        ):
            assert client.get(path).status_code == 404


def test_an_episode_without_a_header_is_refused_before_anything_is_served(tmp_path: Path):
    with pytest.raises(RunError, match="has no complete line"):
        make_app([EpisodeFolder(tmp_path)])
