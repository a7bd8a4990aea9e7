# SPDX-License-Identifier: Apache-2.0
"""How gunicorn serves edge.py: a worker a core. gevent, since it keeps idle connections at no cost to the others."""

import os

wsgi_app = "edge:app"
bind = f"127.0.0.1:{os.environ['BENCH_PORT']}"
workers = 2
worker_class = "gevent"
worker_connections = 8192
keepalive = 75
loglevel = "warning"
