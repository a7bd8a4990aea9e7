/* SPDX-License-Identifier: Apache-2.0 */

/* The IDL at run time: what `thrift --gen json:merge` writes, read strictly and made ready for use.
 *
 * A schema is built from one or more documents and does not change once loaded, so any thread may read it. Every
 * annotation of the closed table in docs/annotations.md is decoded here and nowhere else; an unknown `api.`, `vt.` or
 * `tw.` key, a value that can't be read, a limit on a type that it can't hold for, two routes that are the same, a
 * `tw.role` method whose shape is not the role's: each stops loading with one line that names document, struct or
 * method, field and key.
 *
 * Pointers between the parts stay valid as long as the schema. Strings are UTF-8 and NUL-terminated.
 */

#pragma once

#include "tw-wire.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwSchema TwSchema;
typedef struct _TwService TwService;
typedef struct _TwMethod TwMethod;
typedef struct _TwStruct TwStruct;
typedef struct _TwField TwField;
typedef struct _TwType TwType;

struct _TwType
{
  TwWireType wire;
  gboolean binary;           /* STRING only: bytes, not text */
  const TwStruct *structure; /* STRUCT only */
  const TwType *key;         /* MAP only */
  const TwType *element;     /* LIST, SET, and MAP's value */
};

/* Where a REST request carries a value. */
typedef enum
{
  TW_SOURCE_BODY, /* the default */
  TW_SOURCE_PATH,
  TW_SOURCE_QUERY,
  TW_SOURCE_HEADER,
  TW_SOURCE_COOKIE,
  TW_SOURCE_CLAIM, /* tw.claim: the verified token and nowhere else */
  TW_SOURCE_MADE,  /* tw.fingerprint: made of the request, and sent by nobody */
  TW_SOURCE_INTERNAL, /* tw.internal: no request brings it, no answer shows it */
} TwSource;

/* The claim that is none of a token's: a session that the call of which this is the reply has ended. */
#define TW_CLAIM_ENDED "ended"

typedef enum
{
  TW_REQUIRED,         /* `required`, or without a word and without a default: must be there in input */
  TW_OPTIONAL,         /* `optional`, or with a default */
} TwPresence;

typedef enum
{
  TW_ERROR_ROLE_NONE,
  TW_ERROR_ROLE_STATUS, /* tw.error="status", or an i32 named code where the exception has no such annotation */
  TW_ERROR_ROLE_DETAIL, /* tw.error="detail", or a string named message likewise */
  TW_ERROR_ROLE_LOCATION, /* tw.error="location" */
  TW_ERROR_ROLE_TYPE,     /* tw.error="type" */
} TwErrorRole;

/* What a header's text is, where it is not the value's own. */
typedef enum
{
  TW_FORM_PLAIN,
  TW_FORM_IF_MATCH,      /* tw.if_match: a list of entity tags, or "*" (RFC 9110, section 13.1.1) */
  TW_FORM_IF_NONE_MATCH, /* tw.if_none_match: likewise (section 13.1.2) */
  TW_FORM_KEY,           /* tw.key: a string in quotes (RFC 9651, section 3.3.3), or bare */
} TwForm;

/* Bytes of what tw.fingerprint is given: see tw-fingerprint.h. */
#define TW_FINGERPRINT_SIZE 16

/* A default, as the IDL gives it. */
typedef struct
{
  gboolean set;
  gint64 integer; /* BOOL, BYTE, I16, I32, I64 */
  double real;    /* DOUBLE */
  char *string;   /* STRING */
} TwDefault;

/* tw.cookie: what carries a value in place of a member of the body, where a request asks for that. */
typedef struct
{
  const char *name;
  const char *path; /* below which browsers send it back: "/" unless the annotation says another one */
  gint64 max_age_s; /* 0: until the browser ends */
} TwCookie;

/* tw.link: a reply's value that leads to another part of a long answer. */
typedef struct
{
  const char *relation;  /* to what it leads: "next", "prev", "first" or "last" */
  const char *parameter; /* of the query, which takes the value there */
} TwLink;

/* The most links that a struct has: one of each relation. */
#define TW_MAX_LINKS 4

/* tw.stream: a second route of a method, whose answers go on as events. */
typedef struct
{
  const char *path; /* "/shelves/:id/events" */
  const char *list_name, *token_name, *more_name, *since_name; /* as in the annotation */
  const TwField *list;   /* of the reply's struct: what is new; its JSON name is its events' */
  const TwField *token;  /* likewise: how far its reader is, a string */
  const TwField *more;   /* likewise: whether there is more already, a bool */
  const TwField *since;  /* of the input: the token that an answer begins behind, an optional string of the query */
} TwStreamRoute;

/* The claim by which hints name those who read streams. */
#define TW_STREAM_CLAIM "sub"

/* The request's header, in lower case, that asks for cookies, and its only value. */
#define TW_COOKIES_HEADER "use-cookies"
#define TW_COOKIES_WANTED "true"

/* tw.format: forms that a text may have. */
typedef enum
{
  TW_FORMAT_DATE = 1 << 0,      /* RFC 3339's full-date */
  TW_FORMAT_DATE_TIME = 1 << 1, /* its date-time */
} TwFormat;

/* A struct's field, or a method's argument. */
struct _TwField
{
  gint16 id;
  const char *name;        /* as in the IDL */
  const char *json_name;   /* as in JSON: api.body's name, else the IDL's */
  const char *json_key;    /* what stands before its value: ,"name": and TW_JSON_SLACK bytes of no meaning */
  gsize json_key_length;
  const char *doc;         /* "" where there is none; without the last newline */
  const TwType *type;
  TwPresence presence;
  TwDefault fallback;

  TwSource source;
  const char *source_name; /* the segment's, parameter's, header's, cookie's or claim's name; NULL for BODY */
  const char *claim_header; /* CLAIM: what a header would be called that brings it, which none may; else NULL */
  TwForm form;             /* other than PLAIN: the source is the HEADER that it is for */
  const TwCookie *cookie;  /* tw.cookie, of a BODY field; or NULL */
  const TwLink *link;      /* tw.link, of a BODY field; or NULL */

  /* limits; has_* tells whether there is one */
  gboolean has_min_size, has_max_size, has_max_bytes, has_ge, has_le;
  guint64 min_size, max_size; /* code points, bytes of a binary, elements */
  guint64 max_bytes;
  gboolean composed;        /* code points are counted as in the text's NFC: tw.normalize */
  gint64 ge, le;            /* integers */
  double ge_real, le_real;  /* doubles */
  gboolean visible;         /* tw.visible: a text has a character that can be seen */
  const char *pattern;      /* as in the IDL, or NULL */
  GRegex *regex;            /* the same, anchored at both ends */
  char **in;                /* NULL-terminated, as in the IDL (for numbers too), or NULL */
  int format;               /* tw.format: TwFormat; 0: any */
  gboolean distinct;        /* tw.distinct: no two texts of a list are alike but for case and accents */
  const TwField *elements;  /* what holds for each element of a list or set, a field without a name; NULL: its type */
  const char *example;      /* tw.example, as in the IDL, or NULL: see tw-example.h */
  gboolean example_alone;   /* tw.example_alone: no example of a request has it */

  const char *kept; /* tw.kept, or NULL */
  const char *asks; /* "tw.filter" or "tw.order", of what asks for records, or NULL */
  gboolean former;  /* tw.former: entries keep what it was */
  gboolean nulls;  /* tw.nulls */
  gboolean never_null; /* tw.null="refused" */
  gboolean secret; /* tw.secret */
  gboolean guessable; /* a secret that somebody chose: not even a hash of it may be kept */
  TwErrorRole error_role;
};

struct _TwStruct
{
  const char *name; /* without its document's */
  const char *doc;
  const char *record; /* tw.record, or NULL */
  const char *tag_names; /* tw.tag, or NULL */
  gboolean asks;      /* tw.query */
  gboolean has_outside; /* some field is, as tw_field_is_outside() says */
  guint n_tag;
  const TwField *const *tag; /* the fields that it names, in its order */
  gboolean is_exception;
  gboolean is_union;
  guint n_fields;
  const TwField *fields; /* ascending by id */
};

typedef enum
{
  TW_ROLE_NONE,
  TW_ROLE_HEALTH,      /* no argument; a struct with field 1 bool (well?) and field 2 string (what is wrong) */
  TW_ROLE_REVOCATIONS, /* (1: i64 since) gives { 1: i64 position, 2: list<{ 1: string session, 2: i64 expires_s }> } */
  TW_ROLE_HINTS, /* (1: i64 after, 2: i32 wait_ms) gives { 1: i64 at, 2: list<string> users, 3: bool all } */
} TwRole;

#define TW_N_ROLES (TW_ROLE_HINTS + 1)

struct _TwMethod
{
  const char *name;
  const char *doc;
  const TwService *service;
  const TwStruct *arguments;  /* a struct made of the arguments */
  const TwStruct *result;     /* field 0 the value (absent for void), the others the declared exceptions */
  const TwType *returns;      /* NULL for void */
  gboolean oneway;

  const char *verb;           /* "GET", "POST", "PUT", "PATCH", "DELETE"; NULL: no route */
  const char *path;           /* "/books/:id" */
  gboolean needs_token;       /* there is a route and no tw.auth="none" */
  guint status;               /* of success: tw.status, else 200, or 204 for void */
  guint n_errors;
  const guint *errors;        /* tw.errors: the statuses that its exceptions become, ascending; NULL: any */
  const char *location;       /* tw.location or NULL: "{name}" stands for a field of the reply's struct */
  gboolean retry_safe;        /* tw.retry="safe" */
  gboolean retry_keyed;       /* tw.retry="key" */
  const TwField *key;         /* of the input, the one with tw.key; or NULL */
  const TwField *if_match;    /* likewise, with tw.if_match */
  gboolean tagged;            /* its answers have an entity tag: tw.tag */
  gboolean issues_session;    /* tw.issues="session" */
  const char *revokes;        /* tw.revokes: a claim's name, or NULL */
  const TwCookie *drops;      /* tw.drops, or NULL */
  const TwStreamRoute *stream; /* tw.stream, or NULL */
  gsize max_body;             /* tw_method_max_body() */
  gboolean uses_cookies;      /* some input, the reply's struct or tw.drops has a TwCookie */
  gboolean links;             /* a GET whose reply's struct has a TwLink */
  gboolean confidential;      /* it opens a session, or some argument, the value or an exception has a secret or a TwCookie,
                                 however deep it lies */
  guint n_claims;
  const TwField *const *claims; /* all of the input that a token brings, however deep it lies, each once */
  TwRole role;
};

/* A service that another one extends keeps its methods, but their routes and roles are the heir's: here they have
 * none. */
struct _TwService
{
  const char *name;
  const char *doc;
  const char *document; /* the name of the first document that has it: "books" for books.thrift */
  guint n_methods;
  const TwMethod *methods; /* in the IDL's order, inherited ones first */
  gboolean side_by_side;   /* tw.calls="side-by-side": calls of one connection are answered as they finish */
  gboolean takes_context;  /* tw.context="accepted": a call may carry where it comes from and its deadline */
};

/* Loads @n documents (the bytes of a .json file each). @names are used in errors. A service that is in several
 * documents, word for word the same, is one. Fails with TW_ERROR_CONFIGURATION. Free with tw_schema_unref(). */
TwSchema *tw_schema_load (GBytes *const *documents, const char *const *names, guint n, GError **error);

TwSchema *tw_schema_ref (TwSchema *schema);
void tw_schema_unref (TwSchema *schema);

guint tw_schema_n_services (const TwSchema *schema);
const TwService *tw_schema_service (const TwSchema *schema, guint i);

/* NULL where there is none of that name. */
const TwService *tw_schema_find_service (const TwSchema *schema, const char *name);
const TwMethod *tw_service_find_method (const TwService *service, const char *name, gsize name_length);
const TwMethod *tw_service_find_role (const TwService *service, TwRole role);
const TwField *tw_struct_find_field (const TwStruct *structure, gint16 id);
const TwField *tw_struct_find_name (const TwStruct *structure, const char *name, gsize length); /* the IDL's */

/* Whether an answer that has the field may have it outside of its JSON: in a header or a cookie. */
static inline gboolean
tw_field_is_outside (const TwField *field)
{
  return field->source == TW_SOURCE_HEADER || field->source == TW_SOURCE_COOKIE || field->cookie != NULL;
}

/* The most bytes that a JSON body can have that keeps all of @method's limits, at most 1 MiB; 65536 where they leave it
 * open; 0 for a method without a body. */
gsize tw_method_max_body (const TwMethod *method);

/* Whether the gateway itself compares the tag of @method's answer with a request's If-Match and If-None-Match: it is a GET
 * whose answers have one. */
gboolean tw_method_answers_conditions (const TwMethod *method);

/* Whether a REST request for @method may have a body: some argument comes from it. */
gboolean tw_method_takes_body (const TwMethod *method);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSchema, tw_schema_unref)

G_END_DECLS
