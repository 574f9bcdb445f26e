"""Maps and spatial data with a known truth, for the spatial tests."""

import numpy as np
import pandas as pd

from nqpf.regression.spatial_weights import contiguity


def lattice(rows=5, columns=6):
    """Cells of a chessboard linked by edges (rook), with lon and lat: adjacency, geography."""
    names = np.array([f"c{i:02d}" for i in range(rows * columns)]).reshape(rows, columns)
    pairs = [*zip(names[:, :-1].ravel(), names[:, 1:].ravel(), strict=True)]
    pairs += [*zip(names[:-1].ravel(), names[1:].ravel(), strict=True)]
    place = {
        names[r, c]: (110 + c + 0.1 * r, 20 + r + 0.03 * c)
        for r in range(rows)
        for c in range(columns)
    }
    geography = pd.DataFrame.from_dict(place, orient="index", columns=["lon", "lat"])
    return pd.DataFrame(pairs, columns=["a", "b"]), geography


def rook(rows=5, columns=6):
    """Row-standardised rook contiguity of a chessboard."""
    adjacency, geography = lattice(rows, columns)
    return contiguity(adjacency, list(geography.index))


def spatial_panel(
    weights, years=8, *, rho=0.0, lam=0.0, slopes=(1.0, -0.5), lags=(0.0, 0.0), seed=0
):
    """Panel from an SDM with spatially dependent errors, unit and year effects."""
    rng = np.random.default_rng(seed)
    W, n = weights.dense, weights.n
    spread = np.linalg.inv(np.eye(n) - rho * W)
    shock = np.linalg.inv(np.eye(n) - lam * W)
    unit = rng.normal(size=n)
    frames = []
    for year in range(2000, 2000 + years):
        X = rng.normal(size=(n, 2)) + 0.5 * unit[:, None] + rng.normal()
        mean = X @ slopes + W @ X @ lags + unit + rng.normal()
        y = spread @ (mean + shock @ rng.normal(scale=0.5, size=n))
        frame = pd.DataFrame({"y": y, "x1": X[:, 0], "x2": X[:, 1]}, index=list(weights.units))
        frames.append(frame.assign(year=year).rename_axis("unit").reset_index())
    return pd.concat(frames).set_index(["unit", "year"]).sort_index()
