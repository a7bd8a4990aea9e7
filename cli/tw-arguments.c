/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-arguments.h"

#include "tw-argument-text.h"
#include "tw-error.h"
#include "tw-etag.h"
#include "tw-json-load.h"
#include "tw-secret.h"

#include <string.h>

typedef struct
{
  const TwField *argument; /* of the method */
  const TwField *field;    /* of the argument's struct; NULL where the argument itself is the value */
  char *option;
  char *description;
  char *placeholder;
  char *text; /* what was given, or NULL */
} Slot;

struct _TwArguments
{
  const TwMethod *method;
  GArray *slots;
  GArray *entries;
  const char *key; /* a slot's */
};

static const TwField *
slot_field (const Slot *slot)
{
  return slot->field != NULL ? slot->field : slot->argument;
}

static void
slot_clear (gpointer data)
{
  Slot *slot = data;

  g_free (slot->option);
  g_free (slot->description);
  g_free (slot->placeholder);
  g_free (slot->text);
}

static void
add_slot (TwArguments *arguments, const TwField *argument, const TwField *field)
{
  Slot slot = { .argument = argument, .field = field };
  const TwField *value = slot_field (&slot);

  /* What is a header elsewhere is called as people know it. */
  slot.option = g_strdup (value->form != TW_FORM_PLAIN ? value->source_name : value->name);
  slot.description = tw_argument_describe (slot_field (&slot));
  slot.placeholder = g_strdup (tw_argument_placeholder (slot_field (&slot)));
  g_array_append_val (arguments->slots, slot);
}

/* Where two fields have one name, each is called by its argument's too. */
static void
tell_apart (GArray *slots)
{
  for (guint i = 0; i < slots->len; i++)
    {
      Slot *slot = &g_array_index (slots, Slot, i);

      for (guint j = 0; j < slots->len; j++)
        if (i != j && slot->field != NULL && slot->field->form == TW_FORM_PLAIN
            && slot_field (&g_array_index (slots, Slot, j))->form == TW_FORM_PLAIN
            && strcmp (slot->field->name, slot_field (&g_array_index (slots, Slot, j))->name) == 0)
          {
            g_free (slot->option);
            slot->option = g_strconcat (slot->argument->name, ".", slot->field->name, NULL);
            break;
          }
    }
}

TwArguments *
tw_arguments_new (const TwMethod *method)
{
  TwArguments *arguments = g_new0 (TwArguments, 1);

  arguments->method = method;
  arguments->slots = g_array_new (FALSE, FALSE, sizeof (Slot));
  g_array_set_clear_func (arguments->slots, slot_clear);
  for (guint i = 0; i < method->arguments->n_fields; i++)
    {
      const TwField *argument = &method->arguments->fields[i];
      const TwStruct *structure = argument->type->wire == TW_WIRE_STRUCT ? argument->type->structure : NULL;

      for (guint j = 0; structure != NULL && j < structure->n_fields; j++)
        if (structure->fields[j].source != TW_SOURCE_MADE)
          add_slot (arguments, argument, &structure->fields[j]);
      if (structure == NULL)
        add_slot (arguments, argument, NULL);
    }
  tell_apart (arguments->slots);

  /* The slots stay where they are from here on: the entries point into them. */
  arguments->entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  for (guint i = 0; i < arguments->slots->len; i++)
    {
      Slot *slot = &g_array_index (arguments->slots, Slot, i);
      GOptionEntry entry = { .arg = G_OPTION_ARG_FILENAME }; /* bytes as they came, whatever the locale */

      if (slot_field (slot)->secret)
        {
          char *option = g_strconcat (slot->option, "-file", NULL);

          g_free (slot->option);
          slot->option = option;
        }
      entry.long_name = slot->option;
      entry.description = slot->description;
      entry.arg_description = slot->placeholder;
      entry.arg_data = &slot->text;
      g_array_append_val (arguments->entries, entry);
    }
  return arguments;
}

void
tw_arguments_free (TwArguments *arguments)
{
  g_array_unref (arguments->slots);
  g_array_unref (arguments->entries);
  g_free (arguments);
}

const GOptionEntry *
tw_arguments_entries (TwArguments *arguments)
{
  return (const GOptionEntry *) (gpointer) arguments->entries->data;
}

/* A secret's value: from its file, else from the person at the terminal where it has to be there. */
static gboolean
read_secret (const Slot *slot, json_t **value, GError **error)
{
  const TwField *field = slot_field (slot);
  char *secret;

  if (slot->text == NULL && field->presence != TW_REQUIRED)
    return TRUE;
  secret = slot->text != NULL ? tw_secret_read_file (slot->text, error) : tw_secret_ask (field->name, error);
  if (secret == NULL)
    return FALSE;
  *value = json_string (secret);
  tw_secret_free (secret);
  return TRUE;
}

/* A list as in the header, or one tag as it stands: `3` as well as `"3", "4"`. A weak tag is that of nothing. */
static json_t *
read_tags (const TwField *field, const char *text)
{
  json_t *tags = json_array ();
  gsize left = strlen (text);
  const char *at = text;
  TwEtagStep step;
  TwEtag tag;

  while ((step = tw_etag_step (&at, &left, &tag)) == TW_ETAG_FOUND)
    if (!tag.weak || field->form != TW_FORM_IF_MATCH)
      json_array_append_new (tags, tag.any ? json_string ("*") : json_stringn (tag.text, tag.length));
  if (step == TW_ETAG_END)
    return tags;
  json_decref (tags);
  return json_pack ("[s]", text);
}

/* Text stays text; anything else is JSON, and where it is not, a string, which the limits' check then refuses with the
 * word for what it should have been. */
static gboolean
read_value (const Slot *slot, json_t **value, GError **error)
{
  if (slot_field (slot)->secret)
    return read_secret (slot, value, error);
  if (slot->text == NULL)
    return TRUE;
  if (tw_argument_is_tags (slot_field (slot)))
    *value = read_tags (slot_field (slot), slot->text);
  else if (slot_field (slot)->type->wire != TW_WIRE_STRING)
    *value = tw_json_load (slot->text, strlen (slot->text), JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
  if (*value == NULL)
    *value = json_string (slot->text);
  if (*value == NULL)
    g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "--%s must be UTF-8", slot->option);
  return *value != NULL;
}

/* Makes a key where none was given, so that the call may be sent again. */
static void
choose_key (TwArguments *arguments)
{
  for (guint i = 0; i < arguments->slots->len; i++)
    {
      Slot *slot = &g_array_index (arguments->slots, Slot, i);

      if (slot_field (slot)->form != TW_FORM_KEY)
        continue;
      if (slot->text == NULL)
        slot->text = g_uuid_string_random ();
      arguments->key = slot->text;
    }
}

const char *
tw_arguments_key (const TwArguments *arguments)
{
  return arguments->key;
}

json_t *
tw_arguments_to_json (TwArguments *arguments, GError **error)
{
  json_t *object = json_object ();

  choose_key (arguments);
  for (guint i = 0; i < arguments->slots->len; i++)
    {
      const Slot *slot = &g_array_index (arguments->slots, Slot, i);
      json_t *value = NULL, *into = object;

      if (slot->field != NULL)
        {
          into = json_object_get (object, slot->argument->name);
          if (into == NULL)
            json_object_set_new (object, slot->argument->name, into = json_object ());
        }
      if (!read_value (slot, &value, error))
        {
          json_decref (object);
          return NULL;
        }
      if (value != NULL)
        json_object_set_new (into, slot_field (slot)->json_name, value);
    }
  return object;
}

/* How long the part of @location is that names the slot: of "task.name[2]" it is "task.name". Behind it comes nothing,
 * a member or an element. 0 where @location names another one. */
static gsize
match_slot (const Slot *slot, const char *location)
{
  g_autofree char *name = slot->field != NULL ? g_strconcat (slot->argument->name, ".", slot->field->name, NULL)
                                              : g_strdup (slot->argument->name);
  gsize length = strlen (name);

  return g_str_has_prefix (location, name) && strchr (".[", location[length]) != NULL ? length : 0;
}

static void
append_location (GString *text, const TwArguments *arguments, const char *location)
{
  for (guint i = 0; i < arguments->slots->len; i++)
    {
      const Slot *slot = &g_array_index (arguments->slots, Slot, i);
      gsize length = match_slot (slot, location);

      if (length == 0)
        continue;
      if (slot_field (slot)->secret)
        g_string_append (text, slot_field (slot)->name);
      else
        g_string_append_printf (text, "--%s%s", slot->option, location + length);
      return;
    }
  g_string_append (text, location);
}

char *
tw_arguments_explain (const TwArguments *arguments, const TwProblems *problems)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < tw_problems_count (problems); i++)
    {
      const TwProblem *problem = tw_problems_get (problems, i);

      g_string_append (text, i > 0 ? "; " : "");
      append_location (text, arguments, problem->location);
      g_string_append_printf (text, " %s", problem->detail);
    }
  return g_string_free (text, FALSE);
}
