"""Several hosts of one job: a supervisor on each starts its processes, a coordinator on the first one decides.

``supervisor`` tells the story of one host; ``coordinator`` decides, without input or output; ``messages`` is what they
say to each other, ``links`` how it gets there; ``processes`` are a host's children, ``ports`` where those listen. No
TensorFlow.
"""
