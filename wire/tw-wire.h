/* SPDX-License-Identifier: Apache-2.0 */

/* The names of Thrift's wire: types, message types, encodings and limits.
 *
 * Source: Apache Thrift's doc/specs/thrift-binary-protocol.md, thrift-compact-protocol.md and thrift-rpc.md.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Type codes of the binary protocol, which the rest of the code uses whatever the encoding. */
typedef enum
{
  TW_WIRE_STOP = 0,
  TW_WIRE_BOOL = 2,
  TW_WIRE_BYTE = 3,
  TW_WIRE_DOUBLE = 4,
  TW_WIRE_I16 = 6,
  TW_WIRE_I32 = 8,
  TW_WIRE_I64 = 10,
  TW_WIRE_STRING = 11, /* string and binary */
  TW_WIRE_STRUCT = 12, /* struct, union and exception */
  TW_WIRE_MAP = 13,
  TW_WIRE_SET = 14,
  TW_WIRE_LIST = 15,
} TwWireType;

typedef enum
{
  TW_MESSAGE_CALL = 1,
  TW_MESSAGE_REPLY = 2,
  TW_MESSAGE_EXCEPTION = 3, /* a TApplicationException */
  TW_MESSAGE_ONEWAY = 4,
} TwMessageType;

typedef enum
{
  TW_PROTOCOL_BINARY, /* strict: with the version word */
  TW_PROTOCOL_COMPACT,
} TwProtocol;

/* How a peer speaks; told from a message's first bytes. */
typedef struct
{
  TwProtocol protocol;
  gboolean framed; /* a 4-byte big-endian length before each message */
} TwEncoding;

/* Codes of TApplicationException. */
typedef enum
{
  TW_APPLICATION_UNKNOWN = 0,
  TW_APPLICATION_UNKNOWN_METHOD = 1,
  TW_APPLICATION_INVALID_MESSAGE_TYPE = 2,
  TW_APPLICATION_WRONG_METHOD_NAME = 3,
  TW_APPLICATION_BAD_SEQUENCE_ID = 4,
  TW_APPLICATION_MISSING_RESULT = 5,
  TW_APPLICATION_INTERNAL_ERROR = 6,
  TW_APPLICATION_PROTOCOL_ERROR = 7,
} TwApplicationError;

/* No reader, writer or scanner goes deeper than this, whatever the limits say. */
#define TW_WIRE_MAX_DEPTH 32

/* Longest method name that is taken, in bytes. */
#define TW_WIRE_MAX_NAME 255

typedef struct
{
  gsize max_message;  /* bytes of one message, without a frame's length */
  guint max_depth;    /* structs and containers in each other, the arguments' being 1; <= TW_WIRE_MAX_DEPTH */
} TwWireLimits;

#define TW_WIRE_REQUEST_LIMITS ((TwWireLimits) { .max_message = 1024 * 1024, .max_depth = 16 })
#define TW_WIRE_REPLY_LIMITS ((TwWireLimits) { .max_message = 64 * 1024 * 1024, .max_depth = 16 })

G_END_DECLS
