"""Python 2 sources: recognised, converted in memory, and what converted text needs at run time.

``detect`` tells whether a source is Python 2, ``convert`` gives Python 3 text with every line's origin, ``fixers``
are our additions to the converter's own, and ``library`` is what converted text imports.
"""
