/* SPDX-License-Identifier: Apache-2.0 */

/* What the files that bind share: one input on its way to wire bytes. tw-bind.c knows requests, tw-bind-struct.c
 * structs, tw-bind-header.c headers that are no plain scalars, tw-bind-value.c one JSON value, tw-scalar-text.c the text of a path, query, header, cookie or claim.
 *
 * Each function always writes a well-formed value, a zero where the input is refused: the bytes are thrown away then,
 * but all that follows is looked at all the same.
 */

#pragma once

#include "tw-bind.h"
#include "tw-writer.h"

G_BEGIN_DECLS

/* Where in the input a value stands, for locations; on the stack, and made into text only for a problem. */
typedef struct _TwSpotIn TwSpotIn;
struct _TwSpotIn
{
  const TwSpotIn *parent;
  const char *name; /* of a member; NULL: an element */
  gsize index;
};

typedef struct
{
  TwWriter writer;
  TwProblems *problems;
  guint refused;                 /* how many problems there were, also beyond those that are kept */
  const TwRequestValues *values; /* NULL: all comes from one object */
  gboolean body_unusable;        /* not an object, which is said already: nothing in it is missed */
  gboolean keyed;                /* there is a key: tw.key */
  gsize fingerprint_at;          /* where in the bytes its fingerprint is to be; 0: nowhere */
} TwBinding;

/* Adds a problem; the second takes @detail. */
void tw_binding_refuse (TwBinding *binding, const TwSpotIn *spot, const char *detail);
void tw_binding_refuse_take (TwBinding *binding, const TwSpotIn *spot, char *detail);

/* Structs and containers inside each other, the arguments' struct being 1: what a service takes. */
#define TW_BINDING_MAX_DEPTH (TW_WIRE_REQUEST_LIMITS.max_depth)

/* A JSON value of @field's type, checked against its limits. @depth is that of what holds it. */
void tw_bind_value (TwBinding *binding, const TwField *field, const json_t *value, const TwSpotIn *spot, guint depth);

/* The same from text, for scalars. Text need not end with a NUL. */
void tw_bind_text (TwBinding *binding, const TwField *field, const char *text, gsize length, const TwSpotIn *spot);

/* A map's key: text, or a whole number in its one plain spelling, so that no two keys are the same one. */
void tw_bind_key (TwBinding *binding, const TwField *key, const char *text, const TwSpotIn *spot);

/* Checked and written: what both of the above come to. */
void tw_bind_integer (TwBinding *binding, const TwField *field, gint64 value, const TwSpotIn *spot);
void tw_bind_real (TwBinding *binding, const TwField *field, double value, const TwSpotIn *spot);
void tw_bind_string (TwBinding *binding, const TwField *field, const char *data, gsize length, const TwSpotIn *spot);

/* One field, with its header, from wherever it comes: @object (NULL: none) is where its member would be, @depth that
 * of @structure. Where @outer, the fields that are no body members come from the request; a claim always does. Returns
 * how many of @object's members it was: 0 or 1. */
gsize tw_bind_field (TwBinding *binding, const TwStruct *structure, const TwField *field, const json_t *object,
                     const TwSpotIn *spot, guint depth, gboolean outer);

/* The same of a field whose form is not TW_FORM_PLAIN, from a request. */
void tw_bind_header (TwBinding *binding, const TwStruct *structure, const TwField *field, const TwSpotIn *spot);

/* A whole struct, from its begin to its stop. Returns how many of @object's members it knows. */
gsize tw_bind_struct (TwBinding *binding, const TwStruct *structure, const json_t *object, const TwSpotIn *spot,
                      guint depth, gboolean outer);

/* A problem for each member of @object that is not there to be given. @find finds the field that a member stands for;
 * a claim may be given only where there is no request. */
typedef const TwField *(*TwFindMember) (const void *owner, const char *name);
void tw_bind_refuse_unknown (TwBinding *binding, const json_t *object, const TwSpotIn *spot, TwFindMember find,
                             const void *owner);

/* TwFindMember for a TwStruct. */
const TwField *tw_bind_find_member (const void *structure, const char *name);

/* What is said where a claim's name is sent by the client, and of what nobody asked for. */
#define TW_BINDING_CLAIM_SENT "comes from the token alone"
#define TW_BINDING_UNKNOWN "is not known"

/* What is said of parameters, headers and cookies that are given more than once. */
#define TW_BINDING_REPEATED "must be given once"

/* What is said where an integer is wanted. */
#define TW_BINDING_NOT_WHOLE "must be a whole number"
#define TW_BINDING_TOO_LARGE "must be a whole number of at most 64 bits"

/* jansson's iterators want a value that may be changed, which they don't do. */
static inline json_t *
tw_json_iterable (const json_t *value)
{
  return (json_t *) (guintptr) value;
}

G_END_DECLS
