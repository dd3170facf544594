"""Errors that say what is wrong and what to do: the command line prints them as they are."""


class SaringError(Exception):
    """Base of every error that a user can act on."""


class ArtefactError(SaringError):
    """A model folder or registry that cannot be trusted or found."""


class CorpusError(SaringError):
    """A corpus, catalogue or labelled file that cannot be used as it is."""


class EvaluationError(SaringError):
    """Figures that cannot be computed or compared as asked."""


class RecipeError(SaringError):
    """A training recipe that cannot be followed as it is written."""


class InputError(SaringError):
    """A text, file or option that cannot be used as it was given."""


def said(error: BaseException) -> str:
    """What another library's error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__


class MissingExtraError(SaringError):
    """Something was asked for whose packages come with an extra that is not installed."""

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(f"{what} needs {package}, which is not installed: pip install 'saring[{extra}]'")
