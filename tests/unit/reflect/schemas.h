/* SPDX-License-Identifier: Apache-2.0 */

/* Schemas for the tests of this room: from idl/, by way of the Thrift compiler, or from a few words of JSON. */

#pragma once

#include "tw-schema.h"

/* Loads the compiler's JSON for idl/NAME.thrift; a name must load. */
TwSchema *schema_from_idl (const char *name);

/* Loads a document "t.json" made of structs and of the functions of a service S, in JSON with ' for ". */
TwSchema *schema_from_words (const char *structs, const char *functions, GError **error);

/* Loads one whole document, likewise. */
TwSchema *schema_from_document (const char *document, GError **error);

/* The arguments of a method that is there. */
const TwStruct *schema_find_arguments (const TwSchema *schema, const char *service, const char *method);
