"""CRC-32C without C: by table, a byte at a time; long data in many columns at once with numpy.

Source: the TFRecord format, which stores this checksum in a masked form.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

_Words = npt.NDArray[np.uint32]

# From this size on numpy's overhead is worth it; columns of so many bytes.
_LONG, _COLUMN = 1024, 64


def masked_crc32c(data: bytes | bytearray | memoryview) -> int:
    """The masked CRC-32C of ``data``, as TFRecord stores it."""
    crc = ~_advance(0xFFFFFFFF, data) & 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@cache
def _table() -> list[int]:
    table = []
    for state in range(256):
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)  # noqa: PLW2901 - that is what the loop is for
        table.append(state)
    return table


def _advance(state: int, data: bytes | bytearray | memoryview) -> int:
    head = 0
    if len(data) >= _LONG:
        head = len(data) - len(data) % _COLUMN
        state = _advance_columns(state, np.frombuffer(data, np.uint8, head))
    table = _table()
    for byte in memoryview(data)[head:]:
        state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
    return state


def _advance_columns(state: int, data: npt.NDArray[np.uint8]) -> int:
    """Each row of ``_COLUMN`` bytes on its own, all rows at once; then neighbours are joined until one is left.

    A CRC is linear: that of ``a`` followed by ``b`` is that of ``a`` after as many zeros as ``b`` has bytes, plus that
    of ``b``.
    """
    table = np.array(_table(), np.uint32)
    rows = data.reshape(-1, _COLUMN)
    states: _Words = np.zeros(len(rows), np.uint32)
    states[0] = state
    for column in range(_COLUMN):
        states = table[(states ^ rows[:, column]) & 0xFF] ^ (states >> np.uint32(8))
    length = _COLUMN
    while len(states) > 1:
        if len(states) % 2:  # a row of zeros in front of everything changes nothing
            states = np.concatenate([np.zeros(1, np.uint32), states])
        states = _after_zeros(states[0::2], length) ^ states[1::2]
        length *= 2
    return int(states[0])


def _after_zeros(states: _Words, length: int) -> _Words:
    tables = _zeros(length)
    after: _Words = np.bitwise_xor.reduce([tables[i][(states >> np.uint32(8 * i)) & 0xFF] for i in range(4)])
    return after


@cache
def _zeros(length: int) -> _Words:
    """What ``length`` (``_COLUMN`` times a power of two) zero bytes make of a state, by each of its four bytes."""
    table = np.array(_table(), np.uint32)
    states: _Words = (np.arange(256, dtype=np.uint32)[None, :] << (8 * np.arange(4, dtype=np.uint32))[:, None]).ravel()
    if length == _COLUMN:
        for _ in range(_COLUMN):
            states = table[states & 0xFF] ^ (states >> np.uint32(8))
    else:
        states = _after_zeros(_after_zeros(states, length // 2), length // 2)
    return states.reshape(4, 256)
