"""What TensorFlow 1 had, release by release, and what a script finds of it today. Data and lookup; no TensorFlow.

``history.json.gz`` was collected from the releases themselves, ``today.json.gz`` from the view that scripts see; see
``tools/tf1_api`` for both. A test compares the latter with the view.
"""

from smtf_core.tf1_api.table import RELEASES, Api, Name, Stretch, Today, load_api

__all__ = ["RELEASES", "Api", "Name", "Stretch", "Today", "load_api"]
