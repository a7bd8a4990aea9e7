/* SPDX-License-Identifier: Apache-2.0 */

/* OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0) from a schema: every method with a route, its parameters, body,
 * answers, limits and doc comments; problem+json (RFC 9457) for the rest; bearer tokens as the security scheme. */

#pragma once

#include "tw-schema.h"

#include <jansson.h>

G_BEGIN_DECLS

/* @title and @version describe the document; NULL title: made from the services' names. Free with json_decref().
 * Thread-safe. */
json_t *tw_openapi_new (const TwSchema *schema, const char *title, const char *version);

G_END_DECLS
