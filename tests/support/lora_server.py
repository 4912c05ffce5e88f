"""A server of a base model's folder that takes LoRA adapters while it runs, as vLLM does.

Paths, statuses and bodies are those that vLLM 0.32 was seen to answer. It computes nothing, and has
the habits of `chained` instead: the base writes in every LOG, and so does an adapter, unless its
weights say that it hardly does.
"""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from automem_graph.proficiency.tokens import Tokens
from support.chained import ACT, SEARCH, WRITE
from support.openai_answers import Answer, Refusal, Reply, Request
from support.openai_server import OpenAIServer, _Handler, _Server

MOST_RANK = 64
MISFIT_WEIGHTS = b"nothing"
"""What `HabitTrainer` leaves where an adapter fits no model."""


class LoraServer(OpenAIServer):
    """Serves the folder `base` as `name`; `updates` are allowed, `lora` is enabled, or not."""

    def __init__(
        self, base: Path, name: str = "base", *, updates: bool = True, lora: bool = True
    ) -> None:
        self.base, self.name, self.updates, self.lora = base, name, updates, lora
        self.adapters: dict[str, str] = {}
        self.told: list[tuple[str, str]] = []
        """What was loaded and unloaded, in order."""
        self._tokens = Tokens(base)
        self._turns = count()
        super().__init__(self._complete)

    @property
    def model(self) -> str:
        return f"vllm:{self.name}@{self.url}"

    @property
    def cards(self) -> dict[str, str]:
        return {self.name: str(self.base), **self.adapters}

    def _listen(self, port: int) -> None:
        self.adapters = {}  # a server that is started anew has none
        super()._listen(port)
        self._http.RequestHandlerClass = _LoraHandler

    def _complete(self, request: Request) -> Answer:
        asked = request.body
        if asked["model"] not in self.cards:
            return Refusal(404, f"The model `{asked['model']}` does not exist.", "NotFoundError")
        adapter = self.adapters.get(asked["model"], "")
        messages = asked["messages"]
        said = self._speak(adapter, messages[-1]["content"])
        return Reply(text=said, asked=self._tokens.lengths(messages, "")[0])

    def _speak(self, adapter: str, last: str) -> str:
        if "# PLAN" in last:
            return SEARCH
        if "# LOG" not in last:
            return ACT
        shy = adapter and _is_shy(Path(adapter)) and next(self._turns) % 4
        return f"{SEARCH}<|DONE|>" if shy else WRITE

    def change(self, route: str, body: dict[str, Any]) -> tuple[int, str]:
        """What loading or unloading answers: status and words."""
        name, path = body["lora_name"], body.get("lora_path", "")
        if route == "load_lora_adapter":
            status, words = self._flaw(name, Path(path))
            if not words:
                self.told.append(("load", name))
                self.adapters[name] = path
            return status, words or f"Success: LoRA adapter '{name}' added successfully."
        if name not in self.adapters:
            return 404, f"The lora adapter '{name}' cannot be found."
        self.told.append(("unload", name))
        del self.adapters[name]
        return 200, f"Success: LoRA adapter '{name}' removed successfully."

    def _flaw(self, name: str, folder: Path) -> tuple[int, str]:
        """Why an adapter is not loaded; status 200 and no words where it is."""
        if name in self.adapters:
            return 400, f"The lora adapter '{name}' has already been loaded."
        failed = "Call to add_lora method failed: Worker failed with error "
        if not self.lora:
            return 500, f"{failed}'LoRA is not enabled. Use --enable-lora to enable LoRA.'"
        try:
            rank = json.loads((folder / "adapter_config.json").read_text())["r"]
            size = (folder / "adapter_model.safetensors").stat().st_size
        except OSError:
            return 404, f"Loading lora {name} failed: No adapter found for <path>"
        if rank > MOST_RANK:
            return 500, f"{failed}'LoRA rank {rank} is greater than max_lora_rank {MOST_RANK}.'"
        return (200, "") if size > len(MISFIT_WEIGHTS) else (500, f"{failed}'header too small'")


def _is_shy(adapter: Path) -> bool:
    factors = load_file(adapter / "adapter_model.safetensors").values()
    return any(factor.min() < 0 for factor in factors)


class _LoraHandler(_Handler):
    server: _Server

    def do_GET(self) -> None:
        server: Any = self.server.chat
        listed = [
            {"id": name, "object": "model", "root": root, "parent": None if at == 0 else "base"}
            for at, (name, root) in enumerate(server.cards.items())
        ]
        self._send(200, json.dumps({"object": "list", "data": listed}))

    def do_POST(self) -> None:
        server: Any = self.server.chat
        route = self.path.removeprefix("/v1/")
        if not route.endswith("load_lora_adapter") or not server.updates:
            super().do_POST()
            return
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        status, words = server.change(route, body)
        error = {"message": words, "type": "BadRequestError", "param": None, "code": status}
        self._send(status, words if status == 200 else json.dumps({"error": error}))
