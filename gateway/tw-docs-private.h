/* SPDX-License-Identifier: Apache-2.0 */

/* What the files that write the page share. tw-docs.c has the page, tw-docs-route.c a route, tw-docs-curl.c how to call
 * it, tw-docs-schema.c JSON Schemas, tw-docs-html.c how HTML is written. */

#pragma once

#include "tw-docs.h"

G_BEGIN_DECLS

typedef struct
{
  const json_t *openapi;
  GString *out;
} TwDocs;

/* Appends HTML: the format is markup, and each %s in it is text, which is escaped. So nothing of the document can be
 * markup. */
void tw_docs_add_html (TwDocs *docs, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Appends @text, NULL for none, as paragraphs: empty lines part them. */
void tw_docs_add_paragraphs (TwDocs *docs, const char *text);

/* Appends JSON in lines. */
void tw_docs_add_json (TwDocs *docs, const char *label, const json_t *value);

/* A fragment's name: "get-books-id" for "GET /books/{id}". Free with g_free(). */
char *tw_docs_slug (const char *text);

/* What @value is, or refers to. */
json_t *tw_docs_resolve (const TwDocs *docs, json_t *value);

/* What a reference refers to by its last name ("Book"); NULL where @value is none. */
const char *tw_docs_reference (const json_t *value);

/* The text of a member; NULL where there is none. */
const char *tw_docs_text (const json_t *object, const char *member);

/* Appends one route: the heading's id is @id. */
void tw_docs_add_route (TwDocs *docs, const char *id, const char *verb, const char *path, json_t *operation);

/* How to call it with curl, as a shell reads it. Free with g_free(). */
char *tw_docs_curl (const TwDocs *docs, const char *verb, const char *path, json_t *operation);

/* Appends a list of a schema's members, with those of their members; of what has none, its type. @mark is said of those
 * that have to be there. */
#define TW_DOCS_ASKED "required"
#define TW_DOCS_GIVEN "always"
void tw_docs_add_schema (TwDocs *docs, json_t *schema, const char *mark);

/* An entry of a list: a member, parameter or header. */
typedef struct
{
  const char *name;
  json_t *schema;
  const char *mark, *note; /* NULL for none */
  const char *description; /* the same */
  const json_t *example;   /* the same */
} TwDocsEntry;

void tw_docs_add_entry (TwDocs *docs, const TwDocsEntry *entry);

/* The entry of a header. */
void tw_docs_add_header (TwDocs *docs, const char *name, const json_t *header, const char *note);

G_END_DECLS
