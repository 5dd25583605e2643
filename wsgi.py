"""What the web server loads: `granian --interface wsgi wsgi:app`."""

from __future__ import annotations

import gc
import os
import sys

from app import create_app
from app.logs import init_logs
from config import Config, ConfigError

try:
    config = Config.from_env(os.environ)
except ConfigError as error:
    for fault in error.faults:
        sys.stderr.write(f"registry: {fault}\n")
    sys.exit(78)  # EX_CONFIG
init_logs(config.log_level)
app = create_app(config)

# What exists now lives as long as the process: the collector need not look at it again. Threads that wait for the
# record writer get the interpreter back sooner than after Python's usual 5 ms.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
sys.setswitchinterval(0.001)
