/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-handler-error.h"

#include <thrift/c_glib/thrift_application_exception.h>

/* On the type: what was there before. */
typedef struct
{
  void (*set_property) (GObject *object, guint id, const GValue *value, GParamSpec *spec);
} Original;

/* Generated code takes no user data along: the thread is all that joins a processor's call and its exception. */
static _Thread_local GError **watched;
static _Thread_local GError *kept;

static G_DEFINE_QUARK (tw-handler-error-set-property, original)

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  const Original *original = g_type_get_qdata (THRIFT_TYPE_APPLICATION_EXCEPTION, original_quark ());

  if (watched != NULL && *watched != NULL && kept == NULL)
    kept = g_error_copy (*watched);
  original->set_property (object, id, value, spec);
}

void
tw_handler_error_init (void)
{
  GObjectClass *class = g_type_class_ref (THRIFT_TYPE_APPLICATION_EXCEPTION);
  Original *original;

  if (g_type_get_qdata (THRIFT_TYPE_APPLICATION_EXCEPTION, original_quark ()) != NULL)
    return;
  original = g_new (Original, 1);
  original->set_property = class->set_property;
  g_type_set_qdata (THRIFT_TYPE_APPLICATION_EXCEPTION, original_quark (), original);
  class->set_property = set_property;
}

void
tw_handler_error_begin (GError **error)
{
  watched = error;
  g_clear_error (&kept);
}

GError *
tw_handler_error_end (void)
{
  watched = NULL;
  return g_steal_pointer (&kept);
}
