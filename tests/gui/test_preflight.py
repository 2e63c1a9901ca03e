"""Whether a window can be opened, and the advice where not."""

from __future__ import annotations

import pytest

from gui import preflight

GOOD = {"DISPLAY": ":0"}


def load_nothing(_path: str) -> object:
    return None


def answering(_display: str) -> bool:
    return True


def test_with_a_screen_and_all_libraries_there_is_no_problem() -> None:
    assert preflight.problem(GOOD, "linux", load_nothing, answering) is None


def test_without_a_screen_the_message_says_so() -> None:
    message = preflight.problem({}, "linux", load_nothing)
    assert message is not None
    assert "no screen" in message
    assert "DISPLAY" in message


def test_offscreen_and_other_systems_need_no_screen() -> None:
    assert preflight.problem({"QT_QPA_PLATFORM": "offscreen"}, "linux", load_nothing) is None
    assert preflight.problem({}, "darwin", load_nothing) is None


def test_missing_library_names_its_debian_package() -> None:
    def fails(_path: str) -> object:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

    message = preflight.problem(GOOD, "linux", fails, answering)
    assert message is not None
    assert "sudo apt-get install libxcb-cursor0" in message


def test_screen_that_does_not_answer_is_named() -> None:
    message = preflight.problem({"DISPLAY": ":4711"}, "linux", load_nothing)
    assert message is not None
    assert "':4711' does not answer" in message


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("libEGL.so.1: cannot open shared object file: No such file or directory", "libegl1"),
        ("libstrange.so.7: cannot open shared object file", "libstrange.so.7"),
        ("No module named 'pyqtgraph'", "make run"),
    ],
)
def test_import_errors_are_explained(error: str, expected: str) -> None:
    assert expected in preflight.advice(error)


def test_the_plugin_that_will_be_used_is_the_one_that_is_tried() -> None:
    tried: list[str] = []
    preflight.problem(GOOD, "linux", tried.append, answering)
    assert any(path.endswith("libqxcb.so") for path in tried)
