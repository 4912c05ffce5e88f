"""LangChain's conformance tests of file back ends, on memory mounted in a real file system.

They are made for sandboxes, where a shell looks at what the back end wrote. Here paths below the
mounted folder are memory's, and the shell is this machine's.
"""

import os
from pathlib import Path

import pytest
from deepagents.backends import CompositeBackend, LocalShellBackend
from langchain_tests.integration_tests import SandboxIntegrationTests

from automem_graph.assistant.mount import MemoryBackend
from automem_graph.memory.open import open_memory
from automem_graph.memory.quota import Quota

ROOMY = Quota(file_bytes=1 << 25, total_bytes=1 << 26)

APART = {
    "memory keeps text, and its last line ends": """
        read_binary_file read_binary_file_100_kib read_binary_file_1_mib_returns_error
        upload_download_roundtrip upload_binary_content_roundtrip aread_binary_image_file
        aread_binary_file_100_kib aread_binary_file_1_mib_returns_error download_single_file
        download_multiple_files_order_preserved upload_large_file_reports_expected_size
        upload_missing_parent_dir_or_roundtrip write_content_with_only_newlines
        awrite_aread_large_text_payload aread_large_text_payload_paginated_roundtrip
        adownload_large_text_payload_roundtrip aupload_adownload_large_file_roundtrip
        write_read_download_large_text_with_escaped_content
        awrite_aread_adownload_large_text_with_escaped_content""",
    "memory's names are plain, of at most three parts": """
        write_creates_parent_dirs write_path_with_spaces ls_unicode_filenames
        ls_special_characters_in_filenames grep_across_nested_directories
        grep_with_globstar_include_pattern glob_hidden_files_explicitly""",
    "a folder of memory is there while a file is in it": """
        ls_lists_nested_directories glob_with_directories""",
    "deepagents 0.7 wants absolute paths of a glob": """
        glob glob_basic_pattern glob_with_character_class glob_with_question_mark""",
    "deepagents 0.7 lets write replace; its own sentence says how often a text is there": """
        write_existing_file_fails edit_multiple_occurrences_without_replace_all""",
    "the mount hands what is no memory's to the machine": """
        execute_large_stdout_payload aexecute_large_stdout_payload
        download_error_invalid_path_relative upload_relative_path_returns_invalid_path""",
}
WHY = {f"test_{name}": why for why, names in APART.items() for name in names.split()}
BY_ROOT = {"test_download_error_permission_denied"}
"""What fails only where root runs it, whom no mode keeps out."""


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore:.*is not an async function")
class TestConformance(SandboxIntegrationTests):
    @pytest.fixture(autouse=True)
    def _apart(self, request: pytest.FixtureRequest) -> None:
        name = request.node.name
        if name in WHY:
            request.applymarker(pytest.mark.xfail(reason=WHY[name], strict=True))
        elif name in BY_ROOT and os.geteuid() == 0:
            pytest.skip("root may read any file")

    @pytest.fixture
    def sandbox(self, tmp_path: Path) -> CompositeBackend:
        shell = LocalShellBackend(root_dir=str(tmp_path), inherit_env=True, virtual_mode=False)
        memory = MemoryBackend(open_memory(tmp_path, quota=ROOMY))
        return CompositeBackend(default=shell, routes={f"{tmp_path}/": memory})

    @pytest.fixture
    def sandbox_backend(self, sandbox: CompositeBackend) -> CompositeBackend:
        return sandbox

    @pytest.fixture(autouse=True)
    def sandbox_test_root(self, tmp_path: Path) -> str:
        return str(tmp_path)
