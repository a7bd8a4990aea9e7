/* SPDX-License-Identifier: Apache-2.0 */

/* JSON to Thrift: a method's arguments from a REST request or from one JSON object, straight to wire bytes.
 *
 * Every value is checked against its limits and every failure is reported; bytes are written only if there was none.
 *
 * A JSON value for a Thrift type: bool, whole number for integers (range-checked; however it is spelled, so 10.0 and 1e1
 * are 10: see tw-json-load.h, which the tree has to come from), number for double, string for string, base64 (RFC 4648,
 * section 4) string for binary, array for list and set (in which none is there twice), object for map (keys that are
 * integers are written as decimal strings, each in one way; keys of other types than string and integer are refused at
 * load), struct and union (with exactly one member). null counts as absent, except where the struct has a `tw.nulls`
 * field: there it adds the field's name to that set, and is refused at the place of the name when the set's limits
 * refuse it. A null element, or member of a union, is a failure. A number or bool from path, query, header or cookie is
 * its JSON text. Absent fields with a default are left out: the receiver has the same
 * default. What lies deeper than a service takes (TW_WIRE_REQUEST_LIMITS) is refused here.
 */

#pragma once

#include "tw-buffer.h"
#include "tw-problems.h"
#include "tw-schema.h"

#include <jansson.h>

G_BEGIN_DECLS

/* What a REST request brought. Names of headers are in lower case. Each returns NULL where there is none; strings are
 * UTF-8 or not: that is checked here. */
typedef struct
{
  const char *(*lookup) (gpointer request, TwSource source, const char *name, gsize *length);
  /* Whether a header or cookie is there more than once. */
  gboolean (*is_repeated) (gpointer request, TwSource source, const char *name);
  /* The @n-th header of that name, from 0: for those that are lists, which may be spread over several. */
  const char *(*nth_header) (gpointer request, const char *name, guint n, gsize *length);
  /* Calls @found for every query parameter, so that unknown and repeated ones can be refused. */
  void (*each_query) (gpointer request, void (*found) (const char *name, gpointer user_data), gpointer user_data);
  gpointer request;
  const json_t *body; /* NULL: none was sent */
  gboolean cookies;   /* the request asks for cookies: one stands in for a member with tw.cookie that the body has not */
} TwRequestValues;

/* Appends the arguments' struct to @out. A method's arguments come from where their annotations say; those of a struct
 * argument's fields that have no source of their own are the body's members, beside the scalar arguments without one.
 * What lies deeper comes from the body too, but for claims. Unknown body members and query parameters, repeated query
 * parameters, headers and cookies that are asked for, and a claim's name sent in path, query, header or body, are problems. FALSE, with @out as it was and
 * @problems filled, when there is any. Thread-safe. */
gboolean tw_bind_request (const TwMethod *method, const TwRequestValues *values, TwProtocol protocol, TwBuffer *out,
                          TwProblems *problems);

/* The same from one object whose members are the arguments by name, claims among them: for callers that are trusted,
 * as the command line is. A struct argument is an object. */
gboolean tw_bind_object (const TwMethod *method, const json_t *arguments, TwProtocol protocol, TwBuffer *out,
                         TwProblems *problems);

G_END_DECLS
