"""Writes with InfluxDB's own client library, and prints what came of it as JSON.

Usage: influx-client.py URL KEY.
"""

import json
import sys
from datetime import datetime, timezone

import pandas as pd
from influxdb_client import InfluxDBClient, Point, WriteOptions, WritePrecision
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

url, key = sys.argv[1:]
said = {}

with InfluxDBClient(url=url, token=key, org="ours", enable_gzip=True) as client:
    said["ping"] = client.ping()
    said["health"] = client.health().status
    said["version"] = client.version()

    failed = []
    options = WriteOptions(batch_size=400, flush_interval=500)
    with client.write_api(write_options=options, error_callback=lambda *args: failed.append(str(args[-1]))) as batches:
        for second in range(1000):
            for host in ("alpha", "beta"):
                point = (
                    Point("cpu")
                    .tag("host", host)
                    .tag("core", 1)
                    .field("usage", second / 8)
                    .field("count", second)
                    .field("busy", second % 3 == 0)
                    .time(1_700_000_000 + second, WritePrecision.S)
                )
                batches.write(bucket="any", record=point)
    said["failed"] = failed

    write = client.write_api(write_options=SYNCHRONOUS).write
    odd = Point("odd name,=1").tag("a tag,=", "a value,= é").field("a field,=", -0.25)
    write(bucket="any", record=odd.time(datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=timezone.utc)))
    write(bucket="any", record="line,from=text value=9007199254740993i,big=1e300 1700000000123456789")
    write(bucket="any", record={"measurement": "dict", "tags": {}, "fields": {"v": 1}, "time": 1}, write_precision=WritePrecision.MS)
    frame = pd.DataFrame(
        {"level": [1.5, 2.5, None], "room": ["x", "y", "x"]},
        index=pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"], utc=True),
    )
    write(bucket="any", record=frame, data_frame_measurement_name="frame", data_frame_tag_columns=["room"])

    try:
        write(bucket="any", record=[Point("refused").field("good", 1), Point("refused").field("text", 'a "text"')])
    except ApiException as error:
        said["refused"] = {"status": error.status, "message": error.message, "body": json.loads(error.body)}

with InfluxDBClient(url=url, token="another", org="ours") as client:
    try:
        client.write_api(write_options=SYNCHRONOUS).write(bucket="any", record="refused f=1")
    except ApiException as error:
        said["unknown"] = {"status": error.status, "message": error.message}

print(json.dumps(said))
