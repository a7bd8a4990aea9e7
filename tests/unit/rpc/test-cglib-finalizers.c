/* SPDX-License-Identifier: Apache-2.0 */

/* What mending finalizers relies on, of GObject and of Thrift's compiler; and that nothing is mended where that is not
 * so. */

#include "tw-cglib-finalizers.h"

#include "tw-generated-types.h"

static void
note_gone (gpointer data)
{
  *(guint *) data += 1;
}

/* The data of the last object that was finalized badly. */
static GData *left_behind;

/* How often GObject lets go of the data of an object of @type. */
static guint
times_let_go (GType type)
{
  GObject *object = g_object_new (type, NULL);
  guint n = 0, times;

  g_object_set_data_full (object, "gone", &n, note_gone);
  g_object_unref (object);
  times = n;
  /* It would be nobody's. */
  if (times == 0)
    g_datalist_clear (&left_behind);
  return times;
}

static void
test_generated (void)
{
  g_assert_true (tw_cglib_mend_finalizers (tw_generated_types, TW_N_GENERATED_TYPES));
  for (gsize i = 0; i < TW_N_GENERATED_TYPES; i++)
    {
      const GType type = tw_generated_types[i]();

      if (!g_type_is_a (type, G_TYPE_OBJECT) || G_TYPE_IS_ABSTRACT (type))
        continue;
      g_test_message ("%s", g_type_name (type));
      g_assert_cmpuint (times_let_go (type), ==, 1);
    }
}

/* A class as the compiler writes it, and one as it should. */

typedef void (*Finalize) (GObject *object);

static guint finalized;

static void
finalize_badly (GObject *object)
{
  left_behind = object->qdata;
  finalized++;
}

static void
finalize_well (GObject *object)
{
  GObjectClass *base = g_type_class_peek (G_TYPE_OBJECT);

  finalized++;
  base->finalize (object);
}

static void
init_badly (gpointer class, gpointer data)
{
  G_OBJECT_CLASS (class)->finalize = finalize_badly;
}

static void
init_well (gpointer class, gpointer data)
{
  G_OBJECT_CLASS (class)->finalize = finalize_well;
}

static GType
make_type (const char *name, GClassInitFunc init)
{
  const GTypeInfo info = {
    .class_size = sizeof (GObjectClass),
    .class_init = init,
    .instance_size = sizeof (GObject),
  };

  return g_type_register_static (G_TYPE_OBJECT, name, &info, 0);
}

static GType
bad_get_type (void)
{
  const GType known = g_type_from_name ("TestFinalizedBadly");

  return known != 0 ? known : make_type ("TestFinalizedBadly", init_badly);
}

static GType
good_get_type (void)
{
  const GType known = g_type_from_name ("TestFinalizedWell");

  return known != 0 ? known : make_type ("TestFinalizedWell", init_well);
}

static const TwGetTypeFunc both[] = { bad_get_type, good_get_type };

static Finalize
finalizer_of (TwGetTypeFunc get_type)
{
  GObjectClass *class = g_type_class_ref (get_type ());

  return class->finalize;
}

static void
test_left_alone (void)
{
  g_assert_cmpuint (times_let_go (bad_get_type ()), ==, 0);
  g_assert_true (tw_cglib_mend_finalizers (both, G_N_ELEMENTS (both)));
  g_assert_true (finalizer_of (bad_get_type) != finalize_badly);
  g_assert_true (finalizer_of (good_get_type) == finalize_well);
  for (gsize i = 0; i < G_N_ELEMENTS (both); i++)
    {
      finalized = 0;
      g_assert_cmpuint (times_let_go (both[i]()), ==, 1);
      g_assert_cmpuint (finalized, ==, 1);
    }
}

/* GObject as it may be one day: in the place of its finalizer, or of what comes before that. */

static Finalize finalize_object;

/* Nobody is told that the data are let go of. */
static void
finalize_silently (GObject *object)
{
  g_object_steal_qdata (object, g_quark_try_string ("tw-cglib-finished"));
  finalize_object (object);
}

static void
let_go_early (GObject *object)
{
  g_datalist_clear (&object->qdata);
}

static void
assert_nothing_is_mended (void)
{
  g_assert_false (tw_cglib_mend_finalizers (both, G_N_ELEMENTS (both)));
  g_assert_true (finalizer_of (bad_get_type) == finalize_badly);
  g_assert_true (finalizer_of (good_get_type) == finalize_well);
}

static void
test_data_that_stay (void)
{
  GObjectClass *base = g_type_class_ref (G_TYPE_OBJECT);

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr ("*level=warning*GObject does not finalize objects as it did*");
      return;
    }
  finalize_object = base->finalize;
  base->finalize = finalize_silently;
  assert_nothing_is_mended ();
}

static void
test_data_that_go_early (void)
{
  GObjectClass *base = g_type_class_ref (G_TYPE_OBJECT);

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr ("*level=warning*GObject does not finalize objects as it did*");
      return;
    }
  base->dispose = let_go_early;
  assert_nothing_is_mended ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cglib-finalizers/every-generated-object-is-let-go-of-once", test_generated);
  g_test_add_func ("/cglib-finalizers/a-class-that-chains-up-is-left-alone", test_left_alone);
  g_test_add_func ("/cglib-finalizers/nothing-is-mended-where-gobject-keeps-data", test_data_that_stay);
  g_test_add_func ("/cglib-finalizers/nothing-is-mended-where-gobject-lets-go-early", test_data_that_go_early);
  return g_test_run ();
}
