/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-cglib.h"

#include "tw-handler-error.h"
#include "tw-message-transport.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/thrift_application_exception.h>

void
tw_cglib_init (const TwGetTypeFunc *types, gsize n)
{
  /* The classes too, for ever: making one is no more thread-safe in what it calls than registering a type is. */
  g_type_class_ref (THRIFT_TYPE_BINARY_PROTOCOL);
  g_type_class_ref (THRIFT_TYPE_COMPACT_PROTOCOL);
  g_type_class_ref (TW_TYPE_MESSAGE_TRANSPORT);
  g_type_class_ref (THRIFT_TYPE_APPLICATION_EXCEPTION);
  for (gsize i = 0; i < n; i++)
    {
      const GType type = types[i]();

      if (g_type_is_a (type, G_TYPE_OBJECT))
        g_type_class_ref (type);
    }
  tw_handler_error_init ();
}
