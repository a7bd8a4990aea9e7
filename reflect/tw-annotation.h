/* SPDX-License-Identifier: Apache-2.0 */

/* One annotation's row in the table of tw-annotations.c, and what its decoder is given. The decoders of values are in
 * tw-annotation-values.c, those of methods in tw-annotation-methods.c, those of cookies that stand in for the body in
 * tw-cookies.c, that of links in tw-links.c, that of streams in tw-streams.c, those of records in tw-schema-records.c, those of
 * what asks for them in tw-schema-questions.c, those of tags and keys in tw-schema-conditions.c. */

#pragma once

#include "tw-schema-private.h"

G_BEGIN_DECLS

/* Types, as an annotation sees them. */
typedef enum
{
  TW_KIND_BOOL = 1 << 0,
  TW_KIND_INTEGER = 1 << 1,
  TW_KIND_REAL = 1 << 2,
  TW_KIND_TEXT = 1 << 3,
  TW_KIND_BINARY = 1 << 4,
  TW_KIND_CONTAINER = 1 << 5,
  TW_KIND_STRUCT = 1 << 6,
  TW_KIND_NUMBER = TW_KIND_INTEGER | TW_KIND_REAL,
  TW_KIND_SIZED = TW_KIND_TEXT | TW_KIND_BINARY | TW_KIND_CONTAINER,
  TW_KIND_SCALAR = TW_KIND_BOOL | TW_KIND_NUMBER | TW_KIND_TEXT,
  TW_KIND_ANY = TW_KIND_SCALAR | TW_KIND_BINARY | TW_KIND_CONTAINER | TW_KIND_STRUCT,
} TwKind;

typedef struct _TwAnnotation TwAnnotation;

/* What is being read: @field, @method, @service or @structure. */
typedef struct
{
  TwSchema *schema;
  const TwSpot *spot;
  TwPlace place;
  TwField *field;
  TwMethod *method;
  TwService *service;
  TwStruct *structure;
  const TwAnnotation *annotation;
  const char *value;
  const char *source_key; /* the annotation that has said where the field's value comes from */
  gboolean open;          /* tw.auth="none" was seen */
} TwReading;

struct _TwAnnotation
{
  const char *key;
  int places; /* TwPlace */
  int kinds;  /* TwKind; 0 for what is no value's */
  gboolean (*decode) (TwReading *reading, GError **error);
};

/* Fails at what is being read, with the annotation's key. */
#define TW_READING_FAIL(reading, error, ...)                                                                           \
  tw_spot_fail ((reading)->spot, (reading)->annotation->key, error, __VA_ARGS__)

TwKind tw_annotation_kind (const TwType *type);

/* Whether @text is a token (RFC 9110, section 5.6.2), which names of headers and cookies are. */
gboolean tw_annotation_is_token (const char *text);

/* Whether the annotation says @wanted, the only thing that it can say. */
gboolean tw_reading_is (TwReading *reading, const char *wanted, GError **error);

/* Says where the field's value comes from; fails where that is said already. */
gboolean tw_reading_take_source (TwReading *reading, TwSource source, const char *name, GError **error);

gboolean tw_decode_path (TwReading *reading, GError **error);
gboolean tw_decode_query (TwReading *reading, GError **error);
gboolean tw_decode_header (TwReading *reading, GError **error);
gboolean tw_decode_cookie (TwReading *reading, GError **error);
gboolean tw_decode_carrier (TwReading *reading, GError **error);
gboolean tw_decode_link (TwReading *reading, GError **error);
gboolean tw_decode_drops (TwReading *reading, GError **error);
gboolean tw_decode_body (TwReading *reading, GError **error);
gboolean tw_decode_claim (TwReading *reading, GError **error);
gboolean tw_decode_internal (TwReading *reading, GError **error);
gboolean tw_decode_size (TwReading *reading, GError **error);
gboolean tw_decode_bound (TwReading *reading, GError **error);
gboolean tw_decode_visible (TwReading *reading, GError **error);
gboolean tw_decode_pattern (TwReading *reading, GError **error);
gboolean tw_decode_in (TwReading *reading, GError **error);
gboolean tw_decode_format (TwReading *reading, GError **error);
gboolean tw_decode_distinct (TwReading *reading, GError **error);
gboolean tw_decode_elements (TwReading *reading, GError **error);
gboolean tw_decode_normalize (TwReading *reading, GError **error);
gboolean tw_decode_example (TwReading *reading, GError **error);
gboolean tw_decode_example_alone (TwReading *reading, GError **error);
gboolean tw_decode_secret (TwReading *reading, GError **error);
gboolean tw_decode_nulls (TwReading *reading, GError **error);
gboolean tw_decode_null (TwReading *reading, GError **error);
gboolean tw_decode_error (TwReading *reading, GError **error);
gboolean tw_decode_route (TwReading *reading, GError **error);
gboolean tw_decode_auth (TwReading *reading, GError **error);
gboolean tw_decode_status (TwReading *reading, GError **error);
gboolean tw_decode_errors (TwReading *reading, GError **error);
gboolean tw_decode_location (TwReading *reading, GError **error);
gboolean tw_decode_retry (TwReading *reading, GError **error);
gboolean tw_decode_issues (TwReading *reading, GError **error);
gboolean tw_decode_revokes (TwReading *reading, GError **error);
gboolean tw_decode_stream (TwReading *reading, GError **error);
gboolean tw_decode_role (TwReading *reading, GError **error);
gboolean tw_decode_calls (TwReading *reading, GError **error);
gboolean tw_decode_context (TwReading *reading, GError **error);
gboolean tw_decode_tag (TwReading *reading, GError **error);
gboolean tw_decode_if_match (TwReading *reading, GError **error);
gboolean tw_decode_if_none_match (TwReading *reading, GError **error);
gboolean tw_decode_key (TwReading *reading, GError **error);
gboolean tw_decode_fingerprint (TwReading *reading, GError **error);
gboolean tw_decode_serve (TwReading *reading, GError **error);
gboolean tw_decode_record (TwReading *reading, GError **error);
gboolean tw_decode_kept (TwReading *reading, GError **error);
gboolean tw_decode_asks (TwReading *reading, GError **error);
gboolean tw_decode_filter (TwReading *reading, GError **error);
gboolean tw_decode_order (TwReading *reading, GError **error);
gboolean tw_decode_former (TwReading *reading, GError **error);

G_END_DECLS
