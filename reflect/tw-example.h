/* SPDX-License-Identifier: Apache-2.0 */

/* An example of one value: what tw.example says, or else what follows from the field's default, its vt.in, its other
 * limits and its type. Examples of structs are made of these: tw-openapi-examples.c. Thread-safe. */

#pragma once

#include "tw-schema.h"

#include <jansson.h>

G_BEGIN_DECLS

/* What is wrong with @field's tw.example, as a clause: it can't be read, or the field's limits refuse it as they would
 * refuse a request's value. NULL where nothing is, or there is none. Free with g_free(). */
char *tw_example_check (const TwField *field);

/* What @field's tw.example says; NULL where it has none. Free with json_decref(). */
json_t *tw_example_given (const TwField *field);

/* @field's default, which is set; it is none of a container or struct. Free with json_decref(). */
json_t *tw_example_default (const TwField *field);

/* An example of a bool, number, string or binary that keeps @field's limits. NULL where none can be thought of: a
 * pattern that common words don't match. Free with json_decref(). */
json_t *tw_example_of_scalar (const TwField *field);

G_END_DECLS
