"""A scored table as one page that a reader understands: figures that stream, and how they are shown."""
