"""Publishing: the public tables of a finished run become the analysts' read-only copy, in one atomic step."""
