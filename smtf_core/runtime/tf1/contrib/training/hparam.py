"""``tf.contrib.training.HParams``: a named set of typed hyperparameters, and the text that sets them.

Source: TensorFlow 1.11 API documentation, ``tf.contrib.training.HParams`` and ``parse_values``.
"""

from __future__ import annotations

import json
import numbers
import re
from collections.abc import Mapping
from typing import Any

# One assignment: name, optional index, value or list of values, then a comma or the end.
_ASSIGNMENT = re.compile(
    r"""(?P<name>[a-zA-Z][\w.]*)
        (?:\[\s*(?P<index>\d+)\s*\])?
        \s*=\s*
        (?:\[(?P<list>[^\]]*)\]\s*|(?P<value>[^,\[]*))
        (?:,\s*|$)""",
    re.VERBOSE,
)
_TRUTHS = {"true": True, "True": True, "false": False, "False": False}


def parse_values(values: str, type_map: Mapping[str, type]) -> dict[str, Any]:
    """Values from text such as ``a=1,b=hello,c=[1,2],d[1]=3``.

    Args:
        values: assignments with commas between them.
        type_map: name → type of its value, or of the elements of its list.

    Returns:
        Name → value; a list where the text has a list, ``{index: value}`` where it sets elements.

    Raises:
        ValueError: the text is malformed, a name is unknown or set twice, or a value is not of its type.
    """
    found: dict[str, Any] = {}
    position = 0
    while position < len(values):
        match = _ASSIGNMENT.match(values, position)
        if match is None:
            raise ValueError(f"Malformed hyperparameter value: {values[position:]}")
        position = match.end()
        name, index = match["name"], match["index"]
        if name not in type_map:
            raise ValueError(f"Unknown hyperparameter type for {name}")
        if match["list"] is not None:
            if index is not None:
                raise ValueError(f"Assignment of a list to a list index: {name}[{index}] in {values}")
            value: Any = [
                _typed(name, type_map[name], item, values) for item in re.split("[ ,]+", match["list"]) if item
            ]
        else:
            value = _typed(name, type_map[name], match["value"], values)
        if index is None:
            if name in found:
                raise ValueError(f"Multiple assignments to variable '{name}' in {values}")
            found[name] = value
        else:
            elements = found.setdefault(name, {})
            if not isinstance(elements, dict):
                raise ValueError(f"Multiple assignments to variable '{name}' in {values}")
            if int(index) in elements:
                raise ValueError(f"Multiple assignments to variable '{name}[{index}]' in {values}")
            elements[int(index)] = value
    return found


def _typed(name: str, kind: Any, text: str, values: str) -> Any:
    try:
        if kind is bool:
            return _TRUTHS[text] if text in _TRUTHS else bool(int(text))
        return kind(text)
    except ValueError as error:
        raise ValueError(
            f"Could not parse hparam '{name}' of type '{kind.__name__}' with value '{text}' in {values}"
        ) from error


class HParams:
    """Hyperparameters as attributes; each keeps the type of its first value.

    Args:
        hparam_def: an ``HParamDef`` message with the hyperparameters.
        model_structure: whatever describes the model; kept, and handed out by :meth:`get_model_structure`.
        **kwargs: the hyperparameters: numbers, strings, truth values or lists of them.

    Raises:
        ValueError: a name is taken, or a list is empty.

    Example::

        hparams = tf.contrib.training.HParams(learning_rate=0.1, hidden_units=[10, 20])
        hparams.parse("learning_rate=0.3,hidden_units=[5]")
    """

    def __init__(self, hparam_def: Any = None, model_structure: Any = None, **kwargs: Any) -> None:
        # Name → (type of the value or of its elements, whether it is a list).
        self._hparam_types: dict[str, tuple[Any, bool]] = {}
        self._model_structure = model_structure
        if hparam_def is None:
            for name, value in kwargs.items():
                self.add_hparam(name, value)
        elif hasattr(hparam_def, "hparam"):
            self._add_message(hparam_def)
        else:
            raise TypeError(f"hparam_def must be an HParamDef message, not {hparam_def!r}; give values by their names")

    def _add_message(self, hparam_def: Any) -> None:
        for name, entry in hparam_def.hparam.items():
            kind = entry.WhichOneof("kind")
            value = getattr(entry, kind)
            if kind.endswith("_list"):
                self.add_hparam(name, [_text(item) for item in value.value])
            else:
                self.add_hparam(name, _text(value))

    @staticmethod
    def from_proto(hparam_def: Any, import_scope: str | None = None) -> HParams:
        """The hyperparameters in an ``HParamDef`` message; ``import_scope`` has no meaning for them."""
        return HParams(hparam_def=hparam_def)

    def to_proto(self, export_scope: str | None = None) -> Any:
        """Not possible any more.

        Raises:
            NotImplementedError: always; today's TensorFlow has no ``HParamDef`` message.
        """
        raise NotImplementedError("TensorFlow no longer has the HParamDef message; use to_json() and parse_json()")

    def add_hparam(self, name: str, value: Any) -> None:
        """Add a hyperparameter.

        Args:
            name: its name.
            value: its value; it determines the type.

        Raises:
            ValueError: the name is taken, or the list is empty.
        """
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        if isinstance(value, (list, tuple)):
            if not value:
                raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
            self._hparam_types[name] = (type(value[0]), True)
        else:
            self._hparam_types[name] = (type(value), False)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Set a hyperparameter that exists.

        Args:
            name: its name.
            value: of its type; an integer will do for a float.

        Raises:
            KeyError: there is no such hyperparameter.
            ValueError: the value is of another type, or a list is given for one value or the other way round.
        """
        kind, is_list = self._hparam_types[name]
        if isinstance(value, list):
            if not is_list:
                raise ValueError(f"Must not pass a list for single-valued parameter: {name}")
            setattr(self, name, [_cast(name, kind, item) for item in value])
        else:
            if is_list:
                raise ValueError(f"Must pass a list for multi-valued parameter: {name}.")
            setattr(self, name, _cast(name, kind, value))

    def del_hparam(self, name: str) -> None:
        """Remove a hyperparameter; nothing happens if there is none of that name."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values: str) -> HParams:
        """Set hyperparameters from text.

        Args:
            values: as in :func:`parse_values`.

        Returns:
            The object itself.

        Raises:
            ValueError: the text is malformed, or a value is not of its type.
        """
        types = {name: kind for name, (kind, _) in self._hparam_types.items()}
        return self.override_from_dict(parse_values(values, types))

    def override_from_dict(self, values_dict: Mapping[str, Any]) -> HParams:
        """Set several hyperparameters.

        Args:
            values_dict: name → value.

        Returns:
            The object itself.

        Raises:
            KeyError: there is no such hyperparameter.
            ValueError: a value is of another type.
        """
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    def set_from_map(self, values_map: Mapping[str, Any]) -> HParams:
        """Older name of :meth:`override_from_dict`."""
        return self.override_from_dict(values_map)

    def parse_json(self, values_json: str) -> HParams:
        """Set hyperparameters from the text of a JSON object; result and errors as :meth:`override_from_dict`."""
        return self.override_from_dict(json.loads(values_json))

    def to_json(self, indent: Any = None, separators: tuple[str, str] | None = None, sort_keys: bool = False) -> str:
        """The hyperparameters as the text of a JSON object; arguments as in ``json.dumps``."""
        return json.dumps(self.values(), indent=indent, separators=separators, sort_keys=sort_keys)

    def values(self) -> dict[str, Any]:
        """Name → value."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: Any = None) -> Any:
        """A value, or ``default`` if there is no such hyperparameter.

        Raises:
            ValueError: the hyperparameter exists, and ``default`` is not of its type.
        """
        if key not in self._hparam_types:
            return default
        kind, is_list = self._hparam_types[key]
        if default is not None:
            written = f"list<{kind}>" if is_list else str(kind)
            problem = f"Hparam '{key}' of type '{written}' is incompatible with default={default}"
            if isinstance(default, list) != is_list:
                raise ValueError(problem)
            try:
                for item in default if is_list else [default]:
                    _cast(key, kind, item)
            except ValueError as error:
                raise ValueError(f"{problem}. {error}") from error
        return getattr(self, key)

    def set_model_structure(self, model_structure: Any) -> None:
        """Keep what describes the model."""
        self._model_structure = model_structure

    def get_model_structure(self) -> Any:
        """What describes the model."""
        return self._model_structure

    def __contains__(self, key: str) -> bool:
        return key in self._hparam_types

    def __str__(self) -> str:
        return str(sorted(self.values().items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


def _cast(name: str, kind: Any, value: Any) -> Any:
    """``value`` as ``kind``, if nothing is lost."""
    if kind is type(None):
        return value
    fits = not (
        (issubclass(kind, (str, bytes)) and not isinstance(value, (str, bytes)))
        or issubclass(kind, bool) != isinstance(value, bool)
        or (issubclass(kind, numbers.Integral) and not isinstance(value, numbers.Integral))
        or (issubclass(kind, numbers.Number) and not isinstance(value, numbers.Number))
    )
    if not fits:
        raise ValueError(f"Could not cast hparam '{name}' of type '{kind}' from value {value!r}")
    return kind(value)


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
