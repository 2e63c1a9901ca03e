"""The settings' values: read from an INI file, kept there, and told when they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from gui.core.i18n import formatted, marked
from gui.core.states import Problem, Topic
from gui.settings.schema import Former, Group, Kind, Setting, Value
from gui.settings.table import SETTINGS

FILE_NAME = "settings.ini"
LAYOUT = "layout"  # the file's group for what is remembered and not set: sizes, columns


class SettingsStore(QObject):
    """One value for each line of the table.

    A value in the file that the setting does not take falls back to the default and is in ``refused``; the file keeps
    it until the setting is changed. ``file`` None: nothing is read or kept, for tests and pictures.
    """

    changed = Signal(str)  # the key; the new value is there when it comes
    problem = Signal(object)  # Problem: the file could not be written

    def __init__(self, file: Path | None, table: Sequence[Setting] = SETTINGS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = {setting.key: setting for setting in table}
        self._values: dict[str, Value] = {setting.key: setting.default for setting in table}
        self._file = QSettings(str(file), QSettings.Format.IniFormat) if file is not None else None
        self._layout: dict[str, QByteArray] = {}
        self.refused: list[Problem] = []
        if self._file is not None:
            self._read(self._file)

    @property
    def table(self) -> tuple[Setting, ...]:
        """The settings in the order of the table."""
        return tuple(self._table.values())

    def value(self, key: str) -> Value:
        """A setting's value. KeyError where the table has no such key."""
        return self._values[key]

    def flag(self, key: str) -> bool:
        """The value of a FLAG."""
        return bool(self._values[self._is(key, Kind.FLAG)])

    def whole(self, key: str) -> int:
        """The value of a WHOLE number, or of a CHOICE among whole numbers."""
        value = self._values[self._is(key, Kind.WHOLE, Kind.CHOICE)]
        if not isinstance(value, int):
            raise TypeError(f"{key} is no whole number: {value!r}")
        return value

    def number(self, key: str) -> float:
        """The value of a NUMBER, WHOLE or a CHOICE among numbers."""
        value = self._values[self._is(key, Kind.NUMBER, Kind.WHOLE, Kind.CHOICE)]
        if isinstance(value, str):
            raise TypeError(f"{key} is no number: {value!r}")
        return float(value)

    def text(self, key: str) -> str:
        """The value of a TEXT, or of a CHOICE among texts."""
        return str(self._values[self._is(key, Kind.TEXT, Kind.CHOICE)])

    def on_flag(self, key: str, tell: Callable[[bool], object]) -> None:
        """Call ``tell`` with the new value whenever this FLAG changes, for as long as the store lives."""
        self._is(key, Kind.FLAG)
        self.on_any((key,), lambda: tell(self.flag(key)))

    def on_number(self, key: str, tell: Callable[[float], object]) -> None:
        """The same for a NUMBER, WHOLE or a CHOICE among numbers."""
        self._is(key, Kind.NUMBER, Kind.WHOLE, Kind.CHOICE)
        self.on_any((key,), lambda: tell(self.number(key)))

    def on_text(self, key: str, tell: Callable[[str], object]) -> None:
        """The same for a TEXT, or a CHOICE among texts."""
        self._is(key, Kind.TEXT, Kind.CHOICE)
        self.on_any((key,), lambda: tell(self.text(key)))

    def on_any(self, keys: Iterable[str], tell: Callable[[], object]) -> None:
        """Call ``tell`` whenever one of these changes. KeyError where the table has no such key."""
        wanted = {self._table[key].key for key in keys}
        self.changed.connect(lambda key: tell() if key in wanted else None)

    def keys(self, *groups: Group) -> tuple[str, ...]:
        """The keys of these groups."""
        return tuple(setting.key for setting in self._table.values() if setting.group in groups)

    def set(self, key: str, value: Value) -> None:
        """Change a setting, keep it, and tell. ValueError where the setting does not take the value."""
        parsed = self._table[key].parse(value)
        if parsed == self._values[key]:
            return
        self._values[key] = parsed
        if self._file is not None:
            if parsed == self._table[key].default:
                self._file.remove(key)
            else:
                self._file.setValue(key, parsed)
        self.changed.emit(key)

    def reset(self, key: str) -> None:
        """Back to the default."""
        self.set(key, self._table[key].default)

    def is_default(self, key: str) -> bool:
        """Whether the value is the default."""
        return self._values[key] == self._table[key].default

    def remember(self, name: str, state: QByteArray) -> None:
        """Keep a widget's layout under a name."""
        self._layout[name] = state
        if self._file is not None:
            self._file.setValue(f"{LAYOUT}/{name}", state)

    def recall(self, name: str) -> QByteArray | None:
        """What was remembered under this name, None where nothing was or the file holds something else."""
        if self._file is None:
            return self._layout.get(name)
        kept = self._file.value(f"{LAYOUT}/{name}")
        return kept if isinstance(kept, QByteArray) else None

    def save(self) -> None:
        """Write the file now; ``problem`` is emitted where that fails."""
        if self._file is None:
            return
        self._file.sync()
        if self._file.status() is QSettings.Status.AccessError:
            path = self._file.fileName()
            text = formatted(marked("the settings cannot be written to {file}"), file=path)
            self.problem.emit(
                Problem(
                    text, marked("make the file and its folder writable; until then they are forgotten"), Topic.SETTINGS
                )
            )

    def _read(self, file: QSettings) -> None:
        if file.status() is not QSettings.Status.NoError:
            text = formatted(marked("the settings in {file} cannot be read"), file=file.fileName())
            self.refused.append(
                Problem(text, marked("the defaults are used; correct the file, or delete it"), Topic.SETTINGS)
            )
        for key, setting in self._table.items():
            if setting.former is not None:
                _rename(file, setting.former, key)
            if not file.contains(key):
                continue
            try:
                self._values[key] = setting.parse(file.value(key))
            except ValueError as error:
                hint = formatted(marked("{value} is used; set it again in the settings"), value=setting.default)
                text = formatted(
                    marked("the setting {key} in {file}: {error}"), key=key, file=file.fileName(), error=error
                )
                self.refused.append(Problem(text, hint, Topic.SETTINGS))

    def _is(self, key: str, *kinds: Kind) -> str:
        if self._table[key].kind not in kinds:
            raise TypeError(f"{key} is a {self._table[key].kind}")
        return key


def _rename(file: QSettings, former: Former, key: str) -> None:
    """Keep under ``key`` what an earlier version wrote under its former name."""
    if not file.contains(former.key):
        return
    if not file.contains(key):
        value = file.value(former.key)
        file.setValue(key, former.values.get(str(value), value))
    file.remove(former.key)
