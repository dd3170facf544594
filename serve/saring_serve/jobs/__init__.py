"""Jobs: a file comes in, waits for its turn, is scored by a process of its own, and goes out.

``worker`` is that process: what it imports is on the way of every job, so it is kept light.
"""
