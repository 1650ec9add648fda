"""What a user is told when something is wrong: `str(error)` is the whole message, without a traceback."""


class AfkastError(Exception):
    """Something the user can correct."""


class DataError(AfkastError):
    """Raw files, a snapshot or the pseudonym key are missing, damaged or not as declared."""


class StrategyError(AfkastError):
    """A strategy is not written as a strategy must be."""


class PageError(AfkastError):
    """A page could not be executed or shown."""


class EngineError(AfkastError):
    """A database that is to count is unknown, cannot be reached, or lacks what it needs."""
