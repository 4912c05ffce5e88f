"""`automem serve`, with a program called vllm that is a small server in a process of its own."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from automem_graph.cli.app import app
from support.processes import alive, wait_for

VLLM = f"""#!{sys.executable}
import json, os, signal, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

words = sys.argv[1:]
Path("vllm.json").write_text(json.dumps([os.getpid(), words]))
print("INFO loading", words[1], flush=True)
mode = os.environ.get("MODE", "")
if mode == "dies":
    print("ValueError: no GPU\\n", file=sys.stderr)
    sys.exit(3)
if mode == "deaf":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
if mode in ("slow", "deaf"):
    time.sleep(60)
named = "--served-model-name"
names = [words[words.index(named) + 1] if named in words else words[1]]
if "--lora-modules" in words:
    names += [word.split("=")[0] for word in words[words.index("--lora-modules") + 1 :]]

class Models(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        right = self.headers["authorization"] == f"Bearer {{os.environ.get('VLLM_API_KEY')}}"
        self.send_response(200 if right or "VLLM_API_KEY" not in os.environ else 401)
        self.end_headers()
        listed = {{"data": [{{"id": name}} for name in names]}}
        self.wfile.write(json.dumps(listed if self.path == "/v1/models" else None).encode())

try:
    HTTPServer(("127.0.0.1", int(words[words.index("--port") + 1])), Models).serve_forever()
except KeyboardInterrupt:
    Path("interrupted").touch()
    print("INFO bye", flush=True)
"""


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def vllm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin" / "vllm"
    program.parent.mkdir()
    program.write_text(VLLM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


@pytest.fixture
def adapter() -> str:
    Path("crafter-1").mkdir()
    Path("crafter-1/adapter_config.json").write_text(json.dumps({"r": 256}))
    return "crafter-1=crafter-1"


def automem(*words: str) -> Result:
    return CliRunner().invoke(app, ["serve", *words])


def started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from automem_graph.cli import main; main()", "serve", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def child() -> tuple[int, list[str]]:
    """The process id of the program called vllm, and what it was given."""
    wait_for(lambda: Path("vllm.json").exists() and Path("vllm.json").stat().st_size > 0)
    process, words = json.loads(Path("vllm.json").read_text())
    return process, words


def test_the_command_is_all_that_standard_output_gets(adapter):
    result = automem("org/base", "--adapter", adapter, "--", "--max-model-len", "16384")
    assert result.exit_code == 0, result.output
    command = shlex.split(result.stdout)
    assert command[:3] == ["vllm", "serve", "org/base"]
    assert command[-2:] == ["--max-model-len", "16384"]
    assert "--specialist vllm:crafter-1@http://127.0.0.1:8000" in result.stderr


def test_a_server_is_run_until_ctrl_c_which_it_gets(vllm, adapter, port, monkeypatch):
    monkeypatch.setenv("VLLM_API_KEY", "mine")
    with started("org/base", "--adapter", adapter, "--port", str(port), "--run") as command:
        assert command.stderr is not None
        while not (line := command.stderr.readline()).startswith("ready: "):
            assert line.startswith("INFO loading org/base")
        assert f"--specialist vllm:crafter-1@http://127.0.0.1:{port}" in line
        process, words = child()
        assert words[:2] == ["serve", "org/base"]
        command.send_signal(signal.SIGINT)
        out, rest = command.communicate(timeout=10)
    assert command.returncode == 130
    assert shlex.split(out)[1:] == words
    assert rest == "INFO bye\nautomem: the server is stopped.\n"
    assert Path("interrupted").exists()
    assert not alive(process)


def test_a_base_under_another_name_is_ready_under_it(vllm, port):
    named = ("--", "--served-model-name", "qwen")
    with started("org/base", "--port", str(port), "--run", *named) as command:
        assert command.stderr is not None
        while not (line := command.stderr.readline()).startswith("ready: "):
            assert line.startswith("INFO loading org/base")
        command.terminate()
        command.communicate(timeout=10)
    assert f"--model vllm:qwen@http://127.0.0.1:{port}" in line


def test_a_killed_command_takes_its_server_along(vllm, port):
    with started("org/base", "--port", str(port), "--run") as command:
        process, _ = child()
        command.terminate()
        command.communicate(timeout=10)
    assert command.returncode == 130
    assert not alive(process)


def test_a_server_that_ends_is_reported_with_its_last_words(vllm, port, monkeypatch):
    monkeypatch.setenv("MODE", "dies")
    result = automem("org/base", "--port", str(port), "--run")
    assert result.exit_code == 1
    assert "the server has ended with code 3: ValueError: no GPU." in result.stderr


def test_a_server_that_takes_too_long_is_stopped(vllm, port, monkeypatch):
    monkeypatch.setenv("MODE", "slow")
    result = automem("org/base", "--port", str(port), "--run", "--timeout", "0.5")
    assert result.exit_code == 1
    assert "did not answer within 0.5 s" in result.stderr
    assert not alive(child()[0])


def test_a_server_that_does_not_listen_is_killed(vllm, port, monkeypatch):
    monkeypatch.setenv("MODE", "deaf")
    monkeypatch.setattr("automem_graph.models.launching.GRACE_S", 0.3)
    result = automem("org/base", "--port", str(port), "--run", "--timeout", "0.5")
    assert result.exit_code == 1
    assert not alive(child()[0])


def test_a_taken_port_is_said_before_anything_starts(vllm, port):
    with socket.create_server(("127.0.0.1", port)):
        result = automem("org/base", "--port", str(port), "--run")
    assert result.exit_code == 1
    assert f"port {port} cannot be had (Address already in use)" in result.stderr
    assert not Path("vllm.json").exists()


def test_without_vllm_the_command_is_still_printed(port, monkeypatch):
    monkeypatch.setenv("PATH", "")
    result = automem("org/base", "--port", str(port), "--run")
    assert result.exit_code == 1
    assert result.stdout.startswith("vllm serve org/base ")
    assert "vllm is not installed here: pip install vllm" in result.stderr


def test_an_adapter_without_its_config_is_a_user_s_mistake():
    Path("empty").mkdir()
    result = automem("org/base", "--adapter", "mine=empty")
    assert result.exit_code == 2
    assert "empty/adapter_config.json does not say the adapter's rank" in result.stderr
    assert result.stdout == ""
