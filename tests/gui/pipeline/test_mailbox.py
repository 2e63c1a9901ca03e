"""Letters come on the mailbox's thread, in their order; of pictures the newest alone."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from gui.pipeline.mailbox import Mailbox


def test_letters_of_many_threads_all_come_in_order_and_on_this_thread(qtbot: QtBot) -> None:
    mailbox = Mailbox()
    got: list[tuple[int, int, bool]] = []
    here = threading.get_ident()

    def letters(who: int) -> None:
        for number in range(500):
            mailbox.post(lambda number=number: got.append((who, number, threading.get_ident() == here)))

    threads = [threading.Thread(target=letters, args=(who,)) for who in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == []
    qtbot.waitUntil(lambda: len(got) == 1500)
    assert all(on_this for *_, on_this in got)
    for who in range(3):
        assert [number for other, number, _ in got if other == who] == list(range(500))


def test_a_busy_window_sees_the_newest_picture_only(qtbot: QtBot) -> None:
    mailbox = Mailbox()
    got: list[object] = []
    for number in range(100):
        mailbox.post_newest(lambda number=number: got.append(number))
    mailbox.post(lambda: got.append("letter"))
    qtbot.waitUntil(lambda: len(got) == 2)
    qtbot.wait(10)
    assert got == ["letter", 99]


def test_nothing_comes_after_closing(qtbot: QtBot) -> None:
    mailbox = Mailbox()
    got: list[int] = []

    def close() -> None:
        got.append(1)
        mailbox.close()

    mailbox.post(close)
    mailbox.post(lambda: got.append(2))
    qtbot.waitUntil(lambda: bool(got))
    mailbox.post_newest(lambda: got.append(3))
    qtbot.wait(10)
    assert got == [1]
