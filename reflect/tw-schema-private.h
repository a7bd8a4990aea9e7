/* SPDX-License-Identifier: Apache-2.0 */

/* What the files that build a schema share: where it keeps what it owns, and how they say what is wrong.
 *
 * tw-schema-load.c reads the documents and joins their services, tw-schema-structs.c structs and fields,
 * tw-schema-types.c types and defaults, tw-schema-methods.c methods, tw-annotations.c the annotations, tw-pattern.c
 * vt.pattern, tw-schema-claims.c what a method takes from a token, tw-schema-secrets.c whether it deals in secrets,
 * tw-schema-records.c what is kept, tw-schema-questions.c what asks for it, tw-schema-conditions.c tags and keys; tw-schema-rules.c, tw-routes.c, tw-links.c,
 * tw-streams.c and tw-cookies.c then check what no part can know alone.
 */

#pragma once

#include "tw-schema.h"

#include <jansson.h>

G_BEGIN_DECLS

struct _TwSchema
{
  gatomicrefcount references;
  GStringChunk *strings;
  GPtrArray *blocks;   /* structs and arrays of the public parts, each from g_malloc() */
  GPtrArray *regexes;
  GPtrArray *services; /* TwServiceEntry, owned by blocks */
};

typedef struct
{
  TwService service;         /* first, so that a TwService is its entry */
  const TwMethod **by_name;  /* ascending by name */
} TwServiceEntry;

/* Memory that lives as long as the schema, filled with zeros. */
gpointer tw_schema_alloc (TwSchema *schema, gsize n, gsize size);
char *tw_schema_string (TwSchema *schema, const char *text);
#define tw_schema_new(schema, Type, n) ((Type *) tw_schema_alloc (schema, n, sizeof (Type)))

/* The most fields that a struct may have: the checker keeps a bit for each on its stack. */
#define TW_SCHEMA_MAX_FIELDS 1024

/* How deep a type's containers may lie inside each other; the wire takes no more either. */
#define TW_SCHEMA_MAX_DEPTH 16

/* A place in a document, for errors. */
typedef struct
{
  const char *document; /* as the caller of tw_schema_load() names it */
  const char *owner;    /* "Book" or "Books.make"; NULL for the document itself */
  const char *field;    /* a field or argument, or NULL */
} TwSpot;

/* Sets "books: Books.make.book: vt.max_size: …", without what is NULL; returns FALSE. */
gboolean tw_spot_fail (const TwSpot *spot, const char *key, GError **error, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

/* Members of what the compiler wrote; each fails where the member is absent or of another kind. */
gboolean tw_spot_get_string (const TwSpot *spot, const json_t *object, const char *member, const char **value,
                             GError **error);
gboolean tw_spot_get_array (const TwSpot *spot, const json_t *object, const char *member, const json_t **value,
                            GError **error);

/* What types are read with: @structs has the document's TwStruct by name. */
typedef struct
{
  TwSchema *schema;
  GHashTable *structs;
} TwTypeReader;

/* Reads a type: @id_member names the member of @object with its id, @type_member the one with the rest. */
const TwType *tw_type_read (const TwTypeReader *reader, const TwSpot *spot, const json_t *object,
                            const char *id_member, const char *type_member, GError **error);

/* Where an annotation stands. */
typedef enum
{
  TW_PLACE_METHOD = 1 << 0,
  TW_PLACE_ARGUMENT = 1 << 1,
  TW_PLACE_FIELD = 1 << 2,           /* of a struct or union */
  TW_PLACE_EXCEPTION_FIELD = 1 << 3,
  TW_PLACE_SERVICE = 1 << 4,
  TW_PLACE_STRUCT = 1 << 5,          /* not an exception or union */
  TW_PLACE_ELSEWHERE = 0,            /* a type, typedef, enum, exception or union: none may stand there */
} TwPlace;

/* One of the documents that a schema is made from. */
typedef struct
{
  const char *given_name; /* as the caller calls it */
  json_t *root;
  const char *name; /* as it calls itself */
  TwTypeReader types;
} TwDocument;

/* Reads all of the document's structs. */
gboolean tw_document_read_structs (TwDocument *document, GError **error);

/* Reads the list of fields @member of @object into @structure, each standing at @place. */
gboolean tw_document_read_fields (const TwDocument *document, const TwSpot *spot, TwPlace place, const json_t *object,
                                  const char *member, TwStruct *structure, GError **error);

/* Reads one of @service's methods. */
gboolean tw_document_read_method (const TwDocument *document, const TwService *service, const json_t *object,
                                  TwMethod *method, GError **error);

/* Reads @object's doc comment; "" where there is none. */
gboolean tw_document_read_doc (TwSchema *schema, const TwSpot *spot, const json_t *object, const char **doc,
                               GError **error);

/* Sets what @method, whose arguments are read, takes from a token. */
void tw_claims_gather (TwSchema *schema, TwMethod *method);

/* Reads a field's default into @field, whose type is set; one of a struct or container has no value there. */
gboolean tw_default_read (TwSchema *schema, const TwSpot *spot, const json_t *value, TwField *field, GError **error);

/* What tw_method_max_body() is to be of @method, whose arguments and route are read. */
gsize tw_body_limit (const TwMethod *method);

/* Sets whether @method, whose arguments and result are read, deals in secrets. */
void tw_secrets_find (TwMethod *method);

/* Sets whether @method's answers have links, and refuses such as no request could follow. */
gboolean tw_links_check (const TwSpot *spot, TwMethod *method, GError **error);

/* Finds what @method's tw.stream names, and refuses what can't be asked on and on. */
gboolean tw_stream_check (const TwSpot *spot, TwMethod *method, GError **error);

/* Decode the "annotations" of @object; absent ones are none. A field's id, name, type and presence must be set. */
gboolean tw_annotations_read_field (TwSchema *schema, const TwSpot *spot, TwPlace place, const json_t *object,
                                    TwField *field, GError **error);
gboolean tw_annotations_read_method (TwSchema *schema, const TwSpot *spot, const json_t *object, TwMethod *method,
                                     GError **error);
gboolean tw_annotations_read_service (TwSchema *schema, const TwSpot *spot, const json_t *object, TwService *service,
                                      GError **error);
gboolean tw_annotations_read_struct (TwSchema *schema, const TwSpot *spot, const json_t *object, TwStruct *structure,
                                     GError **error);
gboolean tw_annotations_refuse (const TwSpot *spot, const json_t *object, GError **error);

/* Finds the fields that @structure's tw.tag names. */
gboolean tw_tags_check (TwSchema *schema, const TwSpot *spot, TwStruct *structure, GError **error);

/* Sets what of @method's input has tw.key and tw.if_match, and whether its answers have a tag. Refuses what does not fit
 * each other. */
gboolean tw_conditions_check (const TwSpot *spot, TwMethod *method, GError **error);

/* Checks what a struct's tw.record and its fields' tw.kept say together. */
gboolean tw_records_check (const TwSpot *spot, const TwStruct *structure, GError **error);

/* Checks that fields ask for records only where their struct says of which. */
gboolean tw_questions_check (const TwSpot *spot, const TwStruct *structure, GError **error);

/* Compiles a pattern of the subset that ECMA-262 and PCRE share, anchored at both ends. The error says what is wrong
 * with it as a clause. */
GRegex *tw_pattern_compile (const char *pattern, GError **error);

/* Checks a route's path and gives its parameters' names in their order; free with g_strfreev(). NULL with an error
 * that is a clause. */
char **tw_route_parameters (const char *path, GError **error);

/* Refuses two methods of the schema whose routes are the same. */
gboolean tw_routes_check (const TwSchema *schema, GError **error);

/* Gives each cookie that is taken or dropped the path and age with which it is set. Refuses one that nothing sets, or
 * that is set in two ways. */
gboolean tw_cookies_link (const TwSchema *schema, GError **error);

/* Checks what follows from a method as a whole, and the roles of a service. */
gboolean tw_rules_check_method (const TwSpot *spot, const TwMethod *method, GError **error);
gboolean tw_rules_check_service (const TwSpot *spot, const TwService *service, GError **error);

G_END_DECLS
