// SPDX-License-Identifier: Apache-2.0
// Where a page goes on: base64url of a version, the last row's time of making and its id.
'use strict'

const VERSION = 1

exports.encode = ({ createdMs, id }) => {
  const bytes = Buffer.allocUnsafe(21)
  bytes[0] = VERSION
  bytes.writeBigUInt64BE(BigInt(createdMs), 1)
  bytes.write(id, 9, 'hex')
  return bytes.toString('base64url')
}

exports.decode = cursor => {
  const bytes = Buffer.from(cursor, 'base64url')
  if (bytes.length !== 21 || bytes[0] !== VERSION) return null
  return { createdMs: Number(bytes.readBigUInt64BE(1)), id: bytes.toString('hex', 9) }
}
