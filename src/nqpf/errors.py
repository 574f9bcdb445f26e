"""The one exception a reader of the study may meet."""


class StudyError(Exception):
    """Bad input, said in one sentence: what was expected, what came, what to do."""
