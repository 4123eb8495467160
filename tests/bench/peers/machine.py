# What the machine is, for the head of the table: Deno may not read /proc without all permissions.

import json
import os
import re

import numpy

with open("/proc/cpuinfo") as file:
    model = re.search(r"model name\s*:\s*(.*)", file.read())
print(json.dumps({
    "seconds": [],
    "versions": {"numpy": numpy.__version__},
    "result": {"model": model.group(1) if model else "", "load": os.getloadavg()[0]},
}))
