"""Describes public data sets with pandas and SciPy and prints test/reference/describe.json; see the README beside it."""

import json
from fractions import Fraction
from math import isqrt
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
from scipy import stats

here = Path(__file__).parent
data = here / "../data"
vega = here / "../../node_modules/vega-datasets/data"

QUANTILES = [0, 1, 5, 25, 50, 75, 95, 99, 99.9, 100]
UNITS_MS = {"hour": 3_600_000, "day": 86_400_000, "year": 31_556_952_000}
# As many points at most are paired all with all.
MOST_FOR_ALL_PAIRS = 2000


def read(path, time, value, where=None):
    # A header may name fewer fields than the rows have.
    table = pd.read_csv(path, usecols=range(pd.read_csv(path, nrows=0).shape[1]))
    if where:
        column, wanted = where
        table = table[table[column] == wanted]
    index = pd.to_datetime(table[time], utc=True).dt.as_unit("ms")
    return pd.Series(table[value].to_numpy(float), index=index).dropna()


def trend(series, unit):
    ms = series.index.asi8
    x = (ms - ms[0]) / UNITS_MS[unit]
    y = series.to_numpy()
    line = stats.linregress(x, y)
    if len(x) <= MOST_FOR_ALL_PAIRS:
        robust = stats.theilslopes(y, x).slope
    else:
        half = -(-len(x) // 2)
        robust = np.median((y[half:] - y[:-half]) / (x[half:] - x[:-half]))
    return {
        "slope": line.slope,
        "stderr": line.stderr,
        "r2": line.rvalue**2,
        "pValue": line.pvalue,
        "start": line.intercept,
        "end": line.intercept + line.slope * x[-1],
        "theilSen": robust,
    }


def describe(series, unit):
    values = series.to_numpy()
    assert np.isclose(stats.skew(values, bias=False), series.skew(), rtol=1e-10)
    assert np.isclose(stats.kurtosis(values, bias=False), series.kurt(), rtol=1e-10)
    return {
        "count": series.size,
        "min": series.min(),
        "minAt": series.idxmin().value // 1_000_000,
        "max": series.max(),
        "maxAt": series.idxmax().value // 1_000_000,
        "sum": series.sum(),
        "mean": series.mean(),
        "median": series.median(),
        "quantiles": {f"p{q:g}": series.quantile(q / 100) for q in QUANTILES},
        "iqr": stats.iqr(values),
        "stddev": series.std(),
        "variance": series.var(),
        "skewness": series.skew(),
        "kurtosis": series.kurt(),
        "distinct": series.nunique(),
        "zeros": int((values == 0).sum()),
        "negatives": int((values < 0).sum()),
        "autocorrelation": series.autocorr(),
        "stepMs": pd.Series(series.index.asi8).diff().median(),
        "trend": trend(series, unit),
    }


def exact(series, unit, change):
    """By rational numbers, of values so large or so close to one another that doubles lose their digits."""
    values = [Fraction(change(value)) for value in series.to_numpy()]
    ms = series.index.asi8
    x = [Fraction(int(time - ms[0]), UNITS_MS[unit]) for time in ms]
    n = len(values)
    mean, centre = sum(values) / n, sum(x) / n
    m2, m3, m4 = (sum((value - mean) ** power for value in values) for power in (2, 3, 4))
    xx = sum((time - centre) ** 2 for time in x)
    slope = sum((time - centre) * (value - mean) for time, value in zip(x, values)) / xx
    # The irrational ones by their squares: only the last step is rounded.
    shape3 = Fraction(n * n * (n - 1), (n - 2) ** 2) * m3**2 / m2**3
    shape4 = Fraction(n - 1, (n - 2) * (n - 3)) * (n * (n + 1) * m4 / m2**2 - 3 * (n - 1))
    return {
        "mean": float(mean),
        "stddev": root(m2 / (n - 1)),
        "skewness": (1 if m3 > 0 else -1) * root(shape3),
        "kurtosis": float(shape4),
        "trend": {"slope": float(slope), "r2": float(slope**2 * xx / m2), "start": float(mean - slope * centre)},
    }


def root(square):
    """The square root of a fraction, with more binary digits than a double has, whatever its size."""
    shift = 2 * max(0, 120 - (square.numerator.bit_length() - square.denominator.bit_length()) // 2)
    return float(Fraction(isqrt((square.numerator << shift) // square.denominator), 1 << (shift // 2)))


def cases():
    rates = data / "exchange-rates-monthly.csv"
    vix = read(data / "vix-daily.csv", "DATE", "CLOSE")
    sets = [
        ("vix-daily.csv", None, "DATE", "CLOSE", "year"),
        ("vix-daily.csv", None, "DATE", "OPEN", "day"),
        ("co2-mm-mlo.csv", None, "Date", "Average", "year"),
        ("co2-mm-mlo.csv", None, "Date", "Interpolated", "year"),
        ("co2-mm-gl.csv", None, "Date", "Average", "year"),
        *(
            ("exchange-rates-monthly.csv", ["Country", country], "Date", "Exchange rate", "year")
            for country in ["Australia", "Japan", "Venezuela", "Switzerland"]
        ),
        ("seattle-weather.csv", None, "date", "temp_max", "year"),
        ("seattle-weather.csv", None, "date", "temp_min", "day"),
        ("seattle-weather.csv", None, "date", "precipitation", "day"),
        ("seattle-weather-hourly-normals.csv", None, "date", "temperature", "hour"),
    ]
    for file, where, time, value, unit in sets:
        path = data / file if (data / file).exists() else vega / file
        series = read(path, time, value, where)
        yield {"file": file, "where": where, "time": time, "value": value, "per": unit, "figures": describe(series, unit)}
    changes = {
        "plus 1e9": lambda value: value + 1e9,
        "plus 1e15": lambda value: value + 1e15,
        "times 2^1000": lambda value: value * 2.0**1000,
        "times 2^-1000": lambda value: value * 2.0**-1000,
    }
    for name, change in changes.items():
        case = {"file": "vix-daily.csv", "where": None, "time": "DATE", "value": "CLOSE", "per": "year", "change": name}
        yield {**case, "figures": exact(vix, "year", change)}


def plain(value):
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return value.item() if isinstance(value, np.generic) else value


lines = [json.dumps(plain(case), separators=(",", ":")) for case in cases()]
(here / "describe.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
print(f"pandas {pd.__version__}, SciPy {scipy.__version__}: {len(lines)} cases")
