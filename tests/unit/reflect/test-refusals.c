/* SPDX-License-Identifier: Apache-2.0 */

/* Everything that stops a schema from loading: one bad snippet each, with the whole line that the operator sees. */

#include "schemas.h"
#include "tw-error.h"

#define FIELD(key, name, type, more)                                                                                   \
  "{'key':" #key ",'name':'" name "','required':'req_out','typeId':'" type "'" more "}"
#define OPTIONAL(key, name, type, more)                                                                                \
  "{'key':" #key ",'name':'" name "','required':'optional','typeId':'" type "'" more "}"
#define WITH(annotations) ",'annotations':{" annotations "}"
#define CLASS(name) ",'type':{'typeId':'struct','class':'" name "'}"
#define LIST(element) ",'type':{'typeId':'list','elemTypeId':'" element "'}"
#define MAP(key, value) ",'type':{'typeId':'map','keyTypeId':'" key "','valueTypeId':'" value "'}"
#define STRUCT(name, fields) "{'name':'" name "','isException':false,'isUnion':false,'fields':[" fields "]}"
#define RECORD(collection, fields)                                                                                     \
  "{'name':'T','fields':[" fields "]" WITH ("'tw.record':'" collection "'") "}"
#define KEPT(key, name, type, kept) OPTIONAL (key, name, type, WITH ("'tw.kept':'" kept "'"))
#define EXCEPTION(name, fields) "{'name':'" name "','isException':true,'isUnion':false,'fields':[" fields "]}"
#define VOID(name, arguments, more)                                                                                    \
  "{'name':'" name "','returnTypeId':'void','oneway':false,'arguments':[" arguments "],'exceptions':[]" more "}"
#define GIVES(name, structure, arguments, more)                                                                        \
  "{'name':'" name "','returnTypeId':'struct','returnType':{'typeId':'struct','class':'" structure                     \
  "'},'oneway':false,'arguments':[" arguments "],'exceptions':[]" more "}"
#define ARGUMENT(type, annotations) VOID ("m", FIELD (1, "a", type, WITH (annotations)), "")
#define ROUTED(annotations) VOID ("m", "", WITH (annotations))
#define IF_MATCH(key, name) OPTIONAL (key, name, "list", LIST ("string") WITH ("'tw.if_match':'true'"))
#define FINGERPRINT(key, name) OPTIONAL (key, name, "binary", WITH ("'tw.fingerprint':'true'"))
#define TAGGED(names)                                                                                                  \
  "{'name':'T','fields':[" FIELD (1, "version", "i64", "") "," FIELD (2, "name", "string", "") "," FIELD (             \
    3, "word", "string", WITH ("'tw.secret':'true'")) "," FIELD (4, "list", "list", LIST ("string")) "]" WITH (        \
    "'tw.tag':'" names "'") "}"
#define NEWS                                                                                                           \
  STRUCT ("N", FIELD (1, "l", "list", LIST ("string")) "," FIELD (2, "t", "string", "") "," FIELD (3, "m", "bool", ""))  \
  "," STRUCT ("H", FIELD (1, "at", "i64", "") "," FIELD (2, "users", "list", LIST ("string")) "," FIELD (               \
                     3, "all", "bool", ""))
#define WHO FIELD (1, "who", "string", WITH ("'tw.claim':'sub'"))
#define SINCE FIELD (2, "s", "string", ",'default':''" WITH ("'api.query':'s'"))
#define STREAM(stream)                                                                                                 \
  GIVES ("m", "N", WHO "," SINCE, WITH ("'api.get':'/m','tw.retry':'safe','tw.stream':" stream))
#define HINTS                                                                                                          \
  GIVES ("h", "H", FIELD (1, "after", "i64", "") "," FIELD (2, "wait", "i32", ""), WITH ("'tw.role':'hints'"))
#define TASK STRUCT ("T", FIELD (1, "id", "string", ""))

static const struct
{
  const char *name;
  const char *structs;
  const char *functions;
  const char *error;
} refusals[] = {
  /* the closed set */
  { "unknown-vt-key", "", ARGUMENT ("string", "'vt.max_sise':'1'"),
    "t.json: S.m.a: vt.max_sise: there is no such annotation" },
  { "unknown-api-key", "", ROUTED ("'api.head':'/m'"), "t.json: S.m: api.head: there is no such annotation" },
  { "unknown-tw-key", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.x':'1'"))), "",
    "t.json: T.id: tw.x: there is no such annotation" },
  { "limit-on-a-method", "", ROUTED ("'vt.ge':'1'"), "t.json: S.m: vt.ge: can't stand on a method" },
  { "context-on-a-method", "", ROUTED ("'tw.context':'accepted'"), "t.json: S.m: tw.context: can't stand on a method" },
  { "route-on-a-field", STRUCT ("T", FIELD (1, "id", "string", WITH ("'api.get':'/'"))), "",
    "t.json: T.id: api.get: can't stand on a struct's field" },
  { "nulls-on-an-argument", "", ARGUMENT ("string", "'tw.nulls':'true'"),
    "t.json: S.m.a: tw.nulls: can't stand on an argument" },
  { "query-on-an-exception", EXCEPTION ("E", FIELD (1, "id", "string", WITH ("'api.query':'x'"))), "",
    "t.json: E.id: api.query: can't stand on an exception's field" },
  { "error-on-a-struct", STRUCT ("T", FIELD (1, "id", "i32", WITH ("'tw.error':'status'"))), "",
    "t.json: T.id: tw.error: can't stand on a struct's field" },
  { "annotation-on-a-struct", "{'name':'T','fields':[]" WITH ("'tw.secret':'true'") "}", "",
    "t.json: T: tw.secret: can't stand on a struct" },
  { "annotation-on-a-type", "",
    VOID ("m", FIELD (1, "a", "list", ",'type':{'elemTypeId':'i32'" WITH ("'vt.max_size':'1'") "}"), ""),
    "t.json: S.m.a: vt.max_size: can't stand on a type, typedef, enum, exception or union" },
  { "annotation-on-an-exception", "{'name':'E','isException':true,'fields':[]" WITH ("'tw.record':'es'") "}", "",
    "t.json: E: tw.record: can't stand on a type, typedef, enum, exception or union" },
  { "value-that-is-no-string", "", ARGUMENT ("string", "'vt.max_size':1"),
    "t.json: S.m.a: vt.max_size: must be a string" },

  /* records */
  { "record-on-a-field", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.record':'ts'"))), "",
    "t.json: T.id: tw.record: can't stand on a struct's field" },
  { "record-without-a-name", RECORD ("", ""), "", "t.json: T: tw.record: must begin with a letter from a to z" },
  { "record-of-a-name-that-sql-would-take-apart", RECORD ("t s", ""), "",
    "t.json: T: tw.record: is made of a to z, 0 to 9 and _ alone" },
  { "record-without-a-key", RECORD ("ts", ""), "", "t.json: T: tw.record: needs one field with tw.kept = \"key\"" },
  { "record-with-two-keys", RECORD ("ts", KEPT (1, "a", "string", "key") "," KEPT (2, "b", "string", "key")), "",
    "t.json: T: tw.record: needs one field with tw.kept = \"key\"" },
  { "record-with-a-key-and-a-name", RECORD ("ts", KEPT (1, "a", "string", "key") "," KEPT (2, "b", "string", "name")), "",
    "t.json: T: tw.record: needs one field with tw.kept = \"key\"" },
  { "record-that-has-an-owner-and-no-version",
    RECORD ("ts", KEPT (1, "a", "string", "key") "," KEPT (2, "b", "string", "owner") "," KEPT (
                    3, "c", "string", "created") "," KEPT (4, "d", "string", "updated")), "",
    "t.json: T: tw.record: needs one field with tw.kept = \"version\"" },
  { "record-with-a-time-that-is-always-there-and-an-owner",
    RECORD ("ts", FIELD (1, "a", "string", WITH ("'tw.kept':'time'")) "," KEPT (2, "b", "string", "owner")), "",
    "t.json: T.a: tw.kept: \"time\" is for what is optional, without a default" },
  { "name-of-a-number", RECORD ("ts", KEPT (1, "a", "i64", "name")), "",
    "t.json: T.a: tw.kept: \"name\" can't hold for a value of this type" },
  { "kept-outside-of-a-record", STRUCT ("T", KEPT (1, "a", "string", "time")), "",
    "t.json: T.a: tw.kept: stands on fields of a struct with tw.record" },
  { "kept-in-another-way", RECORD ("ts", KEPT (1, "a", "string", "somehow")), "",
    "t.json: T.a: tw.kept: must be one of key, name, owner, created, updated, version, folded, time, when, id and no" },
  { "kept-as-what-it-is-not", RECORD ("ts", KEPT (1, "a", "i64", "time")), "",
    "t.json: T.a: tw.kept: \"time\" can't hold for a value of this type" },
  { "version-that-is-too-small", RECORD ("ts", KEPT (1, "a", "i32", "version")), "",
    "t.json: T.a: tw.kept: \"version\" can't hold for a value of this type" },
  { "kept-id-that-is-always-there", RECORD ("ts", FIELD (1, "a", "string", WITH ("'tw.kept':'id'"))), "",
    "t.json: T.a: tw.kept: \"id\" is for what is optional, without a default" },
  { "kept-time-with-a-default",
    RECORD ("ts", "{'key':1,'name':'a','required':'optional','typeId':'string','default':'x'" WITH ("'tw.kept':'time'") "}"),
    "", "t.json: T.a: tw.kept: \"time\" is for what is optional, without a default" },
  { "kept-date-with-a-default",
    RECORD ("ts", "{'key':1,'name':'a','required':'optional','typeId':'string','default':'x'" WITH ("'tw.kept':'when'") "}"),
    "", "t.json: T.a: tw.kept: \"when\" is for what is optional, without a default" },
  { "kept-list-that-is-always-there",
    RECORD ("ts", "{'key':1,'name':'a','required':'req_out','typeId':'list'" LIST ("string") "}"), "",
    "t.json: T.a: tw.kept: a list is kept where it is optional, without a default" },
  { "kept-list", RECORD ("ts", "{'key':1,'name':'a','required':'optional','typeId':'list'" LIST ("i32") "}"), "",
    "t.json: T.a: tw.kept: has to be \"no\": a value of this type can't be kept" },

  /* what asks for records */
  { "query-on-a-field", STRUCT ("T", FIELD (1, "a", "string", WITH ("'tw.query':'ts'"))), "",
    "t.json: T.a: tw.query: can't stand on a struct's field" },
  { "query-of-no-record", "{'name':'T','fields':[]" WITH ("'tw.query':''") "}", "",
    "t.json: T: tw.query: must be the name of a record" },
  { "filter-on-an-argument", "", ARGUMENT ("string", "'tw.filter':'a ='"),
    "t.json: S.m.a: tw.filter: can't stand on an argument" },
  { "filter-without-a-query", STRUCT ("T", FIELD (1, "a", "string", WITH ("'tw.filter':'a ='"))), "",
    "t.json: T.a: tw.filter: stands on fields of a struct with tw.query" },
  { "filter-of-no-field", STRUCT ("T", FIELD (1, "a", "string", WITH ("'tw.filter':'a, ='"))), "",
    "t.json: T.a: tw.filter: must be fields of a record, a blank, and one of =, <, <=, >, >=, has and words" },
  { "filter-without-an-operator", STRUCT ("T", FIELD (1, "a", "string", WITH ("'tw.filter':'a'"))), "",
    "t.json: T.a: tw.filter: must be fields of a record, a blank, and one of =, <, <=, >, >=, has and words" },
  { "filter-by-another-operator", STRUCT ("T", FIELD (1, "a", "string", WITH ("'tw.filter':'a =>'"))), "",
    "t.json: T.a: tw.filter: must be fields of a record, a blank, and one of =, <, <=, >, >=, has and words" },
  { "filter-for-none-of-a-range", STRUCT ("T", FIELD (1, "a", "i32", WITH ("'tw.filter':'a <; none=0'"))), "",
    "t.json: T.a: tw.filter: can have \"none=\" and a number behind \"=\" alone" },
  { "filter-for-none-that-is-no-number", STRUCT ("T", FIELD (1, "a", "i32", WITH ("'tw.filter':'a =; none=x'"))), "",
    "t.json: T.a: tw.filter: can have \"none=\" and a number behind \"=\" alone" },
  { "filter-with-a-list", STRUCT ("T", FIELD (1, "a", "list", LIST ("string") WITH ("'tw.filter':'a ='"))), "",
    "t.json: T.a: tw.filter: can't hold for a value of this type" },
  { "order-without-a-query", STRUCT ("T", FIELD (1, "a", "string", WITH ("'tw.order':'a=b'"))), "",
    "t.json: T.a: tw.order: stands on fields of a struct with tw.query" },
  { "order-by-a-number", STRUCT ("T", FIELD (1, "a", "i32", WITH ("'tw.order':'a=b'"))), "",
    "t.json: T.a: tw.order: can't hold for a value of this type" },
  { "order-without-a-field", STRUCT ("T", FIELD (1, "a", "string", WITH ("'tw.order':'a=b, c'"))), "",
    "t.json: T.a: tw.order: must be words, each with = and a record's field behind it" },

  /* examples */
  { "example-that-breaks-a-limit", "", ARGUMENT ("string", "'tw.example':'abc','vt.max_size':'2'"),
    "t.json: S.m.a: tw.example: must be at most 2 characters" },
  { "example-that-breaks-a-pattern", STRUCT ("T", FIELD (1, "id", "string", WITH ("'vt.pattern':'[0-9]','tw.example':'x'"))),
    "", "t.json: T.id: tw.example: must match the pattern [0-9]" },
  { "example-of-another-type", "", ARGUMENT ("i8", "'tw.example':'300'"),
    "t.json: S.m.a: tw.example: must be from -128 to 127" },
  { "example-that-is-no-json", "", ARGUMENT ("i32", "'tw.example':'one'"),
    "t.json: S.m.a: tw.example: is not the JSON of such a value" },
  { "example-of-no-base64", "", ARGUMENT ("binary", "'tw.example':'?'"),
    "t.json: S.m.a: tw.example: must be base64" },
  { "example-of-a-claim", "", ARGUMENT ("string", "'tw.claim':'sub','tw.example':'x'"),
    "t.json: S.m.a: tw.example: can't stand on what no request and no answer shows" },

  /* limits */
  { "size-of-a-number", "", ARGUMENT ("i32", "'vt.max_size':'1'"),
    "t.json: S.m.a: vt.max_size: can't hold for a value of this type" },
  { "bound-of-a-string", "", ARGUMENT ("string", "'vt.ge':'1'"),
    "t.json: S.m.a: vt.ge: can't hold for a value of this type" },
  { "bytes-of-a-binary", "", ARGUMENT ("binary", "'tw.max_bytes':'1'"),
    "t.json: S.m.a: tw.max_bytes: can't hold for a value of this type" },
  { "limit-of-no-elements", "", ARGUMENT ("string", "'vt.elem.max_size':'1'"),
    "t.json: S.m.a: vt.elem.max_size: can't hold for a value of this type" },
  { "size-of-elements-that-are-numbers", "",
    VOID ("m", FIELD (1, "a", "list", LIST ("i32") WITH ("'vt.elem.max_size':'1'")), ""),
    "t.json: S.m.a: vt.elem.max_size: can't hold for a value of this type" },
  { "limit-of-a-maps-elements", "",
    VOID ("m", FIELD (1, "a", "map", MAP ("string", "string") WITH ("'vt.elem.max_size':'1'")), ""),
    "t.json: S.m.a: vt.elem.max_size: can't hold for a value of this type" },
  { "size-of-elements-that-is-no-number", "",
    VOID ("m", FIELD (1, "a", "list", LIST ("string") WITH ("'vt.elem.max_size':'x'")), ""),
    "t.json: S.m.a[]: vt.max_size: must be a whole number from 0 to 2147483647" },
  { "elements-that-nothing-can-be", "",
    VOID ("m", FIELD (1, "a", "list", LIST ("string") WITH ("'vt.elem.max_size':'1','vt.elem.min_size':'2'")), ""),
    "t.json: S.m.a[]: vt.min_size: is more than vt.max_size" },
  { "distinct-numbers", "", VOID ("m", FIELD (1, "a", "list", LIST ("i32") WITH ("'tw.distinct':'folded'")), ""),
    "t.json: S.m.a: tw.distinct: is for a list of strings" },
  { "distinct-texts-of-any-length", "",
    VOID ("m", FIELD (1, "a", "list", LIST ("string") WITH ("'tw.distinct':'folded'")), ""),
    "t.json: S.m.a: tw.distinct: needs vt.elem.max_size" },
  { "distinct-in-another-way", "",
    VOID ("m", FIELD (1, "a", "list", LIST ("string") WITH ("'tw.distinct':'bytes'")), ""),
    "t.json: S.m.a: tw.distinct: must be \"folded\"" },
  { "format-of-a-number", "", ARGUMENT ("i32", "'tw.format':'date'"),
    "t.json: S.m.a: tw.format: can't hold for a value of this type" },
  { "format-that-is-unknown", "", ARGUMENT ("string", "'tw.format':'date,week'"),
    "t.json: S.m.a: tw.format: must be \"date\", \"date-time\" or \"date,date-time\"" },
  { "format-that-is-empty", "", ARGUMENT ("string", "'tw.format':''"),
    "t.json: S.m.a: tw.format: must not be empty" },
  { "format-that-stands-twice", "", ARGUMENT ("string", "'tw.format':'date,date'"),
    "t.json: S.m.a: tw.format: must be \"date\", \"date-time\" or \"date,date-time\"" },
  { "null-of-what-is-required", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.null':'refused'"))), "",
    "t.json: T.id: tw.null: is for what is optional, and comes from the body" },
  { "null-of-a-query",
    STRUCT ("T", OPTIONAL (1, "id", "string", WITH ("'api.query':'q','tw.null':'refused'"))), "",
    "t.json: T.id: tw.null: is for what is optional, and comes from the body" },
  { "null-that-is-anything", STRUCT ("T", OPTIONAL (1, "id", "string", WITH ("'tw.null':'taken'"))), "",
    "t.json: T.id: tw.null: must be \"refused\"" },
  { "form-of-a-binary", "", ARGUMENT ("binary", "'tw.normalize':'nfc'"),
    "t.json: S.m.a: tw.normalize: can't hold for a value of this type" },
  { "form-that-is-unknown", "", ARGUMENT ("string", "'tw.normalize':'nfd'"),
    "t.json: S.m.a: tw.normalize: must be \"nfc\"" },
  { "pattern-of-a-bool", "", ARGUMENT ("bool", "'vt.pattern':'1'"),
    "t.json: S.m.a: vt.pattern: can't hold for a value of this type" },
  { "visible-binary", "", ARGUMENT ("binary", "'tw.visible':'true'"),
    "t.json: S.m.a: tw.visible: can't hold for a value of this type" },
  { "visible-in-another-word", "", ARGUMENT ("string", "'tw.visible':'yes'"),
    "t.json: S.m.a: tw.visible: must be \"true\"" },
  { "set-of-a-double", "", ARGUMENT ("double", "'vt.in':'1'"),
    "t.json: S.m.a: vt.in: can't hold for a value of this type" },
  { "size-that-is-no-number", "", ARGUMENT ("string", "'vt.max_size':'ten'"),
    "t.json: S.m.a: vt.max_size: must be a whole number from 0 to 2147483647" },
  { "size-below-zero", "", ARGUMENT ("string", "'vt.min_size':'-1'"),
    "t.json: S.m.a: vt.min_size: must be a whole number from 0 to 2147483647" },
  { "sizes-crossed", "", ARGUMENT ("string", "'vt.min_size':'2','vt.max_size':'1'"),
    "t.json: S.m.a: vt.min_size: is more than vt.max_size" },
  { "bounds-crossed", "", ARGUMENT ("double", "'vt.ge':'2','vt.le':'1.5'"),
    "t.json: S.m.a: vt.ge: is more than vt.le" },
  { "bound-beyond-the-type", "", ARGUMENT ("i8", "'vt.le':'128'"),
    "t.json: S.m.a: vt.le: \"128\" is not a number of the field's type" },
  { "fraction-for-an-integer", "", ARGUMENT ("i32", "'vt.le':'1.5'"),
    "t.json: S.m.a: vt.le: \"1.5\" is not a number of the field's type" },
  { "bound-that-is-no-number", "", ARGUMENT ("double", "'vt.le':'nan'"),
    "t.json: S.m.a: vt.le: \"nan\" is not a number of the field's type" },
  { "set-with-an-empty-name", "", ARGUMENT ("string", "'vt.in':'a,,b'"),
    "t.json: S.m.a: vt.in: values are parted by a comma alone, and none is empty" },
  { "set-with-spaces", "", ARGUMENT ("string", "'vt.in':'a, b'"),
    "t.json: S.m.a: vt.in: values are parted by a comma alone, and none is empty" },
  { "set-with-a-name-twice", "", ARGUMENT ("string", "'vt.in':'a,b,a'"),
    "t.json: S.m.a: vt.in: \"a\" stands there twice" },
  { "set-that-is-empty", "", ARGUMENT ("string", "'vt.in':''"), "t.json: S.m.a: vt.in: must not be empty" },
  { "set-of-no-numbers", "", ARGUMENT ("i32", "'vt.in':'1,x'"),
    "t.json: S.m.a: vt.in: \"x\" is not a number of the field's type" },
  { "set-of-odd-numbers", "", ARGUMENT ("i32", "'vt.in':'01'"),
    "t.json: S.m.a: vt.in: \"01\" is not a number of the field's type" },

  /* sources */
  { "two-sources", "", ARGUMENT ("string", "'api.header':'a','api.query':'a'"),
    "t.json: S.m.a: api.query: can't stand beside api.header: a value comes from one place" },
  { "query-of-a-list", "", VOID ("m", FIELD (1, "a", "list", LIST ("i32") WITH ("'api.query':'a'")), ""),
    "t.json: S.m.a: api.query: can't hold for a value of this type" },
  { "header-name", "", ARGUMENT ("string", "'api.header':'a b'"),
    "t.json: S.m.a: api.header: \"a b\" can't be the name of a header" },
  { "cookie-name", "", ARGUMENT ("string", "'api.cookie':'a;'"),
    "t.json: S.m.a: api.cookie: \"a;\" can't be the name of a cookie" },
  { "query-name", "", ARGUMENT ("string", "'api.query':''"),
    "t.json: S.m.a: api.query: \"\" can't be the name of a parameter" },
  { "body-of-a-struct-argument", TASK, VOID ("m", FIELD (1, "a", "struct", CLASS ("T") WITH ("'api.body':'b'")), ""),
    "t.json: S.m.a: api.body: can't stand on a struct argument: its fields are the body's members" },
  { "empty-member-name", "", ARGUMENT ("string", "'api.body':''"), "t.json: S.m.a: api.body: must not be empty" },
  { "unknown-claim", "", ARGUMENT ("string", "'tw.claim':'email'"),
    "t.json: S.m.a: tw.claim: must be \"sub\", \"sid\" or \"ended\"" },
  { "claim-of-an-answer", "",
    VOID ("m", FIELD (1, "a", "string", WITH ("'tw.claim':'ended'")), WITH ("'api.post':'/m'")),
    "t.json: S.m.a: tw.claim: \"ended\" is for what a method returns" },
  { "claim-of-a-number", "", ARGUMENT ("i64", "'tw.claim':'sub'"),
    "t.json: S.m.a: tw.claim: can't hold for a value of this type" },
  { "two-members-of-a-name",
    STRUCT ("T", FIELD (1, "id", "string", "") "," FIELD (2, "b", "string", WITH ("'api.body':'id'"))), "",
    "t.json: T.b: api.body: there are two members \"id\"" },
  { "members-that-clash", TASK,
    VOID ("m", FIELD (1, "a", "struct", CLASS ("T")) "," FIELD (2, "id", "string", ""), WITH ("'api.post':'/m'")),
    "t.json: S.m.id: api.body: \"id\" is taken by another argument or field" },
  { "parameters-that-clash", "",
    VOID ("m", FIELD (1, "a", "i32", WITH ("'api.query':'q'")) "," FIELD (2, "b", "i32", WITH ("'api.query':'q'")),
          WITH ("'api.get':'/m'")),
    "t.json: S.m.b: api.query: \"q\" is taken by another argument or field" },
  { "body-of-a-get", "", VOID ("m", FIELD (1, "a", "i32", ""), WITH ("'api.get':'/m'")),
    "t.json: S.m.a: would come from the body, which a GET has not: give it api.query" },
  { "claim-without-a-token", "",
    VOID ("m", FIELD (1, "a", "string", WITH ("'tw.claim':'sub'")), WITH ("'api.get':'/m','tw.auth':'none'")),
    "t.json: S.m.a: tw.claim: there is no token where the method has tw.auth=\"none\"" },
  { "query-too-deep",
    STRUCT ("Q", FIELD (1, "q", "i32", WITH ("'api.query':'q'"))) "," STRUCT ("T",
                                                                              FIELD (1, "deep", "struct", CLASS ("Q"))),
    VOID ("m", FIELD (1, "a", "struct", CLASS ("T")), WITH ("'api.post':'/m'")),
    "t.json: S.m.a.deep: api.query: can't stand on Q.q, which lies deeper than an argument's fields" },

  /* cookies in place of the body */
  { "carrier-without-a-name", "", ARGUMENT ("string", "'tw.cookie':''"),
    "t.json: S.m.a: tw.cookie: \"\" can't be the name of a cookie" },
  { "carrier-with-an-odd-name", "", ARGUMENT ("string", "'tw.cookie':'a b; path=/'"),
    "t.json: S.m.a: tw.cookie: \"a b\" can't be the name of a cookie" },
  { "carrier-with-an-unknown-attribute", "", ARGUMENT ("string", "'tw.cookie':'c; domain=x'"),
    "t.json: S.m.a: tw.cookie: \"domain=x\" is neither path=… nor max_age=…" },
  { "carrier-with-an-odd-path", "", ARGUMENT ("string", "'tw.cookie':'c; path=v1'"),
    "t.json: S.m.a: tw.cookie: \"v1\" can't be the path of a cookie" },
  { "carrier-with-two-paths", "", ARGUMENT ("string", "'tw.cookie':'c; path=/a; path=/a'"),
    "t.json: S.m.a: tw.cookie: \"path=/a\" comes too late: there is one already" },
  { "carrier-that-never-ends", "", ARGUMENT ("string", "'tw.cookie':'c; max_age=34560001'"),
    "t.json: S.m.a: tw.cookie: max_age must be a number of seconds from 1 to 34560000" },
  { "carrier-of-a-number", "", ARGUMENT ("i32", "'tw.cookie':'c'"),
    "t.json: S.m.a: tw.cookie: can't hold for a value of this type" },
  { "carrier-of-a-header", "", ARGUMENT ("string", "'tw.cookie':'c','api.header':'X'"),
    "t.json: S.m.a: tw.cookie: can't stand on what does not come from the body" },
  { "carrier-on-an-exception", EXCEPTION ("E", FIELD (1, "id", "string", WITH ("'tw.cookie':'c'"))), "",
    "t.json: E.id: tw.cookie: can't stand on an exception's field" },
  { "carrier-in-a-union",
    "{'name':'U','isException':false,'isUnion':true,'fields':[" FIELD (1, "a", "string", WITH ("'tw.cookie':'c'")) "]}",
    "", "t.json: U.a: tw.cookie: can't stand on a union's member" },
  { "carrier-too-deep",
    STRUCT ("Q", FIELD (1, "q", "string", WITH ("'tw.cookie':'c'"))) "," STRUCT (
      "T", FIELD (1, "deep", "struct", CLASS ("Q"))),
    VOID ("m", FIELD (1, "a", "struct", CLASS ("T")), WITH ("'api.post':'/m'")),
    "t.json: S.m.a.deep: tw.cookie: can't stand on Q.q, which lies deeper than an argument's fields" },
  { "carriers-that-clash", "",
    VOID ("m",
          FIELD (1, "a", "string", WITH ("'tw.cookie':'c'")) "," FIELD (2, "b", "string", WITH ("'api.cookie':'c'")),
          WITH ("'api.post':'/m'")),
    "t.json: S.m.b: api.cookie: \"c\" is taken by another argument or field" },
  { "carrier-that-nothing-sets", "",
    VOID ("m", FIELD (1, "a", "string", WITH ("'tw.cookie':'c'")), WITH ("'api.post':'/m'")),
    "t: S.m.a: tw.cookie: \"c\" is set by no answer" },
  { "carrier-that-is-set-in-two-ways",
    STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.cookie':'c; path=/a'"))) "," STRUCT (
      "V", FIELD (1, "id", "string", WITH ("'tw.cookie':'c; path=/b'"))),
    GIVES ("m", "T", "", WITH ("'api.post':'/m'")) "," GIVES ("n", "V", "", WITH ("'api.post':'/n'")),
    "t: V.id: tw.cookie: \"c\" is set with another path or age too" },
  { "carrier-that-is-taken-in-another-way", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.cookie':'c; path=/a'"))),
    GIVES ("m", "T", FIELD (1, "a", "string", WITH ("'tw.cookie':'c; path=/b'")), WITH ("'api.post':'/m'")),
    "t: S.m.a: tw.cookie: \"c\" is set with another path or age" },
  { "drops-what-nothing-sets", "", ROUTED ("'api.post':'/m','tw.drops':'c'"),
    "t: S.m: tw.drops: \"c\" is set by no answer" },
  { "drops-without-a-route", "", ROUTED ("'tw.drops':'c'"), "t.json: S.m: tw.drops: needs a route" },
  { "drops-an-odd-name", "", ROUTED ("'api.post':'/m','tw.drops':'c; path=/'"),
    "t.json: S.m: tw.drops: \"c; path=/\" can't be the name of a cookie" },

  /* marks */
  { "internal-that-is-needed", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.internal':'true'"))), "",
    "t.json: T.id: tw.internal: must stand on what is optional" },
  { "internal-maybe", STRUCT ("T", OPTIONAL (1, "id", "string", WITH ("'tw.internal':'yes'"))), "",
    "t.json: T.id: tw.internal: must be \"true\"" },
  { "internal-and-in-a-header",
    STRUCT ("T", OPTIONAL (1, "id", "string", WITH ("'api.header':'a','tw.internal':'true'"))), "",
    "t.json: T.id: tw.internal: can't stand beside api.header: a value comes from one place" },
  { "internal-with-an-example",
    STRUCT ("T", OPTIONAL (1, "id", "string", WITH ("'tw.internal':'true','tw.example':'a'"))), "",
    "t.json: T.id: tw.example: can't stand on what no request and no answer shows" },
  { "internal-in-a-request", STRUCT ("T", OPTIONAL (1, "id", "string", WITH ("'tw.internal':'true'"))),
    VOID ("m", FIELD (1, "a", "struct", CLASS ("T")), WITH ("'api.post':'/m'")),
    "t.json: S.m.a.id: tw.internal: can't stand on what a request brings" },
  { "secret-in-the-path", "", ARGUMENT ("string", "'api.path':'a','tw.secret':'true'"),
    "t.json: S.m.a: tw.secret: a secret can't come from path or query: they end up in logs" },
  { "secret-in-the-query", "", ARGUMENT ("string", "'api.query':'a','tw.secret':'true'"),
    "t.json: S.m.a: tw.secret: a secret can't come from path or query: they end up in logs" },
  { "secret-maybe", "", ARGUMENT ("string", "'tw.secret':'yes'"), "t.json: S.m.a: tw.secret: must be \"true\" or \"random\"" },
  { "nulls-on-a-list", STRUCT ("T", OPTIONAL (1, "clear", "list", LIST ("string") WITH ("'tw.nulls':'true'"))), "",
    "t.json: T.clear: tw.nulls: must stand on an optional set<string> with the number 1" },
  { "nulls-not-first", STRUCT ("T", OPTIONAL (2, "clear", "set", LIST ("string") WITH ("'tw.nulls':'true'"))), "",
    "t.json: T.clear: tw.nulls: must stand on an optional set<string> with the number 1" },
  { "nulls-not-optional", STRUCT ("T", FIELD (1, "clear", "set", LIST ("string") WITH ("'tw.nulls':'true'"))), "",
    "t.json: T.clear: tw.nulls: must stand on an optional set<string> with the number 1" },
  { "error-role", EXCEPTION ("E", FIELD (1, "a", "i32", WITH ("'tw.error':'code'"))), "",
    "t.json: E.a: tw.error: must be \"status\", \"detail\", \"location\" or \"type\"" },
  { "status-that-is-a-string", EXCEPTION ("E", FIELD (1, "a", "string", WITH ("'tw.error':'status'"))), "",
    "t.json: E.a: tw.error: a status is an integer, a detail, a location and a type are strings" },
  { "two-statuses",
    EXCEPTION (
      "E", FIELD (1, "a", "i32", WITH ("'tw.error':'status'")) "," FIELD (2, "b", "i32", WITH ("'tw.error':'status'"))),
    "", "t.json: E: tw.error: stands on more than one field with the same value" },

  /* links */
  { "link-to-nowhere", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.link':'up; query=a'"))), "",
    "t.json: T.id: tw.link: must begin with \"next\", \"prev\", \"first\" or \"last\"" },
  { "link-without-a-parameter", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.link':'next'"))), "",
    "t.json: T.id: tw.link: must say after a semicolon which parameter it is: query=…" },
  { "link-with-an-empty-parameter", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.link':'next; query='"))), "",
    "t.json: T.id: tw.link: must say after a semicolon which parameter it is: query=…" },
  { "link-of-a-list", STRUCT ("T", FIELD (1, "id", "list", LIST ("i32") WITH ("'tw.link':'next; query=a'"))), "",
    "t.json: T.id: tw.link: can't hold for a value of this type" },
  { "link-on-an-argument", "", ARGUMENT ("string", "'tw.link':'next; query=a'"),
    "t.json: S.m.a: tw.link: can't stand on an argument" },
  { "link-of-a-secret", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.link':'next; query=a','tw.secret':'true'"))), "",
    "t.json: T.id: tw.link: a secret can't go into a query: they end up in logs" },
  { "link-of-a-header", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.link':'next; query=a','api.header':'x'"))), "",
    "t.json: T.id: tw.link: can't stand on what is not in the answer's body" },
  { "link-by-an-unknown-parameter", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.link':'next; query=a'"))),
    GIVES ("m", "T", FIELD (1, "b", "string", WITH ("'api.query':'b'")), WITH ("'api.get':'/m'")),
    "t.json: S.m: tw.link: T.id needs an argument or field with api.query=\"a\"" },
  { "two-links-of-a-relation",
    STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.link':'next; query=a'")) "," FIELD (
                   2, "b", "string", WITH ("'tw.link':'next; query=a'"))),
    GIVES ("m", "T", FIELD (1, "a", "string", WITH ("'api.query':'a'")), WITH ("'api.get':'/m'")),
    "t.json: S.m: tw.link: T has \"next\" more than once" },

  /* routes */
  { "path-without-slash", "", ROUTED ("'api.get':'m'"), "t.json: S.m: api.get: \"m\" must begin with /" },
  { "path-with-empty-segment", "", ROUTED ("'api.get':'/a//b'"),
    "t.json: S.m: api.get: \"/a//b\" has an empty segment" },
  { "path-with-slash-at-the-end", "", ROUTED ("'api.get':'/a/'"),
    "t.json: S.m: api.get: \"/a/\" has an empty segment" },
  { "path-with-dots", "", ROUTED ("'api.get':'/a/..'"), "t.json: S.m: api.get: \"..\" can't be a segment" },
  { "path-with-wildcard", "", ROUTED ("'api.get':'/a/*all'"),
    "t.json: S.m: api.get: \"*all\" has a character that a segment can't have" },
  { "path-with-query", "", ROUTED ("'api.get':'/a?b'"),
    "t.json: S.m: api.get: \"a?b\" has a character that a segment can't have" },
  { "path-percent-encoded", "", ROUTED ("'api.get':'/a%20b'"),
    "t.json: S.m: api.get: \"a%20b\" has a character that a segment can't have" },
  { "parameter-in-a-segment", "", ROUTED ("'api.get':'/:id:batch'"),
    "t.json: S.m: api.get: \":id:batch\" is not a whole segment of \":\" and a name" },
  { "parameter-without-name", "", ROUTED ("'api.get':'/:'"),
    "t.json: S.m: api.get: \"/:\" has a parameter without a name" },
  { "parameter-twice", "", ROUTED ("'api.get':'/:a/:a'"), "t.json: S.m: api.get: \":a\" stands there twice" },
  { "parameter-without-field", "", ROUTED ("'api.get':'/:id'"),
    "t.json: S.m: no argument or field has api.path=\"id\", which the route names" },
  { "field-without-parameter", "",
    VOID ("m", FIELD (1, "a", "string", WITH ("'api.path':'id'")), WITH ("'api.get':'/m'")),
    "t.json: S.m.a: api.path: the route has no parameter \":id\"" },
  { "path-without-route", "", ARGUMENT ("string", "'api.path':'id'"),
    "t.json: S.m.a: api.path: the route has no parameter \":id\"" },
  { "two-routes-of-a-method", "", ROUTED ("'api.get':'/m','api.post':'/m'"),
    "t.json: S.m: api.post: the method has another route already" },
  { "two-equal-routes", "",
    VOID ("m", FIELD (1, "a", "string", WITH ("'api.path':'a'")), WITH ("'api.get':'/x/:a'")) "," VOID (
      "n", FIELD (1, "b", "string", WITH ("'api.path':'b'")), WITH ("'api.get':'/x/:b'")),
    "t: S.n: GET /x/:b is the same route as S.m's" },
  { "oneway-with-a-route", "",
    "{'name':'m','returnTypeId':'void','oneway':true,'arguments':[],'exceptions':[]" WITH ("'api.post':'/m'") "}",
    "t.json: S.m: a oneway method can't have a route: it has no answer" },

  /* methods */
  { "auth-some", "", ROUTED ("'api.get':'/m','tw.auth':'some'"), "t.json: S.m: tw.auth: must be \"none\"" },
  { "auth-without-route", "", ROUTED ("'tw.auth':'none'"), "t.json: S.m: tw.auth: needs a route" },
  { "status-without-route", "", ROUTED ("'tw.status':'201'"), "t.json: S.m: tw.status: needs a route" },
  { "status-of-failure", "", ROUTED ("'api.get':'/m','tw.status':'404'"),
    "t.json: S.m: tw.status: must be a number from 200 to 299" },
  { "errors-without-route", "", ROUTED ("'tw.errors':'404'"), "t.json: S.m: tw.errors: needs a route" },
  { "errors-without-exception", "", ROUTED ("'api.get':'/m','tw.errors':'404'"),
    "t.json: S.m: tw.errors: needs an exception that has a status" },
  { "errors-of-success", "", ROUTED ("'api.get':'/m','tw.errors':'200'"),
    "t.json: S.m: tw.errors: must be statuses from 400 to 599, parted by a comma alone" },
  { "errors-with-a-blank", "", ROUTED ("'api.get':'/m','tw.errors':'404, 409'"),
    "t.json: S.m: tw.errors: must be statuses from 400 to 599, parted by a comma alone" },
  { "errors-twice", "", ROUTED ("'api.get':'/m','tw.errors':'404,404'"),
    "t.json: S.m: tw.errors: must go up, and name each status once" },
  { "value-without-body", TASK, GIVES ("m", "T", "", WITH ("'api.get':'/m','tw.status':'204'")),
    "t.json: S.m: tw.status: 204 has no body, but the method returns a value" },
  { "retry-maybe", "", ROUTED ("'tw.retry':'yes'"), "t.json: S.m: tw.retry: must be \"safe\" or \"key\"" },
  { "retry-without-key", "", ROUTED ("'api.post':'/m','tw.retry':'key'"),
    "t.json: S.m: tw.retry: \"key\" needs an argument or field with tw.key" },

  /* tags and keys */
  { "tag-of-no-field", TAGGED ("other"), "", "t.json: T: tw.tag: there is no field \"other\", or it is not a plain value" },
  { "tag-of-nothing", TAGGED (""), "", "t.json: T: tw.tag: must name a field" },
  { "tag-with-a-blank", TAGGED ("version, name"), "",
    "t.json: T: tw.tag: there is no field \" name\", or it is not a plain value" },
  { "tag-of-a-secret", TAGGED ("word"), "", "t.json: T: tw.tag: there is no field \"word\", or it is not a plain value" },
  { "tag-of-a-list", TAGGED ("list"), "", "t.json: T: tw.tag: there is no field \"list\", or it is not a plain value" },
  { "tag-beside-the-header",
    "{'name':'T','fields':[" FIELD (1, "v", "i64", WITH ("'api.header':'ETag'")) "]" WITH ("'tw.tag':'v'") "}", "",
    "t.json: T: tw.tag: v is the header ETag already" },
  { "tag-on-a-field", "", ARGUMENT ("string", "'tw.tag':'v'"), "t.json: S.m.a: tw.tag: can't stand on an argument" },
  { "if-match-on-a-string", "", ARGUMENT ("string", "'tw.if_match':'true'"),
    "t.json: S.m.a: tw.if_match: can't hold for a value of this type" },
  { "if-match-of-numbers", STRUCT ("T", OPTIONAL (1, "a", "list", LIST ("i32") WITH ("'tw.if_match':'true'"))), "",
    "t.json: T.a: tw.if_match: must stand on an optional list<string>" },
  { "if-match-that-must-be", STRUCT ("T", FIELD (1, "a", "list", LIST ("string") WITH ("'tw.if_match':'true'"))), "",
    "t.json: T.a: tw.if_match: must stand on an optional list<string>" },
  { "if-match-maybe", STRUCT ("T", OPTIONAL (1, "a", "list", LIST ("string") WITH ("'tw.if_match':'yes'"))), "",
    "t.json: T.a: tw.if_match: must be \"true\"" },
  { "if-match-from-two-places",
    STRUCT ("T", OPTIONAL (1, "a", "list", LIST ("string") WITH ("'api.body':'a','tw.if_none_match':'true'"))), "",
    "t.json: T.a: tw.if_none_match: can't stand beside api.body: a value comes from one place" },
  { "if-match-twice", STRUCT ("T", IF_MATCH (1, "a") "," IF_MATCH (2, "b")),
    VOID ("m", FIELD (1, "t", "struct", CLASS ("T")), WITH ("'api.patch':'/m'")),
    "t.json: S.m.t.b: api.header: \"if-match\" is taken by another argument or field" },
  { "if-match-of-a-get", STRUCT ("T", IF_MATCH (1, "a")),
    VOID ("m", FIELD (1, "t", "struct", CLASS ("T")), WITH ("'api.get':'/m'")),
    "t.json: S.m.a: tw.if_match: is for methods that change something: a GET has none" },
  { "if-match-that-is-answered", STRUCT ("T", IF_MATCH (1, "a")), GIVES ("m", "T", "", ""),
    "t.json: S.m: tw.if_match: can't stand on T.a, which is answered" },
  { "if-match-deep-down", STRUCT ("T", IF_MATCH (1, "a")) "," STRUCT ("U", FIELD (1, "t", "struct", CLASS ("T"))),
    VOID ("m", FIELD (1, "u", "struct", CLASS ("U")), WITH ("'api.patch':'/m'")),
    "t.json: S.m.u.t: api.header: can't stand on T.a, which lies deeper than an argument's fields" },
  { "key-of-a-number", "", ARGUMENT ("i32", "'tw.key':'true'"),
    "t.json: S.m.a: tw.key: can't hold for a value of this type" },
  { "fingerprint-of-a-text", "", ARGUMENT ("string", "'tw.fingerprint':'true'"),
    "t.json: S.m.a: tw.fingerprint: can't hold for a value of this type" },
  { "fingerprint-that-must-be", "", ARGUMENT ("binary", "'tw.fingerprint':'true'"),
    "t.json: S.m.a: tw.fingerprint: must stand on what is optional" },
  { "fingerprint-without-key", STRUCT ("T", FINGERPRINT (1, "a")),
    VOID ("m", FIELD (1, "t", "struct", CLASS ("T")), WITH ("'api.post':'/m'")),
    "t.json: S.m.a: tw.fingerprint: needs a field with tw.key before it" },
  { "fingerprint-before-the-key", STRUCT ("T", FINGERPRINT (1, "a") "," OPTIONAL (2, "k", "string", WITH ("'tw.key':'true'"))),
    VOID ("m", FIELD (1, "t", "struct", CLASS ("T")), WITH ("'api.post':'/m'")),
    "t.json: S.m.a: tw.fingerprint: needs a field with tw.key before it" },
  { "fingerprint-twice",
    STRUCT ("T", OPTIONAL (1, "k", "string", WITH ("'tw.key':'true'")) "," FINGERPRINT (2, "a") "," FINGERPRINT (3, "b")),
    VOID ("m", FIELD (1, "t", "struct", CLASS ("T")), WITH ("'api.post':'/m'")),
    "t.json: S.m.t.b: tw.fingerprint: \"fingerprint\" is taken by another argument or field" },
  { "example-of-a-fingerprint",
    STRUCT ("T", OPTIONAL (1, "a", "binary", WITH ("'tw.fingerprint':'true','tw.example':'AA=='"))), "",
    "t.json: T.a: tw.example: can't stand on what no request and no answer shows" },


  { "location-of-nothing", "", ROUTED ("'api.post':'/m','tw.location':'/m/{id}'"),
    "t.json: S.m: tw.location: needs a reply that is a struct" },
  { "location-without-route", TASK, GIVES ("m", "T", "", WITH ("'tw.location':'/m'")),
    "t.json: S.m: tw.location: needs a route" },
  { "location-of-no-field", TASK, GIVES ("m", "T", "", WITH ("'api.post':'/m','tw.location':'/m/{key}'")),
    "t.json: S.m: tw.location: T has no such field to show, or it is not a plain value: {key}" },
  { "location-of-a-secret", STRUCT ("T", FIELD (1, "id", "string", WITH ("'tw.secret':'true'"))),
    GIVES ("m", "T", "", WITH ("'api.post':'/m','tw.location':'/m/{id}'")),
    "t.json: S.m: tw.location: T has no such field to show, or it is not a plain value: {id}" },
  { "location-with-one-brace", TASK, GIVES ("m", "T", "", WITH ("'api.post':'/m','tw.location':'/m/{id'")),
    "t.json: S.m: tw.location: has a brace without its partner" },
  { "location-elsewhere", TASK, GIVES ("m", "T", "", WITH ("'api.post':'/m','tw.location':'m/{id}'")),
    "t.json: S.m: tw.location: must begin with /" },
  { "issues-without-claims", TASK, GIVES ("m", "T", "", WITH ("'api.post':'/m','tw.issues':'session'")),
    "t.json: S.m: tw.issues: needs a reply that is a struct with fields marked tw.claim=\"sub\" and tw.claim=\"sid\"" },
  { "issues-what-is-there",
    STRUCT ("T", FIELD (1, "u", "string", WITH ("'tw.claim':'sub'")) "," FIELD (
                   2, "s", "string", WITH ("'tw.claim':'sid'")) "," FIELD (3, "expiresIn", "i32", "")),
    GIVES ("m", "T", "", WITH ("'api.post':'/m','tw.issues':'session'")),
    "t.json: S.m: tw.issues: adds a member \"expiresIn\", which T has already" },
  { "revokes-another-claim", "", ROUTED ("'api.post':'/m','tw.revokes':'sub'"),
    "t.json: S.m: tw.revokes: must be \"sid\"" },
  { "revokes-nothing", "", ROUTED ("'api.post':'/m','tw.auth':'none','tw.revokes':'sid'"),
    "t.json: S.m: tw.revokes: needs a token, an exception with a field marked tw.claim=\"sid\", or a reply with one"
    " marked tw.claim=\"ended\"" },
  { "unknown-role", "", ROUTED ("'tw.role':'ruler'"), "t.json: S.m: tw.role: must be \"health\", \"revocations\" or \"hints\"" },
  { "serving-in-another-way", "", ROUTED ("'tw.serve':'keep notes'"),
    "t.json: S.m: tw.serve: must be one of create, get, list, patch and remove, and a record's name" },
  { "serving-nothing", "", ROUTED ("'tw.serve':'list '"), "t.json: S.m: tw.serve: must begin with a letter from a to z" },
  { "serving-what-can-be-no-record", "", ROUTED ("'tw.serve':'get a;b'"),
    "t.json: S.m: tw.serve: is made of a to z, 0 to 9 and _ alone" },
  { "health-of-another-shape", TASK, GIVES ("m", "T", "", WITH ("'tw.role':'health'")),
    "t.json: S.m: tw.role: health takes nothing and gives a struct { 1: bool, 2: string }" },
  { "revocations-of-another-shape", TASK,
    GIVES ("m", "T", FIELD (1, "since", "i64", ""), WITH ("'tw.role':'revocations'")),
    "t.json: S.m: tw.role: revocations takes (1: i64) and gives a struct { 1: i64, 2: list<struct { 1: string, 2: i64 "
    "}> }" },
  { "hints-of-another-shape", STRUCT ("H", FIELD (1, "at", "i64", "")),
    GIVES ("m", "H", FIELD (1, "after", "i64", "") "," FIELD (2, "wait", "i32", ""), WITH ("'tw.role':'hints'")),
    "t.json: S.m: tw.role: hints takes (1: i64, 2: i32) and gives a struct { 1: i64, 2: list<string>, 3: bool }" },
  { "stream-without-its-parts", NEWS, STREAM ("'/e; list=l; token=t; more=m'"),
    "t.json: S.m: tw.stream: must say after its path, once each: list=…; token=…; more=…; since=…" },
  { "stream-with-a-part-twice", NEWS, STREAM ("'/e; list=l; token=t; more=m; since=s; more=m'"),
    "t.json: S.m: tw.stream: must say after its path, once each: list=…; token=…; more=…; since=…" },
  { "stream-with-another-part", NEWS, STREAM ("'/e; list=l; token=t; more=m; since=s; x=y'"),
    "t.json: S.m: tw.stream: must say after its path, once each: list=…; token=…; more=…; since=…" },
  { "stream-at-no-path", NEWS, STREAM ("'e; list=l; token=t; more=m; since=s'"),
    "t.json: S.m: tw.stream: \"e\" must begin with /" },
  { "stream-with-another-parameter", NEWS, STREAM ("'/e/:x; list=l; token=t; more=m; since=s'"),
    "t.json: S.m: tw.stream: its path and the method's must have the same parameters" },
  { "stream-of-no-list", NEWS, STREAM ("'/e; list=t; token=t; more=m; since=s'"),
    "t.json: S.m: tw.stream: N needs a list t, a string t and a bool m in its body" },
  { "stream-without-a-token", NEWS, STREAM ("'/e; list=l; token=x; more=m; since=s'"),
    "t.json: S.m: tw.stream: N needs a list l, a string x and a bool m in its body" },
  { "stream-without-a-bool", NEWS, STREAM ("'/e; list=l; token=t; more=t; since=s'"),
    "t.json: S.m: tw.stream: N needs a list l, a string t and a bool t in its body" },
  { "stream-that-begins-nowhere", NEWS, STREAM ("'/e; list=l; token=t; more=m; since=u'"),
    "t.json: S.m: tw.stream: needs an optional string with api.query=\"u\"" },
  { "stream-of-nobody", NEWS,
    GIVES ("m", "N", SINCE, WITH ("'api.get':'/m','tw.retry':'safe','tw.stream':'/e; list=l; token=t; more=m; since=s'")),
    "t.json: S.m: tw.stream: needs an argument or field with tw.claim=\"sub\"" },
  { "stream-that-takes-a-header", NEWS,
    GIVES ("m", "N", WHO "," SINCE "," FIELD (3, "h", "string", WITH ("'api.header':'X'")),
           WITH ("'api.get':'/m','tw.retry':'safe','tw.stream':'/e; list=l; token=t; more=m; since=s'")),
    "t.json: S.m: tw.stream: h must come from the path, the query or the token" },
  { "stream-that-gives-a-header",
    STRUCT ("N", FIELD (1, "l", "list", LIST ("string")) "," FIELD (2, "t", "string", "") "," FIELD (
                   3, "m", "bool", "") "," FIELD (4, "h", "string", WITH ("'api.header':'X'"))),
    STREAM ("'/e; list=l; token=t; more=m; since=s'"),
    "t.json: S.m: tw.stream: N.h stands in a header, which an event has not" },
  { "stream-of-what-is-not-safe", NEWS,
    GIVES ("m", "N", WHO "," SINCE, WITH ("'api.get':'/m','tw.stream':'/e; list=l; token=t; more=m; since=s'")),
    "t.json: S.m: tw.stream: needs a GET route, a token, and tw.retry=\"safe\"" },
  { "stream-without-a-route", NEWS,
    GIVES ("m", "N", WHO, WITH ("'tw.retry':'safe','tw.stream':'/e; list=l; token=t; more=m; since=s'")),
    "t.json: S.m: tw.stream: needs a route" },
  { "stream-where-another-route-is", NEWS, STREAM ("'/m; list=l; token=t; more=m; since=s'") "," HINTS,
    "t: S.m: GET /m is the same route as S.m's" },
  { "stream-without-hints", NEWS, STREAM ("'/e; list=l; token=t; more=m; since=s'"),
    "t.json: S: tw.stream: m needs a method of the service with tw.role=\"hints\"" },
  { "a-role-twice", STRUCT ("H", FIELD (1, "ok", "bool", "") "," FIELD (2, "why", "string", "")),
    GIVES ("m", "H", "", WITH ("'tw.role':'health'")) "," GIVES ("n", "H", "", WITH ("'tw.role':'health'")),
    "t.json: S: tw.role: m and n have the same role" },

  /* what the compiler does not write */
  { "unknown-type", "", ARGUMENT ("uuid", ""), "t.json: S.m.a: \"uuid\" is not a type that Taskwire knows" },
  { "newlines-in-what-is-wrong", "", ARGUMENT ("a\\nb", ""),
    "t.json: S.m.a: \"a b\" is not a type that Taskwire knows" },
  { "unknown-struct", "", VOID ("m", FIELD (1, "a", "struct", CLASS ("T")), ""),
    "t.json: S.m.a: there is no struct \"T\" in the document: was it made with json:merge?" },
  { "keys-of-structs", TASK,
    VOID ("m", FIELD (1, "a", "map", ",'type':{'keyTypeId':'struct','keyType':{'class':'T'},'valueTypeId':'i32'}"), ""),
    "t.json: S.m.a: a map's keys must be strings or integers: JSON knows no others" },
  { "keys-of-bools", "", VOID ("m", FIELD (1, "a", "map", MAP ("bool", "i32")), ""),
    "t.json: S.m.a: a map's keys must be strings or integers: JSON knows no others" },
  { "keys-of-bytes", "", VOID ("m", FIELD (1, "a", "map", MAP ("binary", "i32")), ""),
    "t.json: S.m.a: a map's keys must be strings or integers: JSON knows no others" },
  { "two-structs-of-a-name", TASK "," TASK, "", "t.json: there are two structs \"T\"" },
  { "two-fields-of-a-number", STRUCT ("T", FIELD (1, "a", "i32", "") "," FIELD (1, "b", "i32", "")), "",
    "t.json: T.b: a has the number 1 too" },
  { "two-fields-of-a-name", STRUCT ("T", FIELD (1, "a", "i32", "") "," FIELD (2, "a", "i32", "")), "",
    "t.json: T.a: there are two of this name" },
  { "field-number-too-large", STRUCT ("T", FIELD (40000, "a", "i32", "")), "",
    "t.json: T.a: not what the Thrift compiler writes: no 16-bit number \"key\"" },
  { "default-of-another-type", STRUCT ("T", FIELD (1, "a", "i32", ",'default':'x'")), "",
    "t.json: T.a: the default must be a whole number from -2147483648 to 2147483647" },
  { "default-beyond-the-type", STRUCT ("T", FIELD (1, "a", "i8", ",'default':128")), "",
    "t.json: T.a: the default must be a whole number from -128 to 127" },
  { "method-without-name", "", "{}", "t.json: S: not what the Thrift compiler writes: no string \"name\"" },
  { "thrown-struct", TASK,
    "{'name':'m','returnTypeId':'void','arguments':[],'exceptions':[" FIELD (1, "e", "struct", CLASS ("T")) "]}",
    "t.json: S.m.e: is not an exception with a number above 0" },
};

static void
test_refusal (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  g_assert_null (schema_from_words (refusals[i].structs, refusals[i].functions, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_cmpstr (error->message, ==, refusals[i].error);
}

static const struct
{
  const char *document;
  const char *error;
} documents[] = {
  { "", "t.json: not JSON: line 1: '[' or '{' expected near end of file" },
  { "{'name':'t','name':'u'}", "t.json: not JSON: line 1: duplicate object key near '\"name\"'" },
  { "{}", "t.json: not what the Thrift compiler writes: no string \"name\"" },
  { "{'name':'t','services':[]}", "t.json: not what the Thrift compiler writes: no list \"structs\"" },
  { "{'name':'t','structs':[]}", "t.json: not what the Thrift compiler writes: no list \"services\"" },
  { "{'name':'t','structs':[],'services':[{'name':'S','annotations':{'tw.calls':'in-turn'},'functions':[]}]}",
    "t.json: S: tw.calls: must be \"side-by-side\"" },
  { "{'name':'t','structs':[],'services':[{'name':'S','annotations':{'tw.context':'true'},'functions':[]}]}",
    "t.json: S: tw.context: must be \"accepted\"" },
  { "{'name':'t','structs':[],'services':[{'name':'S','annotations':{'tw.retry':'safe'},'functions':[]}]}",
    "t.json: S: tw.retry: can't stand on a service" },
  { "{'name':'t','typedefs':[{'name':'Name','annotations':{'vt.max_size':'5'}}],'structs':[],'services':[]}",
    "t.json: Name: vt.max_size: can't stand on a type, typedef, enum, exception or union" },
};

static void
test_documents (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (schema_from_document (documents[i].document, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      g_assert_cmpstr (error->message, ==, documents[i].error);
    }
}

/* In JSON, so with two backslashes for one. */
static const char *const patterns[] = {
  "\\\\d+",  "\\\\w",     "\\\\s",   "\\\\bx", "\\\\Ax", "\\\\1",    "\\\\",        "(?i)x",
  "(?<n>x)", "(?>x)",     "(*UCP)x", "x++",    "x*+",    "x{1,2}+",  "[[:alpha:]]", "[]x]",
  "[x",      "\\\\x{41}", "(x",      "x)|(y",  "*x",     "\\\\p{L}", "[\\\\d]",
};

static void
test_patterns (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      g_autofree char *function = g_strdup_printf (
        "{'name':'m','returnTypeId':'void','exceptions':[],'arguments':[{'key':1,'name':'a','typeId':'string',"
        "'required':'req_out','annotations':{'vt.pattern':'%s'}}]}",
        patterns[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (schema_from_words ("", function, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      if (!g_str_has_prefix (error->message, "t.json: S.m.a: vt.pattern: can't be read: "))
        g_error ("%s: %s", patterns[i], error->message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/schema/refused/%s", refusals[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_refusal);
    }
  g_test_add_func ("/schema/refused/documents-that-are-not-the-compilers", test_documents);
  g_test_add_func ("/schema/refused/patterns-outside-the-shared-subset", test_patterns);
  return g_test_run ();
}
