/* SPDX-License-Identifier: Apache-2.0 */

/* What the edge takes a service takes, and what a service refuses the edge refuses: random arguments, right and wrong
 * ones, are made as JSON and as bytes at once, and both ways must judge them alike. A failure names its seed. */

#include "address-book.h"
#include "schemas.h"
#include "tw-bind.h"
#include "tw-check.h"
#include "tw-inputs.h"
#include "tw-writer.h"

#include <string.h>

#define ROUNDS 3000

typedef struct
{
  GRand *random;
  TwWriter writer;
} Maker;

static json_t *make_struct (Maker *maker, const TwStruct *structure, gboolean arguments);
static json_t *make_value (Maker *maker, const TwField *field);

static gboolean
one_in (Maker *maker, gint n)
{
  return g_rand_int_range (maker->random, 0, n) == 0;
}

/* Often just at, below or above @limit, which may be absent. */
static gsize
near (Maker *maker, gboolean has_limit, guint64 limit)
{
  gint around = g_rand_int_range (maker->random, -1, 2);

  if (!has_limit || limit > 600 || one_in (maker, 3))
    return (gsize) g_rand_int_range (maker->random, 0, 6);
  return (gsize) MAX (0, (gint) limit + around);
}

static gsize
choose_size (Maker *maker, const TwField *field)
{
  return one_in (maker, 2) ? near (maker, field->has_min_size, field->min_size)
                           : near (maker, field->has_max_size, field->max_size);
}

static json_t *
make_text (Maker *maker, const TwField *field)
{
  static const char *const pieces[] = { "a", "Z", "7", "+49123", "@", ".", "\n", "\x1f", "\xc2\x9b", " ", "\u200b", "é", "€", "\U0001F600" };
  g_autoptr (GString) text = g_string_new (NULL);
  gsize n = field->has_max_bytes && one_in (maker, 2) ? near (maker, TRUE, field->max_bytes) : choose_size (maker, field);

  if (field->in != NULL && !one_in (maker, 3))
    g_string_append (text, field->in[g_rand_int_range (maker->random, 0, (gint) g_strv_length (field->in))]);
  else
    for (gsize i = 0; i < n; i++)
      g_string_append (text, one_in (maker, 4) ? pieces[g_rand_int_range (maker->random, 0, G_N_ELEMENTS (pieces))] : "b");
  /* An empty text that stands for an absent one is taken by services alone, for old clients. */
  if (text->len == 0 && field->fallback.set)
    g_string_append_c (text, 'b');
  tw_writer_string (&maker->writer, text->str, text->len);
  return json_stringn (text->str, text->len);
}

static json_t *
make_binary (Maker *maker, const TwField *field)
{
  gsize n = choose_size (maker, field);
  g_autofree guint8 *bytes = g_new0 (guint8, n + 1);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) g_rand_int_range (maker->random, 0, 256);
  tw_writer_string (&maker->writer, bytes, n);
  text = g_base64_encode (bytes, n);
  return json_string (text);
}

static json_t *
make_integer (Maker *maker, const TwField *field)
{
  gint64 lowest = field->type->wire == TW_WIRE_BYTE  ? G_MININT8
                  : field->type->wire == TW_WIRE_I16 ? G_MININT16
                  : field->type->wire == TW_WIRE_I32 ? G_MININT32
                                                     : G_MININT64;
  gint64 near_to = one_in (maker, 2) ? field->ge : field->le;
  gint64 value = one_in (maker, 8) ? lowest : one_in (maker, 8) ? -(lowest + 1) : near_to;

  if (value > lowest && value < -(lowest + 1))
    value += g_rand_int_range (maker->random, -1, 2);
  if (field->type->wire == TW_WIRE_BYTE)
    tw_writer_byte (&maker->writer, (gint8) value);
  else if (field->type->wire == TW_WIRE_I16)
    tw_writer_i16 (&maker->writer, (gint16) value);
  else if (field->type->wire == TW_WIRE_I32)
    tw_writer_i32 (&maker->writer, (gint32) value);
  else
    tw_writer_i64 (&maker->writer, value);
  return json_integer (value);
}

static json_t *
make_real (Maker *maker, const TwField *field)
{
  double value = (one_in (maker, 2) ? field->ge_real : field->le_real) + g_rand_int_range (maker->random, -1, 2) * 0.125;

  tw_writer_double (&maker->writer, value);
  return json_real (value);
}

static json_t *
make_array (Maker *maker, const TwField *field)
{
  const TwField element = { .type = field->type->element };
  guint32 n = (guint32) choose_size (maker, field);
  json_t *array = json_array ();

  if (field->type->wire == TW_WIRE_SET)
    tw_writer_set (&maker->writer, element.type->wire, n);
  else
    tw_writer_list (&maker->writer, element.type->wire, n);
  for (guint32 i = 0; i < n; i++)
    json_array_append_new (array, make_value (maker, &element));
  return array;
}

/* Keys that differ: JSON, as it is read here, knows no others. */
static json_t *
make_map (Maker *maker, const TwField *field)
{
  const TwField element = { .type = field->type->element };
  guint32 n = (guint32) choose_size (maker, field);
  json_t *object = json_object ();

  tw_writer_map (&maker->writer, field->type->key->wire, element.type->wire, n);
  for (guint32 i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      if (field->type->key->wire == TW_WIRE_STRING)
        tw_writer_string (&maker->writer, key, strlen (key));
      else
        tw_writer_i32 (&maker->writer, (gint32) i);
      json_object_set_new (object, key, make_value (maker, &element));
    }
  return object;
}

static json_t *
make_value (Maker *maker, const TwField *field)
{
  gboolean truth;

  switch (field->type->wire)
    {
    case TW_WIRE_BOOL:
      truth = one_in (maker, 2);
      tw_writer_bool (&maker->writer, truth);
      return json_boolean (truth);
    case TW_WIRE_BYTE:
    case TW_WIRE_I16:
    case TW_WIRE_I32:
    case TW_WIRE_I64:
      return make_integer (maker, field);
    case TW_WIRE_DOUBLE:
      return make_real (maker, field);
    case TW_WIRE_STRING:
      return field->type->binary ? make_binary (maker, field) : make_text (maker, field);
    case TW_WIRE_LIST:
    case TW_WIRE_SET:
      return make_array (maker, field);
    case TW_WIRE_MAP:
      return make_map (maker, field);
    case TW_WIRE_STRUCT:
      return make_struct (maker, field->type->structure, FALSE);
    case TW_WIRE_STOP:
    default:
      g_assert_not_reached ();
    }
}

static json_t *
make_struct (Maker *maker, const TwStruct *structure, gboolean arguments)
{
  json_t *object = json_object ();
  guint chosen = structure->is_union ? (guint) g_rand_int_range (maker->random, 0, (gint) structure->n_fields) : 0;

  tw_writer_struct_begin (&maker->writer);
  for (guint i = 0; i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];
      /* A struct argument is always there, a union has most often one member, what is required seldom lacks. */
      gboolean there = arguments && field->type->wire == TW_WIRE_STRUCT ? TRUE
                       : structure->is_union                           ? (i == chosen) != one_in (maker, 12)
                       : field->presence == TW_REQUIRED                ? !one_in (maker, 25)
                                                                       : one_in (maker, 2);

      /* With a key goes what is made of all the rest, and is no matter of limits. */
      if (!there || field->form == TW_FORM_KEY || field->source == TW_SOURCE_MADE)
        continue;
      tw_writer_field (&maker->writer, field->type->wire, field->id);
      json_object_set_new (object, field->json_name, make_value (maker, field));
    }
  tw_writer_struct_end (&maker->writer);
  return object;
}

/* As a request brings them: what has a source of its own as text, the rest as a body. */

typedef struct
{
  const TwMethod *method;
  json_t *arguments;
  char *text; /* the last that was looked up */
} Carrier;

static json_t *
value_of (const Carrier *carrier, TwSource source, const char *name)
{
  TwInputs inputs = TW_INPUTS_INIT (carrier->method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->source == source && strcmp (field->source_name, name) == 0)
      {
        const TwField *argument = &inputs.arguments->fields[inputs.argument];
        json_t *owner = inputs.field > 0 ? json_object_get (carrier->arguments, argument->json_name) : NULL;

        return json_object_get (owner != NULL ? owner : carrier->arguments, field->json_name);
      }
  return NULL;
}

static const char *
look_up (gpointer request, TwSource source, const char *name, gsize *length)
{
  Carrier *carrier = request;
  json_t *value = value_of (carrier, source, name);

  if (value == NULL)
    return NULL;
  g_free (carrier->text);
  carrier->text = json_is_string (value) ? g_strdup (json_string_value (value)) : json_dumps (value, JSON_ENCODE_ANY);
  *length = strlen (carrier->text);
  return carrier->text;
}

static gboolean
is_repeated (gpointer request, TwSource source, const char *name)
{
  return FALSE;
}

static void
each_query (gpointer request, void (*found) (const char *name, gpointer user_data), gpointer user_data)
{
}

static json_t *
body_of (const TwMethod *method, const json_t *arguments)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  json_t *body = json_object ();
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    {
      const TwField *argument = &inputs.arguments->fields[inputs.argument];
      json_t *owner = inputs.field > 0 ? json_object_get (arguments, argument->json_name) : NULL;
      json_t *value = json_object_get (owner != NULL ? owner : arguments, field->json_name);

      if (field->source == TW_SOURCE_BODY && value != NULL)
        json_object_set (body, field->json_name, value);
    }
  return body;
}

static gboolean
holds_claim (const TwType *type)
{
  const TwStruct *structure;

  while (type->element != NULL)
    type = type->element;
  structure = type->structure;
  for (guint i = 0; structure != NULL && i < structure->n_fields; i++)
    if (structure->fields[i].source == TW_SOURCE_CLAIM)
      return TRUE;
  return FALSE;
}

/* A request names what it clears by nulls alone, has headers of a form of their own, and each claim has one value in all of
 * it: what is made at random can't be said by it where the arguments hold such. */
static gboolean
fits_request (const TwMethod *method)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->nulls || field->form != TW_FORM_PLAIN || holds_claim (field->type))
      return FALSE;
  return method->verb != NULL;
}

static gboolean
bind_request (const TwMethod *method, json_t *arguments, TwProtocol protocol, TwBuffer *out, TwProblems *problems)
{
  json_auto_t *body = body_of (method, arguments);
  Carrier carrier = { method, arguments, NULL };
  const TwRequestValues values = {
    .lookup = look_up, .is_repeated = is_repeated, .each_query = each_query, .request = &carrier, .body = body,
  };
  gboolean bound = tw_bind_request (method, &values, protocol, out, problems);

  g_free (carrier.text);
  return bound;
}

static void
assert_judged_alike (const TwMethod *method, json_t *arguments, const TwBuffer *bytes, TwProtocol protocol,
                     gboolean by_request, guint seed)
{
  g_auto (TwBuffer) bound_bytes = TW_BUFFER_INIT;
  g_autoptr (TwProblems) at_edge = tw_problems_new ();
  g_autoptr (TwProblems) at_service = tw_problems_new ();
  gboolean bound = by_request ? bind_request (method, arguments, protocol, &bound_bytes, at_edge)
                              : tw_bind_object (method, arguments, protocol, &bound_bytes, at_edge);
  gboolean taken = tw_check_struct (method->arguments, protocol, bytes->data, bytes->len, at_service);

  if (bound != taken
      || (bound && (bound_bytes.len != bytes->len || memcmp (bound_bytes.data, bytes->data, bytes->len) != 0)))
    {
      g_autofree char *edge = tw_problems_to_string (at_edge);
      g_autofree char *service = tw_problems_to_string (at_service);
      g_autofree char *text = json_dumps (arguments, 0);

      g_error ("%s, seed %u, %s: the edge says \"%s\", the service \"%s\" of %s", method->name, seed,
               by_request ? "request" : "object", edge, service, text);
    }
}

static void
try_method (const TwMethod *method, guint seed, guint *taken, guint *refused)
{
  const TwProtocol protocol = seed % 2 == 0 ? TW_PROTOCOL_BINARY : TW_PROTOCOL_COMPACT;
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  Maker maker = { .random = random };
  json_auto_t *arguments = NULL;

  tw_writer_init (&maker.writer, protocol, &bytes);
  arguments = make_struct (&maker, method->arguments, TRUE);
  *(tw_check_struct (method->arguments, protocol, bytes.data, bytes.len, problems) ? taken : refused) += 1;
  assert_judged_alike (method, arguments, &bytes, protocol, FALSE, seed);
  if (fits_request (method))
    assert_judged_alike (method, arguments, &bytes, protocol, TRUE, seed);
}

static void
try_schema (const TwSchema *schema)
{
  guint taken = 0, refused = 0;

  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);

      for (guint k = 0; k < service->n_methods; k++)
        for (guint seed = 0; seed < ROUNDS / service->n_methods; seed++)
          try_method (&service->methods[k], seed, &taken, &refused);
    }
  /* Else the test would show little. */
  g_assert_cmpuint (taken, >, ROUNDS / 20);
  g_assert_cmpuint (refused, >, ROUNDS / 20);
}

static void
test_address_book (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();

  try_schema (schema);
}

static void
test_tasks_and_accounts (void)
{
  g_autoptr (TwSchema) schema = load_schema ((const char *const[]){ "TASKS_JSON", "ACCOUNTS_JSON" }, 2);

  try_schema (schema);
}

/* Two characters of JSON are eight bytes of a double. */
static void
test_what_no_service_takes_is_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema
    = schema_from_words ("",
                         "{'name':'put','returnTypeId':'void','oneway':false,'exceptions':[],"
                         "'annotations':{'api.post':'/put'},"
                         "'arguments':[{'key':1,'name':'list','typeId':'list','type':{'typeId':'list',"
                         "'elemTypeId':'double'},'required':'req_out'}]}",
                         &error);
  const TwMethod *method;

  g_assert_no_error (error);
  method = &tw_schema_find_service (schema, "S")->methods[0];
  for (guint i = 0; i < 2; i++)
    {
      const guint n = (1024 * 1024 - 4 - 8 - 3 - 1 - 8) / 8 + i; /* what fits beside name, head, field and list */
      json_auto_t *arguments = json_object ();
      json_t *list = json_array ();

      for (guint k = 0; k < n; k++)
        json_array_append_new (list, json_integer (0));
      json_object_set_new (arguments, "list", list);
      for (guint by_request = 0; by_request < 2; by_request++)
        {
          g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
          g_autoptr (TwProblems) problems = tw_problems_new ();
          gboolean bound = by_request ? bind_request (method, arguments, TW_PROTOCOL_BINARY, &bytes, problems)
                                      : tw_bind_object (method, arguments, TW_PROTOCOL_BINARY, &bytes, problems);

          g_assert_cmpint (bound, ==, i == 0);
          g_assert_cmpuint (tw_problems_count (problems), ==, i);
          if (i == 0)
            g_assert_cmpuint (bytes.len + 12 + strlen (method->name), <=, 1024 * 1024);
          else
            g_assert_cmpuint (bytes.len, ==, 0);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/agreement/edge-and-service-judge-an-address-book-alike", test_address_book);
  g_test_add_func ("/agreement/edge-and-service-judge-tasks-and-accounts-alike", test_tasks_and_accounts);
  g_test_add_func ("/agreement/what-no-service-takes-is-refused", test_what_no_service_takes_is_refused);
  return g_test_run ();
}
