/* SPDX-License-Identifier: Apache-2.0 */

/* The schema that these tests work on: tests/idl/address-book.thrift, which uses all there is. Meson says in the
 * environment where its JSON is. */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

/* The schema of the @n documents that the environment's @variables name. */
static inline TwSchema *
load_schema (const char *const *variables, guint n)
{
  GBytes *documents[4];
  g_autoptr (GError) error = NULL;
  TwSchema *schema;

  g_assert_cmpuint (n, <=, G_N_ELEMENTS (documents));
  for (guint i = 0; i < n; i++)
    {
      char *text;
      gsize length;

      g_file_get_contents (g_getenv (variables[i]), &text, &length, &error);
      g_assert_no_error (error);
      documents[i] = g_bytes_new_take (text, length);
    }
  schema = tw_schema_load (documents, variables, n, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    g_bytes_unref (documents[i]);
  return schema;
}

static inline TwSchema *
address_book_new (void)
{
  return load_schema ((const char *const[]){ "ADDRESS_BOOK_JSON" }, 1);
}

static inline const TwMethod *
address_book_method (const TwSchema *schema, const char *name)
{
  const TwMethod *method = tw_service_find_method (tw_schema_find_service (schema, "AddressBook"), name, strlen (name));

  g_assert_nonnull (method);
  return method;
}

G_END_DECLS
