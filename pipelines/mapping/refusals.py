"""Why a decision is not taken. The message is for people: what is wrong, where, and what to do."""


class MappingRefusedError(ValueError):
    """A decision that is not taken; nothing was changed. `details` are further lines, one thing each."""

    def __init__(self, message: str, *details: str) -> None:
        super().__init__(message)
        self.details = details


class NothingPublishedError(MappingRefusedError):
    """There is no published copy to decide from."""
