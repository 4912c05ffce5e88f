"""The directory back end: what is on the disk, and what is never followed or opened."""

import os
from pathlib import Path

import pytest

from automem_graph.memory.directory import DirectoryFiles
from support.disk import disk_that_takes


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "memory"
    root.mkdir()
    return root


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret.md"
    secret.write_text("secret\n")
    return secret


def test_files_are_plain_files(root: Path) -> None:
    DirectoryFiles(root).append("maps/level_1.md", "ü\n")
    assert (root / "maps/level_1.md").read_bytes() == "ü\n".encode()
    assert [path.name for path in root.rglob("*")] == ["maps", "level_1.md"]


def test_a_replaced_file_is_a_new_file_and_readers_keep_the_old_one(root: Path) -> None:
    files = DirectoryFiles(root)
    files.replace("a.md", "old\n")
    with (root / "a.md").open() as reader:
        files.replace("a.md", "new\n")
        assert reader.read() == "old\n"
    assert [path.name for path in root.iterdir()] == ["a.md"]


def test_a_replacement_that_died_leaves_nothing_to_see(root: Path) -> None:
    files = DirectoryFiles(root)
    (root / ".unfinished").write_text("half a te")
    assert files.index() == ()
    files.replace("a.md", "x\n")
    assert [path.name for path in root.iterdir()] == ["a.md"]


def test_what_a_hand_left_is_read_as_far_as_it_can_be(root: Path) -> None:
    (root / "a.md").write_bytes(b"ok\n\xff\xfe\nno end")
    files = DirectoryFiles(root)
    assert files.text("a.md") == "ok\n\ufffd\ufffd\nno end"
    assert files.index()[0].lines == 2


def test_names_that_no_one_can_ask_for_are_not_listed(root: Path) -> None:
    for name in [".hidden", "a b", "é", "x."]:
        (root / name).write_text("x\n")
    (root / "a/b/c").mkdir(parents=True)
    (root / "a/b/c/d").write_text("too deep\n")
    assert DirectoryFiles(root).index() == ()


def test_an_unchanged_file_is_not_read_again(root: Path) -> None:
    files = DirectoryFiles(root)
    files.replace("a.md", "1\n2\n")
    assert files.index()[0].lines == 2
    before = (root / "a.md").stat()
    (root / "a.md").write_text("1234")  # as long, and made to look as old
    os.utime(root / "a.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert files.index()[0].lines == 2
    os.utime(root / "a.md", ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert files.index()[0].lines == 0


def test_a_symlink_is_not_there_for_readers_and_in_the_way_for_writers(
    root: Path, secret: Path
) -> None:
    (root / "link.md").symlink_to(secret)
    (root / "dangling.md").symlink_to(secret.parent / "new.md")
    (root / "folder").symlink_to(secret.parent)
    files = DirectoryFiles(root)
    assert files.index() == ()
    for name in ["link.md", "dangling.md", "folder/secret.md", "folder/new.md", "folder"]:
        assert files.text(name) is None
        files.remove(name)
        with pytest.raises(FileExistsError):
            files.append(name, "x\n")
        with pytest.raises(FileExistsError):
            files.replace(name, "x\n")
    assert secret.read_text() == "secret\n"
    assert [path.name for path in secret.parent.iterdir()] == ["secret.md"]
    assert (root / "link.md").is_symlink()


def test_a_fifo_or_a_folder_in_the_place_of_a_file_is_never_opened(root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    (root / "folder").mkdir()
    (root / "file").write_text("x\n")
    files = DirectoryFiles(root)
    for name in ["pipe.md", "folder", "file/below.md"]:
        assert files.text(name) is None
        files.remove(name)
        with pytest.raises(FileExistsError):
            files.append(name, "x\n")
        with pytest.raises(FileExistsError):
            files.replace(name, "x\n")
    assert [entry.name for entry in files.index()] == ["file"]


def test_a_hard_link_keeps_its_text_outside(root: Path, secret: Path) -> None:
    os.link(secret, root / "a.md")
    files = DirectoryFiles(root)
    files.append("a.md", "mine\n")
    assert files.text("a.md") == "secret\nmine\n"
    assert secret.read_text() == "secret\n"


def test_a_planted_link_at_the_temporary_name_is_replaced(root: Path, secret: Path) -> None:
    (root / ".unfinished").symlink_to(secret)
    files = DirectoryFiles(root)
    files.replace("a.md", "mine\n")
    assert files.text("a.md") == "mine\n"
    assert secret.read_text() == "secret\n"


def test_a_root_that_is_no_folder_is_a_broken_disk(tmp_path: Path) -> None:
    (tmp_path / "memory").write_text("x\n")
    with pytest.raises(NotADirectoryError):
        DirectoryFiles(tmp_path / "memory").text("a.md")


def test_a_failed_replacement_leaves_the_old_file(root: Path) -> None:
    files = DirectoryFiles(root)
    files.replace("a.md", "old\n")
    with disk_that_takes(100), pytest.raises(OSError, match="space"):
        files.replace("a.md", "new\n" * 100)
    assert files.text("a.md") == "old\n"
    assert [path.name for path in root.iterdir()] == ["a.md"]
