"""Aggregates two series by buckets with pandas and prints test/reference/buckets.json; see the README beside it."""

import json
from pathlib import Path

import pandas as pd

here = Path(__file__).parent
hourly = here / "../../node_modules/vega-datasets/data/seattle-weather-hourly-normals.csv"

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
# How pandas says each width; fixed ones are aligned to the epoch.
FIXED = {"45m": "45min", "90m": "90min", "7h": "7h"}
CALENDAR = {"1d": "D", "1w": "W-MON", "1mo": "MS", "1q": "QS", "3mo": "QS", "1y": "YS"}


def read(path, time, value):
    table = pd.read_csv(path)
    return pd.Series(table[value].to_numpy(float), index=pd.to_datetime(table[time], utc=True).dt.as_unit("ms"))


def buckets_of(series, every, zone):
    if every in FIXED:
        return dict(rule=FIXED[every], origin="epoch")
    return dict(rule=CALENDAR[every], label="left", closed="left")


def time_weighted(series, grouped, how, start, end):
    """The mean over time of the steps from point to point, cut at the edges of the buckets and of the range."""
    starts = grouped.size().index
    following = starts[-1] + pd.tseries.frequencies.to_offset(how["rule"])
    edges = starts.union(pd.to_datetime([start, end, following], utc=True).tz_convert(series.index.tz))
    steps = series.reindex(series.index.union(edges)).ffill()
    steps = steps[(steps.index >= start) & (steps.index <= end)]
    held = pd.Series(steps.index, index=steps.index).diff().shift(-1).dt.total_seconds()
    known = steps.notna() & held.notna()
    weighted = (steps * held)[known].resample(**how).sum()
    return weighted / held[known].resample(**how).sum()


def aggregate(whole, every, zone, start, end):
    whole = whole.tz_convert("UTC" if every in FIXED else zone)
    series = whole[(whole.index >= start) & (whole.index < end)]
    how = buckets_of(series, every, zone)
    grouped = series.resample(**how)
    times = pd.Series(series.index, index=series.index).resample(**how)
    figures = pd.DataFrame(
        {
            "count": grouped.count(),
            "sum": grouped.sum(),
            "mean": grouped.mean(),
            "min": grouped.min(),
            "max": grouped.max(),
            "range": grouped.max() - grouped.min(),
            "first": grouped.first(),
            "last": grouped.last(),
            "median": grouped.median(),
            "p1": grouped.quantile(0.01),
            "p25": grouped.quantile(0.25),
            "p99": grouped.quantile(0.99),
            "p99.9": grouped.quantile(0.999),
            "stddev": grouped.std(),
            "variance": grouped.var(),
            "twmean": time_weighted(whole, grouped, how, start, end),
            "delta": grouped.last() - grouped.first(),
            "rate": (grouped.last() - grouped.first()) / (times.last() - times.first()).dt.total_seconds(),
        }
    )
    figures = figures[figures["count"] > 0]
    starts = [int(start.timestamp() * 1000) for start in figures.index]
    columns = {name: [number(value) for value in figures[name]] for name in figures}
    return {"timestamps": starts, **columns}


def number(value):
    return None if pd.isna(value) or value in (float("inf"), float("-inf")) else float(f"{value:.13g}")


def cases():
    weather = read(hourly, "date", "temperature")
    vix = read(here / "vix-close.csv", "timestamp", "value")
    spans = [
        ("weather", weather, "2010-03-13", "2010-03-16", ["45m", "90m", "7h"], ["UTC"]),
        # The clocks change on 14 March and 7 November in New York, on 28 March and 31 October in Berlin, on 4 April
        # and 3 October on Lord Howe Island, there by half an hour.
        ("weather", weather, "2010-03-10", "2010-04-08", ["1d"], ZONES),
        ("weather", weather, "2010-10-01", "2010-11-10", ["1d"], ZONES),
        ("weather", weather, "2010-01-01", "2011-01-01", ["1w", "1mo", "1q", "3mo", "1y"], ZONES),
        ("vix", vix, "2018-01-01", "2024-01-01", ["1mo", "1q", "1y"], ZONES),
        ("vix", vix, "2019-12-01", "2020-07-01", ["1d", "1w"], ["America/New_York", "Asia/Kathmandu"]),
    ]
    for name, series, start, end, widths, zones in spans:
        bounds = [pd.Timestamp(start, tz="UTC"), pd.Timestamp(end, tz="UTC")]
        for every in widths:
            for zone in zones:
                case = {"series": name, "from": start, "to": end, "every": every, "tz": zone}
                yield {**case, **aggregate(series, every, zone, *bounds)}


lines = [json.dumps(case, separators=(",", ":")) for case in cases()]
(here / "buckets.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
print(f"pandas {pd.__version__}: {len(lines)} cases")
