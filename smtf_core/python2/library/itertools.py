"""``itertools`` with the names of Python 2. Source: Python 2.7 documentation, ``itertools``."""

from __future__ import annotations

from itertools import *  # noqa: F403 - all of it, and these
from itertools import filterfalse, zip_longest

imap, ifilter, izip = map, filter, zip
ifilterfalse, izip_longest = filterfalse, zip_longest
