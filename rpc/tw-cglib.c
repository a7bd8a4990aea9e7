/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-cglib.h"

#include "tw-handler-error.h"
#include "tw-message-transport.h"

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/thrift_application_exception.h>

/* On a type: the finalizer that the compiler wrote. */
typedef struct
{
  void (*finalize) (GObject *object);
} Original;

static G_DEFINE_QUARK (tw-cglib-finalize, original)

/* On an object: a gboolean that is set when GObject's finalizer has run. */
static G_DEFINE_QUARK (tw-cglib-finished, finished)

static void
finalize_as_gobject (GObject *object)
{
  GObjectClass *base = g_type_class_peek (G_TYPE_OBJECT);

  base->finalize (object);
}

/* What was generated for @object's class or, if that is a subclass written by hand which chained up to here, for its
 * parent. */
static void
finalize_as_generated (GObject *object)
{
  const Original *original = NULL;

  for (GType type = G_OBJECT_TYPE (object); original == NULL; type = g_type_parent (type))
    original = g_type_get_qdata (type, original_quark ());
  original->finalize (object);
}

static void
finalize_whole (GObject *object)
{
  finalize_as_generated (object);
  finalize_as_gobject (object);
}

static void
note_finished (gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* Finalizes a trial object: GObject's finalizer drops the object's data, which tells whether the generated one chains
 * up to it. */
static void
finalize_trial (GObject *object)
{
  gboolean *chains_up = g_object_get_qdata (object, finished_quark ());

  finalize_as_generated (object);
  if (!*chains_up)
    {
      g_object_steal_qdata (object, finished_quark ());
      finalize_as_gobject (object);
    }
}

/* Asks the code itself rather than trusting what one version of the compiler did: freed twice would be worse than
 * never. */
static void
mend_finalizer (GType type)
{
  GObjectClass *class = g_type_class_ref (type); /* and never lets go: generated types are static */
  GObjectClass *base = g_type_class_peek (G_TYPE_OBJECT);
  Original *original;
  gboolean chains_up = FALSE;
  GObject *trial;

  if (class->finalize == base->finalize || g_type_get_qdata (type, original_quark ()) != NULL)
    return;
  original = g_new (Original, 1);
  original->finalize = class->finalize;
  g_type_set_qdata (type, original_quark (), original);
  class->finalize = finalize_trial;
  trial = g_object_new (type, NULL);
  g_object_set_qdata_full (trial, finished_quark (), &chains_up, note_finished);
  g_object_unref (trial);
  class->finalize = chains_up ? original->finalize : finalize_whole;
}

void
tw_cglib_init (const TwGetTypeFunc *types, gsize n)
{
  /* The classes too, for ever: making one is no more thread-safe in what it calls than registering a type is. */
  g_type_class_ref (THRIFT_TYPE_BINARY_PROTOCOL);
  g_type_class_ref (THRIFT_TYPE_COMPACT_PROTOCOL);
  g_type_class_ref (TW_TYPE_MESSAGE_TRANSPORT);
  mend_finalizer (THRIFT_TYPE_APPLICATION_EXCEPTION); /* the library's own, with the same fault */
  for (gsize i = 0; i < n; i++)
    {
      GType type = types[i]();

      if (g_type_is_a (type, G_TYPE_OBJECT) && !G_TYPE_IS_ABSTRACT (type))
        mend_finalizer (type);
    }
  tw_handler_error_init ();
}
