/* SPDX-License-Identifier: Apache-2.0 */

/* Which index serves which walk, by MongoDB's rules for sorts
 * (https://www.mongodb.com/docs/manual/tutorial/sort-results-with-indexes/): the fields before those of the sort are each
 * one of a few values, the sort's follow in their order, all of them in the index's direction or none, and what a partial
 * index asks for stands in the filter. The servers that tests have don't tell how they do it. */

#include "tw-task-query-mongo.h"

#include <string.h>

#define LIST "0123456789abcdef01234567"

/* Whether the filter has the field as one of a few values. */
static gboolean
is_fixed (const bson_t *filter, const char *field)
{
  bson_iter_t iter, inside;

  if (!bson_iter_init_find (&iter, filter, field))
    return FALSE;
  if (!BSON_ITER_HOLDS_DOCUMENT (&iter))
    return TRUE;
  return (bson_iter_recurse (&iter, &inside) && bson_iter_find (&inside, "$in"))
         || (bson_iter_recurse (&iter, &inside) && bson_iter_find (&inside, "$eq"));
}

static gboolean
has_to_be_there (const bson_t *filter, const char *field)
{
  bson_iter_t iter, inside;

  if (bson_iter_init_find (&iter, filter, field) && BSON_ITER_HOLDS_NULL (&iter))
    return FALSE;
  return is_fixed (filter, field)
         || (bson_iter_init_find (&iter, filter, field) && bson_iter_recurse (&iter, &inside)
             && bson_iter_find (&inside, "$exists") && bson_iter_bool (&inside));
}

static gboolean
serves (const TwMongoIndex *index, const bson_t *filter, bson_iter_t sort)
{
  g_autoptr (TwBson) keys = bson_new_from_json ((const guint8 *) index->keys, -1, NULL);
  bson_iter_t key;
  gint64 direction = 0;
  gboolean left;

  if (strcmp (index->collection, "tasks") != 0
      || (index->partial != NULL && !has_to_be_there (filter, index->partial)))
    return FALSE;
  g_assert_true (bson_iter_init (&key, keys));
  left = bson_iter_next (&sort);
  while (left && bson_iter_next (&key))
    {
      if (strcmp (bson_iter_key (&key), bson_iter_key (&sort)) == 0)
        {
          const gint64 way = bson_iter_as_int64 (&key) * bson_iter_as_int64 (&sort);

          if (direction != 0 && way != direction)
            return FALSE;
          direction = way;
          left = bson_iter_next (&sort);
        }
      else if (direction != 0 || !is_fixed (filter, bson_iter_key (&key)))
        return FALSE;
    }
  return !left;
}

static void
assert_served (const TwTaskQuery *query, const TwTaskWalk *walk)
{
  g_autoptr (TwBson) filter = tw_task_query_walk (query, walk), options = tw_task_query_page (walk, 0, 50);
  g_autofree char *json = bson_as_canonical_extended_json (filter, NULL);
  bson_iter_t iter, sort;

  g_assert_true (bson_iter_init_find (&iter, options, "sort") && bson_iter_recurse (&iter, &sort));
  for (guint i = 0; i < TW_TASK_INDEXES; i++)
    if (serves (&tw_task_query_indexes[i], filter, sort))
      return;
  g_error ("no index serves a walk of kind %u by key %u: %s", walk->kind, walk->key, json);
}

static void
test_every_walk_has_an_index (void)
{
  static const TwTaskFilter filters[] = {
    { .done = TW_DONE_ANY },
    { .done = TW_DONE_ONLY },
    { .list = TW_LIST_NONE, .done = TW_OPEN_ONLY },
    { .list = TW_LIST_ONE, .list_id = LIST },
    { .list = TW_LIST_ONE, .list_id = LIST, .done = TW_OPEN_ONLY },
  };
  static const TwTaskKey keys[] = { TW_TASK_BY_DUE, TW_TASK_BY_PRIORITY, TW_TASK_BY_NAME, TW_TASK_BY_POSITION };
  static const TwTaskPosition place
      = { .created_ms = 5, .id = LIST, .is_set = TRUE, .number = 2, .real = 2, .text = "a name" };

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      const TwTaskQuery query = { .user_id = "ann", .filter = filters[i] };

      for (guint kind = TW_TASK_WALK_NEWEST; kind <= TW_TASK_WALK_UNSET; kind++)
        for (guint j = 0; j < G_N_ELEMENTS (keys); j++)
          {
            assert_served (&query, &(TwTaskWalk) { kind, keys[j], .low = kind == TW_TASK_WALK_TIES ? &place : NULL });
            assert_served (&query, &(TwTaskWalk) { kind, keys[j], .behind = &place, .low = &place, .high = &place });
          }
    }
}

static void
test_walks_of_several_lists_have_an_index (void)
{
  static const TwTaskSource others[] = { { LIST, "bob" }, { "bbbbbbbbbbbbbbbbbbbbbbbb", "cyd" } };
  static const TwTaskKey keys[] = { TW_TASK_BY_DUE, TW_TASK_BY_PRIORITY, TW_TASK_BY_NAME, TW_TASK_BY_POSITION };

  for (guint done = TW_DONE_ANY; done <= TW_OPEN_ONLY; done++)
    for (guint kind = TW_TASK_WALK_NEWEST; kind <= TW_TASK_WALK_UNSET; kind++)
      for (guint j = 0; j < G_N_ELEMENTS (keys); j++)
        {
          const TwTaskQuery query = { .filter.done = done, .others = others, .n_others = G_N_ELEMENTS (others) };
          const TwTaskPosition place = { .is_set = TRUE, .number = 2, .real = 2, .text = "a name" };
          const TwTaskWalk walk = { .kind = kind, .key = keys[j], .low = kind == TW_TASK_WALK_TIES ? &place : NULL };
          g_autoptr (TwBson) filter = tw_task_query_walk (&query, &walk);

          assert_served (&query, &walk);
          g_assert_false (bson_has_field (filter, "userId"));
          g_assert_true (bson_has_field (filter, "listId.$in.1"));
        }
}

/* What is looked for by one field is at the head of an index; all of a kind are looked for by when they were made, which
 * tombstones were not. An id is its document's. */
static void
test_every_query_of_records_has_an_index (void)
{
  static const struct
  {
    const TwRecordType *type;
    const char *field;
  } asked[] = {
    { &tw_task_type, "listId" },         { &tw_member_type, "listId" },     { &tw_member_type, "formerListId" },
    { &tw_member_type, "userId" },       { &tw_member_type, "guestId" },    { &tw_invitation_type, "listId" },
    { &tw_invitation_type, "codeHash" }, { &tw_chore_type, "createdOn" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (asked); i++)
    {
      g_autofree char *head = g_strdup_printf ("{\"%s\": 1", asked[i].field);
      gboolean found = FALSE;

      for (guint k = 0; k < TW_TASK_INDEXES; k++)
        found = found
                || (strcmp (tw_task_query_indexes[k].collection, asked[i].type->collection) == 0
                    && g_str_has_prefix (tw_task_query_indexes[k].keys, head));
      if (!found)
        g_error ("no index of %s begins with %s", asked[i].type->collection, asked[i].field);
    }
}

/* A bound that is no first moment of a day is the text of its time. */
static void
test_bounds_are_texts (void)
{
  static const struct
  {
    gint64 number;
    const char *text;
  } bounds[] = { { 0, "1970-01-01" },
                 { 2, "1970-01-01T00:00:00.001Z" },
                 { 2 * G_GINT64_CONSTANT (1798070400000), "2026-12-24" },
                 { G_MININT64, "0001-01-01" },
                 { G_MAXINT64, "9999-12-31T23:59:59.999Z" } };

  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      const TwTaskQuery query = { .user_id = "ann" };
      const TwTaskPosition low = { .is_set = TRUE, .number = bounds[i].number };
      g_autoptr (TwBson) filter = tw_task_query_walk (&query, &(TwTaskWalk) { TW_TASK_WALK_KEYS, TW_TASK_BY_DUE, .low = &low });
      bson_iter_t iter, inside;

      g_assert_true (bson_iter_init (&iter, filter) && bson_iter_find_descendant (&iter, "dueOn.$gte", &inside));
      g_assert_cmpstr (bson_iter_utf8 (&inside, NULL), ==, bounds[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-query-mongo/every-walk-has-an-index", test_every_walk_has_an_index);
  g_test_add_func ("/task-query-mongo/walks-of-several-lists-have-an-index", test_walks_of_several_lists_have_an_index);
  g_test_add_func ("/task-query-mongo/every-query-of-records-has-an-index", test_every_query_of_records_has_an_index);
  g_test_add_func ("/task-query-mongo/bounds-are-texts", test_bounds_are_texts);
  return g_test_run ();
}
