/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-arguments.h"

#include "tw-record-wire.h"

#include <string.h>

void
tw_arguments_read (TwArguments *arguments, const TwCall *call, const TwRecordType *type, gpointer into)
{
  TwReader reader;
  char *space;
  gsize size;

  tw_call_arguments (call, &reader);
  size = (gsize) (reader.end - reader.at);
  if (size > sizeof arguments->space)
    arguments->block = g_malloc (size);
  space = arguments->block != NULL ? arguments->block : arguments->space;
  memset (into, 0, type->size);
  tw_record_read (type, &reader, into, &space);
}
