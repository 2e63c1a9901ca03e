"""Every setting of the program as one table. No Qt.

A part of the program adds its settings as lines of its own group's tuple here; the dialog, the file and the checks
follow from the table. Texts are English and marked; ``gui.widgets.language.translate``
translates them when they are shown.
"""

from __future__ import annotations

from gui.core.i18n import marked
from gui.settings.schema import Former, Group, Kind, Setting

WINDOW = (
    Setting(
        "window/theme",
        Group.WINDOW,
        marked("Colours"),
        marked("Light or dark; by the system: the window changes when the desktop does."),
        Kind.CHOICE,
        "system",
        choices=(("system", marked("By the system")), ("light", marked("Light")), ("dark", marked("Dark"))),
    ),
    Setting(
        "window/language",
        Group.WINDOW,
        marked("Language"),
        marked("The language of the window."),
        Kind.CHOICE,
        "system",
        choices=(("system", marked("By the system")), ("en", "English"), ("de", "Deutsch")),
        restart=True,
    ),
    Setting(
        "window/kiosk",
        Group.WINDOW,
        marked("Start as a door display"),
        marked(
            "Fill the screen with the door display at the start, for a screen beside the door. F11 or Esc leaves it."
        ),
        Kind.FLAG,
        False,
    ),
    Setting(
        "window/hints",
        Group.WINDOW,
        marked("Hints for the first steps"),
        marked("Short hints over the window until the first person is enrolled and let in."),
        Kind.FLAG,
        True,
    ),
)

CAMERA = (
    Setting(
        "camera/source",
        Group.CAMERA,
        marked("Camera"),
        marked(
            "A webcam's number, a video file, a folder of photos, a stream's address, or demo. Empty: the first webcam "
            "that gives a picture, else the demo clip."
        ),
        Kind.TEXT,
        "",
    ),
    Setting(
        "camera/resolution",
        Group.CAMERA,
        marked("Resolution"),
        marked(
            "What is asked of a webcam. A larger picture finds faces farther away and costs more time. A webcam that "
            "cannot do it takes the nearest it can."
        ),
        Kind.CHOICE,
        "auto",
        choices=(
            ("auto", marked("As the camera wants")),
            ("640x480", "640 × 480"),
            ("1280x720", "1280 × 720"),
            ("1920x1080", "1920 × 1080"),
        ),
    ),
    Setting(
        "camera/mirror",
        Group.CAMERA,
        marked("Mirror the picture"),
        marked(
            "Show the picture as in a mirror. Only what is shown changes: the network always gets the picture as it is."
        ),
        Kind.FLAG,
        False,
    ),
)

DECISION = (
    Setting(
        "decision/far",
        Group.DECISION,
        marked("False-accept rate"),
        marked(
            "How many comparisons of an unknown person with one who is enrolled may pass. The score that this asks for "
            "was measured with the network. The stricter, the more often people who are enrolled have to try again. "
            "Several votes are needed on top of it."
        ),
        Kind.CHOICE,
        1000,
        choices=((100, marked("1 in 100")), (1000, marked("1 in 1,000")), (10000, marked("1 in 10,000"))),
    ),
    Setting(
        "decision/flip",
        Group.DECISION,
        marked("Flip averaging"),
        marked(
            "The network runs on the face and on its mirror image, and the mean of both counts. That tells people "
            "apart better and takes the network twice the time. Automatic: on with a real board and while somebody is "
            "enrolled, else off."
        ),
        Kind.CHOICE,
        "automatic",
        choices=(("automatic", marked("Automatic")), ("off", marked("Off")), ("on", marked("On"))),
        former=Former("decision/looks", {"once": "off", "twice": "on"}),
    ),
    Setting(
        "decision/accept_votes",
        Group.DECISION,
        marked("Votes to let in"),
        marked(
            "So many good pictures have to speak for the same person. A poor picture counts less than a whole vote."
        ),
        Kind.NUMBER,
        2.0,
        0.4,
        10.0,
        step=0.5,
    ),
    Setting(
        "decision/refuse_votes",
        Group.DECISION,
        marked("Votes to refuse"),
        marked("So many good pictures have to be like nobody before a face is refused."),
        Kind.NUMBER,
        2.5,
        0.4,
        10.0,
        step=0.5,
    ),
    Setting(
        "decision/band",
        Group.DECISION,
        marked("Uncertain band"),
        marked("A score that is less than this below the one asked for is uncertain: it neither lets in nor refuses."),
        Kind.NUMBER,
        0.10,
        0.0,
        0.5,
        step=0.01,
    ),
    Setting(
        "decision/margin",
        Group.DECISION,
        marked("Margin to the second"),
        marked("The best person's score has to be so much above the next one's. Higher keeps look-alikes apart."),
        Kind.NUMBER,
        0.05,
        0.0,
        0.5,
        step=0.01,
    ),
    Setting(
        "decision/hysteresis",
        Group.DECISION,
        marked("Hysteresis"),
        marked("Somebody who was let in stays known until the score falls so much below the one asked for."),
        Kind.NUMBER,
        0.05,
        0.0,
        0.3,
        step=0.01,
    ),
)

DOOR = (
    Setting(
        "door/open_s",
        Group.DOOR,
        marked("Open for"),
        marked("How long the door stays open. The board counts and locks again by itself, also without this program."),
        Kind.NUMBER,
        5.0,
        1.0,
        60.0,
        unit="s",
        step=1.0,
    ),
    Setting(
        "door/challenge",
        Group.DOOR,
        marked("Ask to turn the head"),
        marked(
            "A known face has to turn left and right, in an order nobody knows before, until the door opens. A photo "
            "cannot do that; a film of the person may."
        ),
        Kind.FLAG,
        False,
    ),
    Setting(
        "door/challenge_s",
        Group.DOOR,
        marked("Time to turn"),
        marked("The turns have to be done within this time. Turning the wrong way or too late counts as a refusal."),
        Kind.NUMBER,
        12.0,
        4.0,
        60.0,
        unit="s",
        step=1.0,
    ),
    Setting(
        "door/lockout_failures",
        Group.DOOR,
        marked("Refusals until lock-out"),
        marked(
            "After so many refusals in a row within two minutes no face is let in for a while. The button still opens "
            "the door. 0: never."
        ),
        Kind.WHOLE,
        5,
        0,
        50,
    ),
    Setting(
        "door/lockout_s",
        Group.DOOR,
        marked("Lock-out lasts"),
        marked("How long faces are locked out; then it ends by itself."),
        Kind.NUMBER,
        30.0,
        5.0,
        3600.0,
        unit="s",
        step=5.0,
    ),
)

ENROLMENT = (
    Setting(
        "enrolment/shots",
        Group.ENROLMENT,
        marked("Shots of a person"),
        marked(
            "One of each of five poses, and straight on all the rest. More shots make a person known more surely and "
            "take longer. Fewer than five are all taken straight on."
        ),
        Kind.WHOLE,
        8,
        3,
        20,
    ),
)

EVENTS = (
    Setting(
        "events/days",
        Group.EVENTS,
        marked("Keep events for"),
        marked("Older events are deleted, with their pictures and fingerprints. 0: keep them until you delete them."),
        Kind.WHOLE,
        30,
        0,
        3650,
        unit=marked("days"),
    ),
    Setting(
        "events/thumbnails",
        Group.EVENTS,
        marked("Keep pictures"),
        marked("A small picture of the face is kept with each event, of unknown people too. Off: none from now on."),
        Kind.FLAG,
        True,
    ),
    Setting(
        "events/fingerprints",
        Group.EVENTS,
        marked("Keep fingerprints"),
        marked(
            "The fingerprint of the face is kept with each event, of unknown people too, so that an event can correct "
            "the gallery. It is biometric data. Off: from now on none is kept, and these events correct nothing."
        ),
        Kind.FLAG,
        True,
        former=Former("events/prints"),
    ),
)

TIMING = (
    Setting(
        "timing/detail",
        Group.TIMING,
        marked("Over the picture"),
        marked("How much is written over the live picture. The key D steps through."),
        Kind.CHOICE,
        "scores",
        choices=(
            ("off", marked("Nothing")),
            ("names", marked("Box and name")),
            ("scores", marked("Score and timings too")),
            ("everything", marked("Landmarks, quality and all the rest")),
        ),
    ),
)

BOARD = (
    Setting(
        "board/port",
        Group.BOARD,
        marked("Port"),
        marked(
            "A port's name, an address such as socket://localhost:5000, or virtual. Empty: the first port that belongs "
            "to a known board, else the virtual board. Nothing is ever sent to another device."
        ),
        Kind.TEXT,
        "",
    ),
)


def size_of(text: str) -> tuple[int, int] | None:
    """(width, height) of a resolution like ``640x480``; None for ``auto``."""
    width, found, height = text.partition("x")
    return (int(width), int(height)) if found else None


SETTINGS: tuple[Setting, ...] = (*WINDOW, *CAMERA, *DECISION, *DOOR, *ENROLMENT, *EVENTS, *TIMING, *BOARD)
