# SPDX-License-Identifier: Apache-2.0
"""The Thrift types, which thriftpy2 makes of the IDL at start, and how edge and service speak to each other."""

import os
import pathlib

import thriftpy2
from thriftpy2.protocol import TCyBinaryProtocolFactory
from thriftpy2.transport import TCyBufferedTransportFactory

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "idl"
HOST = "127.0.0.1"
PORT = int(os.environ["BENCH_UPSTREAM_PORT"])

tasks = thriftpy2.load(str(FOLDER / "tasks.thrift"), module_name="tasks_thrift", include_dirs=[str(FOLDER)])
Refusal = tasks.common.BaseException


def rpc():
    """For make_client() and make_server(): the ones that are compiled."""
    return {"proto_factory": TCyBinaryProtocolFactory(), "trans_factory": TCyBufferedTransportFactory()}
