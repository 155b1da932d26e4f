"""The functions for images that ``scipy.misc`` had until release 1.2, on Pillow as they were.

Source: scipy 1.1 reference, ``scipy.misc``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "lanczos": Image.Resampling.LANCZOS,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "cubic": Image.Resampling.BICUBIC,
}


def bytescale(data: Any, cmin: Any = None, cmax: Any = None, high: int = 255, low: int = 0) -> Any:
    """Numbers as bytes: ``cmin`` (the least by default) becomes ``low``, ``cmax`` (the largest) becomes ``high``.

    Bytes stay as they are.

    Raises:
        ValueError: the bounds are none.
    """
    if not 0 <= low <= high <= 255:
        raise ValueError(f"bytescale needs 0 <= low <= high <= 255, not low={low}, high={high}")
    if data.dtype == np.uint8:
        return data
    least = data.min() if cmin is None else cmin
    largest = data.max() if cmax is None else cmax
    if largest < least:
        raise ValueError(f"bytescale needs cmin <= cmax, not {least} and {largest}")
    scaled = (data - least) * ((high - low) / ((largest - least) or 1)) + low
    return (scaled.clip(low, high) + 0.5).astype(np.uint8)


def toimage(
    arr: Any,
    high: int = 255,
    low: int = 0,
    cmin: Any = None,
    cmax: Any = None,
    pal: Any = None,
    mode: str | None = None,
    channel_axis: int | None = None,
) -> Image.Image:
    """An image of an array ``[height, width]``, or one with 3 or 4 channels, scaled as by :func:`bytescale`.

    Args:
        arr: the numbers.
        high: the largest byte.
        low: the least byte.
        cmin: number that becomes ``low``.
        cmax: number that becomes ``high``.
        pal: palette of a ``'P'`` image: 256 rows of three bytes.
        mode: Pillow's mode; ``'F'`` and ``'I'`` are not scaled.
        channel_axis: which axis has the channels; by default the last of those that have 3 or 4 entries, and before
            that the first.

    Raises:
        ValueError: the array is no image.
    """
    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError("an image cannot be made of complex numbers")
    if data.ndim == 2:
        return _grey(data, high, low, cmin, cmax, pal, mode)
    if data.ndim != 3 or not {3, 4} & set(data.shape):
        raise ValueError(f"an array of shape {data.shape} is no image: [height, width], or with 3 or 4 channels")
    sizes = (3, 4)
    axis = channel_axis
    if axis is None:
        axis = next(place for size in sizes for place in (2, 1, 0) if size in data.shape and data.shape[place] == size)
    if data.shape[axis] not in sizes:
        raise ValueError(f"axis {axis} of shape {data.shape} has not 3 or 4 channels")
    image = np.ascontiguousarray(np.moveaxis(bytescale(data, cmin, cmax, high, low), axis, 2))
    pillow_mode = mode or ("RGB" if image.shape[2] == 3 else "RGBA")
    return Image.frombytes(pillow_mode, (image.shape[1], image.shape[0]), image.tobytes())


def _grey(data: Any, high: int, low: int, cmin: Any, cmax: Any, pal: Any, mode: str | None) -> Image.Image:
    size = (data.shape[1], data.shape[0])
    if mode == "F":
        return Image.frombytes("F", size, data.astype(np.float32).tobytes())
    if mode == "I":
        return Image.frombytes("I", size, data.astype(np.int32).tobytes())
    if mode == "1":
        return Image.fromarray((bytescale(data, cmin, cmax, high, low) > high - high // 2) * np.uint8(255)).convert("1")
    if mode not in (None, "L", "P"):
        raise ValueError(f"an image without channels has mode L, P, 1, I or F, not {mode}")
    image = Image.frombytes("L", size, bytescale(data, cmin, cmax, high, low).tobytes())
    if pal is not None or mode == "P":
        palette = np.arange(256, dtype=np.uint8)[:, None].repeat(3, 1) if pal is None else np.asarray(pal, np.uint8)
        image.putpalette(palette.tobytes())
    return image


def fromimage(im: Image.Image, flatten: bool = False, mode: str | None = None) -> Any:
    """The array of an image: ``[height, width]`` or ``[height, width, channels]``.

    Args:
        im: the image; one with a palette becomes ``'RGB'``, or ``'RGBA'`` where it has transparency.
        flatten: shades of grey, as floating point numbers.
        mode: Pillow's mode to convert it to.
    """
    if mode is not None:
        im = im.convert(mode) if mode != im.mode else im
    elif im.mode == "P":
        im = im.convert("RGBA" if "transparency" in im.info else "RGB")
    if flatten:
        im = im.convert("F")
    elif im.mode == "1":
        im = im.convert("L")
    return np.array(im)


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> Any:
    """An image file as an array; see :func:`fromimage`."""
    with Image.open(name) as image:
        return fromimage(image, flatten, mode)


def imsave(name: Any, arr: Any, format: str | None = None) -> None:  # noqa: A002 - scipy's name
    """Write an array ``[height, width]`` or ``[height, width, 3 or 4]`` as an image file."""
    toimage(arr, channel_axis=2).save(name, format)


def imresize(arr: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> Any:
    """An array that is an image in another size, as bytes.

    Args:
        arr: the image; numbers that are no bytes are scaled as by :func:`bytescale`.
        size: an integer: per cent; a float: a factor; a pair: height and width.
        interp: ``'nearest'``, ``'lanczos'``, ``'bilinear'``, ``'bicubic'`` or ``'cubic'``.
        mode: Pillow's mode to resize it in.
    """
    image = toimage(arr, mode=mode)
    if isinstance(size, (int, np.integer, float, np.floating)):
        factor = size / 100 if isinstance(size, (int, np.integer)) else size
        width, height = (int(side * factor) for side in image.size)
    else:
        height, width = size[:2]
    return fromimage(image.resize((int(width), int(height)), _FILTERS[interp]))


def imrotate(arr: Any, angle: float, interp: str = "bilinear") -> Any:
    """An array that is an image, turned counter-clockwise by ``angle`` degrees, in the same size."""
    turned = _FILTERS[interp]
    if turned is Image.Resampling.LANCZOS:
        raise ValueError("imrotate has no interp='lanczos': Pillow turns images by nearest, bilinear and bicubic only")
    return fromimage(toimage(arr).rotate(angle, resample=turned))
