// SPDX-License-Identifier: Apache-2.0
// How edge and service speak Thrift to each other.
'use strict'

const thrift = require('thrift')

exports.RPC = { transport: thrift.TBufferedTransport, protocol: thrift.TBinaryProtocol }
