/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-arguments.h"

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

static gboolean
is_tags (const TwField *field)
{
  return field->form == TW_FORM_IF_MATCH || field->form == TW_FORM_IF_NONE_MATCH;
}

static const char *
placeholder (const TwField *field)
{
  if (field->secret)
    return "FILE";
  if (is_tags (field))
    return "TAGS";
  switch (field->type->wire)
    {
    case TW_WIRE_BOOL:
      return "true|false";
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
    case TW_WIRE_DOUBLE:
      return "NUMBER";
    case TW_WIRE_STRING:
      return field->type->binary ? "BASE64" : "TEXT";
    case TW_WIRE_STOP:
    case TW_WIRE_STRUCT:
    case TW_WIRE_MAP:
    case TW_WIRE_SET:
    case TW_WIRE_LIST:
    default:
      return "JSON";
    }
}

static void
append_limit (GString *text, gboolean has, const char *relation, guint64 value, const char *unit)
{
  if (has)
    g_string_append_printf (text, "; %s %" G_GUINT64_FORMAT " %s%s", relation, value, unit, value == 1 ? "" : "s");
}

static void
append_bounds (GString *text, const TwField *field)
{
  if (field->type->wire == TW_WIRE_DOUBLE)
    {
      if (field->has_ge)
        g_string_append_printf (text, "; from %g", field->ge_real);
      if (field->has_le)
        g_string_append_printf (text, "; up to %g", field->le_real);
    }
  else
    {
      if (field->has_ge)
        g_string_append_printf (text, "; from %" G_GINT64_FORMAT, field->ge);
      if (field->has_le)
        g_string_append_printf (text, "; up to %" G_GINT64_FORMAT, field->le);
    }
}

static const char *
describe_format (int format)
{
  return format == TW_FORMAT_DATE        ? "a date as 2026-12-24"
         : format == TW_FORMAT_DATE_TIME ? "a time as 2026-12-24T10:00:00Z"
                                         : "a date as 2026-12-24, or a time as 2026-12-24T10:00:00Z";
}

static void
append_limits (GString *text, const TwField *field)
{
  const gboolean is_text = field->type->wire == TW_WIRE_STRING;
  const char *unit = !is_text ? "element" : field->type->binary ? "byte" : "character";

  append_limit (text, field->has_min_size, "at least", field->min_size, unit);
  append_limit (text, field->has_max_size, "at most", field->max_size, unit);
  append_limit (text, field->has_max_bytes, "at most", field->max_bytes, "byte");
  append_bounds (text, field);
  if (field->visible)
    g_string_append (text, "; with a character that can be seen");
  if (field->pattern != NULL)
    g_string_append_printf (text, "; matches %s", field->pattern);
  if (field->in != NULL)
    {
      g_autofree char *values = g_strjoinv (", ", field->in);

      g_string_append_printf (text, "; one of %s", values);
    }
  if (field->format != 0)
    g_string_append_printf (text, "; %s", describe_format (field->format));
  if (field->distinct)
    g_string_append (text, "; no two that differ in case and accents alone");
}

/* The doc comment, and every limit that the schema knows. */
static char *
describe (const TwField *field)
{
  GString *text = g_string_new (field->doc);
  const gboolean is_text = field->type->wire == TW_WIRE_STRING;

  for (char *at = text->str; *at != '\0'; at++)
    if (*at == '\n')
      *at = ' ';
  g_string_append (text, text->len > 0 ? " (" : "(");
  g_string_append (text, field->presence == TW_REQUIRED ? "required" : "optional");
  if (field->secret && field->presence == TW_REQUIRED)
    g_string_append (text, ", asked for at the terminal if not given");
  append_limits (text, field);
  if (field->elements != NULL)
    {
      g_autoptr (GString) each = g_string_new (NULL);

      append_limits (each, field->elements);
      g_string_append_printf (text, "; each element:%s", each->str + strlen (";"));
    }
  if (field->fallback.set && (!is_text || field->fallback.string[0] != '\0'))
    {
      if (is_text)
        g_string_append_printf (text, "; default %s", field->fallback.string);
      else if (field->type->wire == TW_WIRE_DOUBLE)
        g_string_append_printf (text, "; default %g", field->fallback.real);
      else if (field->type->wire == TW_WIRE_BOOL)
        g_string_append_printf (text, "; default %s", field->fallback.integer != 0 ? "true" : "false");
      else
        g_string_append_printf (text, "; default %" G_GINT64_FORMAT, field->fallback.integer);
    }
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static void
add_slot (TwArguments *arguments, const TwField *argument, const TwField *field)
{
  Slot slot = { .argument = argument, .field = field };
  const TwField *value = slot_field (&slot);

  /* What is a header elsewhere is called as people know it. */
  slot.option = g_strdup (value->form != TW_FORM_PLAIN ? value->source_name : value->name);
  slot.description = describe (slot_field (&slot));
  slot.placeholder = g_strdup (placeholder (slot_field (&slot)));
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
  if (is_tags (slot_field (slot)))
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
        json_object_set_new (into, slot_field (slot)->name, value);
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
