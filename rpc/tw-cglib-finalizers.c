/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-cglib-finalizers.h"

#include "tw-log.h"

#include <thrift/c_glib/thrift_application_exception.h>

typedef void (*Finalize) (GObject *object);

/* On a type: the finalizer that the compiler wrote. */
typedef struct
{
  Finalize finalize;
} Original;

static G_DEFINE_QUARK (tw-cglib-finalize, original)

/* On an object that is tried out: a gboolean that is set when GObject lets go of the object's data, as its finalizer
 * does. */
static G_DEFINE_QUARK (tw-cglib-finished, finished)

static void
note_finished (gpointer data)
{
  *(gboolean *) data = TRUE;
}

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

/* Finds out whether what was generated runs GObject's finalizer, and runs that where it does not. */
static void
finalize_trial (GObject *object)
{
  gboolean *chains_up = g_object_get_qdata (object, finished_quark ());

  finalize_as_generated (object);
  if (chains_up != NULL && !*chains_up)
    {
      g_object_steal_qdata (object, finished_quark ());
      finalize_as_gobject (object);
    }
}

/* Makes an object of @type and lets go of it. Returns whether GObject's finalizer has run. */
static gboolean
try_out (GType type)
{
  gboolean finished = FALSE;
  GObject *object = g_object_new (type, NULL);

  g_object_set_qdata_full (object, finished_quark (), &finished, note_finished);
  g_object_unref (object);
  return finished;
}

/* Asks the code itself rather than trusting what one version of the compiler did: freed twice would be worse than
 * never. */
static gboolean
mend_finalizer (GType type)
{
  GObjectClass *class = g_type_class_ref (type); /* and never lets go: generated types are static */
  GObjectClass *base = g_type_class_peek (G_TYPE_OBJECT);
  Original *original;

  if (class->finalize == base->finalize || g_type_get_qdata (type, original_quark ()) != NULL)
    return TRUE;
  original = g_new (Original, 1);
  original->finalize = class->finalize;
  g_type_set_qdata (type, original_quark (), original);
  class->finalize = finalize_trial;
  class->finalize = try_out (type) ? original->finalize : finalize_whole;
  return try_out (type);
}

/* An object whose finalizer sees whether its data are there before GObject's and gone after it: what a trial goes by. */
typedef struct
{
  GObject parent;
} Probe;

typedef struct
{
  GObjectClass parent_class;
  gboolean is_as_expected;
} ProbeClass;

static GType probe_get_type (void);

G_DEFINE_TYPE (Probe, probe, G_TYPE_OBJECT)

static void
probe_finalize (GObject *object)
{
  ProbeClass *class = (ProbeClass *) G_OBJECT_GET_CLASS (object);
  const gboolean *finished = g_object_get_qdata (object, finished_quark ());
  const gboolean there = finished != NULL && !*finished;

  finalize_as_gobject (object);
  class->is_as_expected = there && *finished;
}

static void
probe_class_init (ProbeClass *class)
{
}

static void
probe_init (Probe *probe)
{
}

/* Whether a finalizer that is put into a class later is the one that runs, and can see what GObject's does. */
static gboolean
can_be_tried_out (void)
{
  ProbeClass *class = g_type_class_ref (probe_get_type ());

  class->is_as_expected = FALSE;
  G_OBJECT_CLASS (class)->finalize = probe_finalize;
  return try_out (probe_get_type ()) && class->is_as_expected;
}

gboolean
tw_cglib_mend_finalizers (const TwGetTypeFunc *types, gsize n)
{
  gboolean all;

  if (!can_be_tried_out ())
    {
      tw_log_warning ("GObject does not finalize objects as it did: those of generated classes stay as they are, and may"
                      " leave memory behind");
      return FALSE;
    }
  all = mend_finalizer (THRIFT_TYPE_APPLICATION_EXCEPTION); /* the library's own, with the same fault */
  for (gsize i = 0; i < n; i++)
    {
      const GType type = types[i]();

      if (!g_type_is_a (type, G_TYPE_OBJECT) || G_TYPE_IS_ABSTRACT (type) || mend_finalizer (type))
        continue;
      tw_log_warning ("%s can't be finalized whole: its objects may leave memory behind", g_type_name (type));
      all = FALSE;
    }
  return all;
}
