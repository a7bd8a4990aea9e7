/* SPDX-License-Identifier: Apache-2.0 */

/* /docs: an OpenAPI document as a page for people, whatever IDL it was made from. All of it is in the HTML, so that it
 * needs no script; a style sheet and a small script, which adds buttons to copy by, stand beside it. */

#pragma once

#include "tw-static.h"

#include <jansson.h>

G_BEGIN_DECLS

#define TW_DOCS_PATH "/docs"

/* The page of @openapi (tw-openapi.h), which stands at @openapi_path: HTML in UTF-8. Free with g_free(). Thread-safe. */
char *tw_docs_page (const json_t *openapi, const char *openapi_path);

/* Adds @page (taken), and what belongs to it, below TW_DOCS_PATH. Fails with TW_ERROR_CONFIGURATION where the program was
 * built without its files. */
gboolean tw_docs_add (TwStatic *files, char *page, GError **error);

G_END_DECLS
