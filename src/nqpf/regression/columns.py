"""Tables of coefficients that are kept as columns until somebody reads them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd


def row_of(columns: Mapping[str, Sequence[str] | np.ndarray], at: int) -> pd.Series:
    """The row of the frame that columns of equal length would make, without the frame.

    Parameters
    ----------
    columns : mapping of str to sequence
    at : int
        Its place, which becomes its name.
    """
    row = {column: values[at] for column, values in columns.items()}
    return pd.Series(row, name=at, dtype=object)
