/* SPDX-License-Identifier: Apache-2.0 */

/* What the files that make the OpenAPI document share. tw-openapi.c has the document, its paths and operations,
 * tw-openapi-answers.c what an operation answers, tw-openapi-headers.c the headers that come with it,
 * tw-openapi-examples.c examples, tw-openapi-schema.c the JSON Schema of types and fields,
 * tw-openapi-names.c the components that structs become. */

#pragma once

#include "tw-openapi.h"
#include "tw-status.h"

G_BEGIN_DECLS

/* Input is described by its limits and nothing unknown may be in it; what is stored is always served, so output is
 * described by its types alone. */
typedef enum
{
  TW_OPENAPI_OUTPUT,
  TW_OPENAPI_INPUT,
} TwDirection;

typedef struct
{
  json_t *schemas;       /* components/schemas */
  json_t *responses;     /* components/responses */
  json_t *headers;       /* components/headers */
  const char *document;  /* of the service that is being described */
  GHashTable *names[2];  /* by TwDirection: TwStruct to its component's name */
  GHashTable *owners;    /* a component's name to its TwStruct */
  GHashTable *answered;  /* the TwStructs that some answer holds */
  GPtrArray *met;        /* while two structs are compared: those that one refers to; else NULL */
} TwOpenApi;

void tw_openapi_init (TwOpenApi *api, const TwSchema *schema);
void tw_openapi_clear (TwOpenApi *api);

/* The schema of a type: for a struct a reference to its component, which is made when it is first asked for. */
json_t *tw_openapi_type (TwOpenApi *api, const TwType *type, TwDirection direction);

/* The schema of a field: its type's, with doc, limits and default. A member of an input may be @nullable. */
json_t *tw_openapi_field (TwOpenApi *api, const TwField *field, TwDirection direction, gboolean nullable);

/* The schema of a struct in full. */
json_t *tw_openapi_struct (TwOpenApi *api, const TwStruct *structure, TwDirection direction);

/* An object's schema without members, and how to add or take away one. */
json_t *tw_openapi_object (TwDirection direction);
void tw_openapi_drop_member (json_t *object, const char *name);
void tw_openapi_add_member (json_t *object, const char *name, json_t *schema, gboolean required);

/* Whether @field is always a member of @structure: a cookie may stand in for it. */
gboolean tw_openapi_is_required (const TwStruct *structure, const TwField *field);

/* Whether null may stand for an input @field of @structure: it is optional, and not one that can't be cleared. */
gboolean tw_openapi_is_nullable (const TwStruct *structure, const TwField *field);

/* A reference to the component that @structure is; makes it when it is first asked for. */
json_t *tw_openapi_reference (TwOpenApi *api, const TwStruct *structure, TwDirection direction);

/* The component that every problem is; no struct gets its name. */
#define TW_OPENAPI_PROBLEM "Problem"
json_t *tw_openapi_problem (void);

/* Everything that @method can answer. */
json_t *tw_openapi_answers (TwOpenApi *api, const TwMethod *method);

/* @method as its stream (tw.stream) asks it, and all that the stream can answer. */
TwMethod tw_openapi_stream_method (const TwMethod *method);
json_t *tw_openapi_stream_answers (TwOpenApi *api, const TwMethod *method);

/* The headers of @method's answers with @status, by name; @method NULL: those that come with @status whatever the
 * method is. */
#define TW_OPENAPI_ANY_OTHER 0 /* in place of a status: what the document does not name */
json_t *tw_openapi_headers (TwOpenApi *api, const TwMethod *method, guint status);

/* Whether @field of a reply's struct travels in a header alone. */
gboolean tw_openapi_is_in_header (const TwField *field);

/* An example of a field's value, of a request's body (which is @whole, where it is one struct), of the value that
 * @method answers. NULL where there is none. */
json_t *tw_openapi_example (const TwField *field, TwDirection direction);
json_t *tw_openapi_example_of_body (const TwMethod *method, const TwStruct *whole);
json_t *tw_openapi_example_of_answer (const TwMethod *method);

/* Examples of the headers Location, where @method has one, and Set-Cookie, with what @field of a reply is set. */
json_t *tw_openapi_example_of_location (const TwMethod *method);
json_t *tw_openapi_example_of_cookie (const TwField *field);

/* Sets a member to a text, where there is one. */
void tw_openapi_set_text (json_t *object, const char *name, const char *text);

G_END_DECLS
