"""Frozen dataclasses as JSON objects and back.

A field is written under its own name, or under the one that ``stored_as`` gives it. A field whose value is its default
None is left out. Reading ignores what it does not know, so that a newer file can be read too.
"""

from __future__ import annotations

import typing
from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, TypeVar, Union

T = TypeVar("T")

_KEY = "stored_as"


class RecordError(ValueError):
    """The JSON does not hold the record; says which key."""


def stored_as(key: str) -> dict[str, str]:
    """The metadata of a field that the file knows by another name."""
    return {_KEY: key}


def rounded(value: Any) -> Any:
    """The same with every float at six significant digits: more than any figure here is worth."""
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{one.name: rounded(getattr(value, one.name)) for one in fields(value)})
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(rounded(one) for one in value)
    return float(f"{value:.6g}") if isinstance(value, float) else value


def to_json(value: Any) -> Any:
    """What ``json.dumps`` takes."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            _key(one): to_json(getattr(value, one.name))
            for one in fields(value)
            if one.default is not None or getattr(value, one.name) is not None
        }
    if isinstance(value, dict):
        return {f"{key:g}" if isinstance(key, float) else key: to_json(one) for key, one in value.items()}
    return [to_json(one) for one in value] if isinstance(value, list | tuple) else value


def from_json(kind: type[T], data: Any) -> T:
    """The record of type ``kind`` in what ``json.loads`` gave. Raises RecordError."""
    found: T = _read(kind, data, "the file")
    return found


def _key(one: Field[Any]) -> str:
    return str(one.metadata.get(_KEY, one.name))


def _read(kind: Any, data: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, UnionType):
        if data is None and NoneType in arguments:
            return None
        return _read(next(one for one in arguments if one is not NoneType), data, where)
    if is_dataclass(kind):
        return _read_record(kind, data, where)
    if origin is tuple:
        if not isinstance(data, list):
            raise RecordError(f"{where!r} is no list")
        return tuple(_read(arguments[0], one, where) for one in data)
    if origin is dict:
        if not isinstance(data, dict):
            raise RecordError(f"{where!r} is no object")
        return {arguments[0](key): _read(arguments[1], one, where) for key, one in data.items()}
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise RecordError(f"{where!r} is {data!r}, not of type {kind.__name__}")
    return data


def _read_record(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise RecordError(f"{where!r} is no object")
    hints = typing.get_type_hints(kind)
    found = {}
    for one in fields(kind):
        key = _key(one)
        if key in data:
            found[one.name] = _read(hints[one.name], data[key], key)
        elif NoneType in typing.get_args(hints[one.name]):
            found[one.name] = None
        elif one.default is MISSING:
            raise RecordError(f"lack {key!r}")
    return kind(**found)
