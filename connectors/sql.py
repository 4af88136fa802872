"""Text inside SQL: what cannot be given as a parameter is quoted here and nowhere else.

Does not belong here: statements.
"""


def literal(text: str) -> str:
    """`text` as a quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"
