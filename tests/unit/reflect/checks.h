/* SPDX-License-Identifier: Apache-2.0 */

/* What the tests of checking share: arguments of the service Books that are written, then checked. */

#pragma once

#include "tw-schema.h"
#include "tw-writer.h"

typedef struct
{
  TwSchema *schema;
  TwProtocol protocol;
  TwBuffer bytes;
  TwWriter writer;
} CheckFixture;

typedef struct
{
  const char *name;
  void (*test) (CheckFixture *fixture, gconstpointer data);
} CheckTest;

/* Adds each test for both protocols. */
void check_add_tests (const CheckTest *tests, gsize n);

/* Checks what was written as @method's arguments against "location detail; …", "" for none. */
void assert_checked (CheckFixture *fixture, const char *method, const char *expected);

/* A list or set of @n strings, in words behind it. */
void put_strings (TwWriter *writer, TwWireType container, gint16 id, guint32 n, ...);

/* A list or set of @n numbers: 0, @step, 2 × @step and so on. */
void put_numbers (TwWriter *writer, TwWireType container, gint16 id, guint32 n, gint32 step);

/* What an Every must have: the rest has defaults. */
void put_every (TwWriter *writer);
