"""The enrolment that is running: fed by vision's and the board's threads, steered by the window, saved by the store's.

No Qt. While an enrolment runs, nothing is decided about any face; that lasts until it is saved, has failed or was
cancelled.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from device.errors import DeviceError
from device.link.replies import Inference
from gui.access.matcher import Floats
from gui.access.recogniser import Recogniser
from gui.core.frames import CropJob, Quality, now_s
from gui.core.i18n import marked
from gui.core.images import png
from gui.core.states import Problem, Topic
from gui.enrolment.progress import EnrolmentPhase, EnrolmentProgress, Review, Twin
from gui.enrolment.session import Enrolment, EnrolmentRules
from gui.gallery.gallery import Gallery, clean_name, name_taken
from gui.gallery.history import PeopleChanges
from gui.gallery.writer import GalleryWriter

ANOTHER_NETWORK, ENROL_AGAIN = marked("the board runs another network now"), marked("enrol again")
SURER = 0.3  # part of the way from the threshold to 1 that a face must reach to be enrolled on


class Enroller:
    """At most one enrolment at a time. ``on_enrolment`` gets every change of it, on whatever thread it happened.

    ``crops``: how many to take whatever is asked for.
    """

    def __init__(
        self,
        gallery: Gallery,
        changes: PeopleChanges,
        recogniser: Recogniser,
        writer: GalleryWriter,
        on_enrolment: Callable[[EnrolmentProgress], None],
        crops: int | None = None,
    ) -> None:
        self._gallery, self._changes, self._recogniser = gallery, changes, recogniser
        self._writer, self._tell, self._crops = writer, on_enrolment, crops
        self._lock = threading.Lock()
        self._enrolment: Enrolment | None = None

    @property
    def enrolment(self) -> Enrolment | None:
        """The one that is running."""
        return self._enrolment

    def begin(self, name: str, wanted: int = 8, person_id: int | None = None) -> None:
        """Start to collect good crops of the one face in front of the camera; ``person_id``: somebody in the
        gallery whose fingerprints are to be replaced. A name that is empty or taken comes back as progress that failed.
        """
        wanted = self._crops or wanted
        try:
            cleaned = clean_name(name)
            if not self._gallery.name_is_free(cleaned, but=person_id):
                raise name_taken(cleaned)
        except DeviceError as error:
            problem = Problem(error.message, error.hint, Topic.ENROLMENT)
            self._tell(EnrolmentProgress(name, EnrolmentPhase.FAILED, wanted, problem=problem, person_id=person_id))
            return
        self.cancel()
        with self._lock:
            # Below the threshold while the face is followed, because poses are to differ. Well above it for a face that
            # came back: one crop of somebody else among the person's would let them in for good.
            threshold = self._recogniser.rules.threshold
            same = threshold + SURER * (1.0 - threshold)
            rules = EnrolmentRules(wanted, 0.75 * threshold, same, threshold)
            self._enrolment = Enrolment(cleaned, rules, now_s(), person_id)
            first = self._enrolment.progress
        self._tell(first)

    def cancel(self) -> None:
        """Drop everything. Harmless when none is running, and too late once it is being saved."""
        with self._lock:
            enrolment = self._enrolment
            if enrolment is None or enrolment.phase is EnrolmentPhase.SAVING:
                return
            enrolment.cancel()
            self._enrolment = None
        self._tell(enrolment.progress)

    def skip(self) -> None:
        """Do without the pose asked for."""
        self._steer(lambda enrolment: enrolment.skip(now_s()))

    def retake(self, number: int) -> None:
        """Take another shot in place of shot ``number`` (from 0)."""
        self._steer(lambda enrolment: enrolment.retake(number, now_s()))

    def take_missing(self) -> None:
        """Ask again for the poses that were skipped."""
        self._steer(lambda enrolment: enrolment.take_missing(now_s()))

    def accept(self, add_to: int | None = None) -> None:
        """Save it; as more fingerprints of person ``add_to`` where it is somebody who is enrolled already."""
        enrolment = self._steer(lambda enrolment: enrolment.saving())
        if enrolment is not None:
            self._writer.write(lambda: self._save(enrolment, add_to))

    def observe(self, quality: Quality) -> None:
        """What vision sees now; on its thread."""
        with self._lock:
            enrolment = self._enrolment
            if enrolment is None or not enrolment.observe(quality, now_s()):
                return
            if enrolment.phase is EnrolmentPhase.FAILED:
                self._enrolment = None
            self._look_through(enrolment)
            progress = enrolment.progress
        self._tell(progress)

    def take(self, job: CropJob, inference: Inference, embedding: Floats) -> str:
        """A crop came back with its fingerprint, on the board's thread; whose enrolment is running, empty for none."""
        with self._lock:
            enrolment = self._enrolment
            if enrolment is None:
                return ""
            if not enrolment.wants(job.quality, job.alone, job.taken_s):
                return enrolment.name
            if inference.passes == 1 and self._recogniser.wants_flip(kept=True):
                return enrolment.name  # sent before the enrolment began
            kept = self._recogniser.keep(job, inference, png(job.crop))
            if enrolment.takes and enrolment.takes[0].stored.network_hash != kept.network_hash:
                enrolment.fail(Problem(ANOTHER_NETWORK, ENROL_AGAIN, Topic.ENROLMENT))
                self._enrolment = None
            enrolment.take(job.crop, kept, embedding, job.taken_s, job.track_id, job.quality)
            self._look_through(enrolment)
            progress = enrolment.progress
        self._tell(progress)
        return enrolment.name

    def _steer(self, act: Callable[[Enrolment], bool]) -> Enrolment | None:
        with self._lock:
            enrolment = self._enrolment
            if enrolment is None or not act(enrolment):
                return None
            self._look_through(enrolment)
            progress = enrolment.progress
        self._tell(progress)
        return enrolment

    def _look_through(self, enrolment: Enrolment) -> None:
        if enrolment.phase is not EnrolmentPhase.COLLECTING or not enrolment.complete:
            return
        threshold = self._recogniser.rules.threshold
        template, templates = enrolment.template, self._recogniser.templates
        twin, earlier = None, None
        if templates.ids and template.shape == templates.matrix.shape[1:]:
            scores = np.clip(templates.matrix @ template, -1.0, 1.0)
            if enrolment.person_id in templates.ids:
                own = templates.ids.index(enrolment.person_id)
                earlier = float(scores[own])
                scores[own] = -1.0
            best = int(np.argmax(scores))
            if scores[best] >= threshold:
                twin = Twin(templates.ids[best], templates.names[best], float(scores[best]))
        enrolment.look_through(Review(threshold, twin=twin, earlier=earlier))

    def _save(self, enrolment: Enrolment, add_to: int | None) -> None:
        """On the store's thread."""
        fingerprints = [take.stored for take in enrolment.takes]
        try:
            if add_to is not None:
                self._changes.add(add_to, fingerprints)
                person_id = add_to
            elif enrolment.person_id is not None:
                self._changes.replace(enrolment.person_id, fingerprints)
                person_id = enrolment.person_id
            else:
                person_id = self._changes.enrol(enrolment.name, fingerprints)
            enrolment.saved(person_id)
        except DeviceError as error:
            enrolment.fail(Problem(error.message, error.hint, Topic.ENROLMENT))
        with self._lock:
            if self._enrolment is enrolment:
                self._enrolment = None
        self._writer.changed()
        self._tell(enrolment.progress)
