# SPDX-License-Identifier: Apache-2.0
"""Makes the C structs of an IDL's structs and arguments, and their tables of fields (records/tw-record.h).

usage: make-records.py OUT.h OUT.c FILE.json...

FILE.json is what Thrift's compiler writes (--gen json:merge). A struct `Task` becomes `TwTaskRecord` and
`tw_task_type`, the arguments of `page` of a service `Tasks` become `TwTasksPageArguments` and `tw_tasks_page_type`.
Exceptions and unions are passed over. What of a struct is kept, and how, its annotations say: docs/annotations.md.
`tw_tasks_records` are all records of tasks.thrift, `tw_tasks_served` the methods of `Tasks` that served.py is about, and
`tw_page_request_question` what a struct may ask of records, which questions.py is about.
"""

import json
import pathlib
import re
import sys

sys.dont_write_bytecode = True  # nothing is made beside the sources
from questions import Question  # noqa: E402
from served import Served  # noqa: E402

WIRES = {
    "bool": "BOOL", "byte": "BYTE", "i8": "BYTE", "i16": "I16", "i32": "I32", "i64": "I64", "double": "DOUBLE",
    "string": "STRING", "binary": "STRING", "struct": "STRUCT", "union": "STRUCT", "list": "LIST", "set": "SET",
    "map": "MAP",
}
NUMBERS = ("byte", "i8", "i16", "i32", "i64")
ROLES = {
    "key": "KEY", "name": "KEY", "owner": "OWNER", "created": "CREATED", "updated": "UPDATED", "version": "VERSION", "no": "UNKEPT",
}
TIMES = ("created", "updated", "time")
MAY_BE_MISSING = ("time", "when", "id")  # and can't be always there
MEMBERS = {
    "TEXT": "const char *", "ID": "const char *", "TIME": "gint64 ", "WHEN": "gint64 ", "BOOL": "gboolean ",
    "NUMBER": "gint64 ", "REAL": "double ", "TEXTS": "TwRecordTexts ", "BYTES": "TwRecordBytes ", "CLEAR": "guint64 ",
    "LIST": "TwRecordList ",
}
PACKED = {
    "TEXT": "s", "ID": "ay", "TIME": "x", "WHEN": "x", "BOOL": "b", "NUMBER": "x", "REAL": "d", "TEXTS": "as",
    "BYTES": "ay",
}
OF_CHANGES = ("OWNER", "CREATED", "UPDATED", "VERSION")
MOST_FIELDS = 64
MOST_IDS = 4  # TwRecordRowIds
MOST_FORMER = 4  # TW_RECORD_FORMER_MAX


class Wrong(Exception):
    pass


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def pascal(name):
    return name[0].upper() + name[1:]


def text(value):
    """A C string literal, or NULL."""
    if value is None:
        return "NULL"
    escaped = "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}"
                      for byte in value.encode())
    return f'"{escaped}"'


class Field:
    def __init__(self, struct, source):
        annotations = source.get("annotations", {})
        self.struct = struct
        self.name = source["name"]
        self.id = source["key"]
        self.type = source["typeId"]
        self.kept = annotations.get("tw.kept")
        self.optional = source["required"] == "optional"
        self.default = source.get("default")
        self.of = source.get("type", {}).get("class") if self.type in ("struct", "union") else None
        self.element = source.get("type", {}).get("elemTypeId") if self.type == "list" else None
        if self.element == "struct":
            self.of = source["type"]["elemType"]["class"]
        self.annotations = annotations
        self.nulls = "tw.nulls" in annotations
        self.former = "tw.former" in annotations
        self.kind = self.find_kind()
        self.role = ROLES.get(self.kept, "PLAIN")
        self.member = "clear" if self.kind == "CLEAR" else self.column()

    def fail(self, message):
        raise Wrong(f"{self.struct}.{self.name}: {message}")

    def find_kind(self):
        if self.kept is not None and self.kept not in (*ROLES, *MAY_BE_MISSING, "folded"):
            self.fail(f'tw.kept can\'t be "{self.kept}"')
        if self.kept in ("name", "owner", "folded", *TIMES, *MAY_BE_MISSING) and self.type != "string":
            self.fail(f'tw.kept = "{self.kept}" is for a string')
        if self.kept == "key" and self.type not in ("string", "binary", *NUMBERS):
            self.fail('tw.kept = "key" is for a string, a binary or an integer')
        if self.kept == "version" and self.type != "i64":
            self.fail('tw.kept = "version" is for an i64')
        if self.type == "string" and self.kept in ("key", "id"):
            return "ID"
        if self.kept in TIMES:
            return "TIME"
        if self.kept == "when":
            return "WHEN"
        if self.nulls:
            return "CLEAR"
        if self.type == "string":
            return "TEXT"
        if self.type == "bool":
            return "BOOL"
        if self.type in NUMBERS:
            return "NUMBER"
        if self.type == "double":
            return "REAL"
        if self.type == "binary":
            return "BYTES"
        if self.element == "string":
            return "TEXTS"
        if self.element == "struct":
            return "LIST"
        return "STRUCT" if self.type == "struct" else "OTHER"

    def column(self):
        if self.kind == "TIME":
            return snake(re.sub(r"On$", "", self.name)) + "_ms"
        if self.kind == "WHEN":
            return snake(re.sub(r"On$", "", self.name))
        return snake(self.name)

    def always(self):
        return self.role not in ("PLAIN", "UNKEPT") or self.kind == "BOOL" or not self.optional \
            or self.default is not None

    def is_needed(self):
        """Whether a document is no record without it."""
        return self.role in ("KEY", "OWNER", "CREATED") \
            or self.always() and self.kind != "BOOL" and not any(field.role in OF_CHANGES for field in self.of_record)

    def needs(self):
        """The name of the struct that it is, without its document's."""
        return self.of.split(".")[-1]

    def declaration(self):
        if self.kind == "STRUCT":
            return f"Tw{self.needs()}Record {self.member};"
        return f"{MEMBERS[self.kind]}{self.member};"

    def selected(self):
        """How a copy reads its column: what is NULL in an old row, and is always there, means its default."""
        column = f'"{self.column()}"'
        if not self.always() or self.role in ("KEY", "OWNER", "CREATED"):
            return column
        if self.role == "UPDATED":
            fallback = '"' + next(f for f in self.of_record if f.role == "CREATED").column() + '"'
        elif self.role == "VERSION":
            fallback = "1"
        elif self.kind == "TEXT":
            fallback = "'" + (self.default or "").replace("'", "''") + "'"
        elif self.kind == "BYTES":
            fallback = "x''"
        else:
            fallback = repr(float(self.default or 0) if self.kind == "REAL" else int(self.default or 0))
        return f"coalesce ({column}, {fallback}) AS {column}"

    def packed(self):
        """Its GVariant type in a copy."""
        return ("" if self.always() else "m") + PACKED[self.kind]

    def fallback(self):
        if self.default is None or self.kind not in ("TEXT", "BOOL", "NUMBER", "REAL"):
            return []
        if self.kind == "TEXT":
            value = f".fallback_text = {text(self.default)}"
        elif self.kind == "REAL":
            value = f".fallback_real = {float(self.default)!r}"
        else:
            value = f".fallback_number = G_GINT64_CONSTANT ({int(self.default)})"
        return [".has_fallback = TRUE", value]

    def row(self, c_name):
        parts = [
            f".name = {text(self.name)}", f".column = {text(self.column())}", f".id = {self.id}",
            f".wire = TW_WIRE_{WIRES[self.type]}", f".kind = TW_RECORD_{self.kind}", f".role = TW_RECORD_{self.role}",
        ]
        if self.always():
            parts.append(".always = TRUE")
        if self.is_needed():
            parts.append(".needed = TRUE")
        if self.kept == "folded":
            parts.append(f".folded = {text(self.name + 'Folded')}")
        if self.kind in PACKED:
            parts.append(f'.packed = "{PACKED[self.kind]}"')
        if self.kind != "OTHER":
            parts.append(f".offset = G_STRUCT_OFFSET ({c_name}, {self.member})")
        if self.kind in ("STRUCT", "LIST"):
            parts.append(f".structure = &tw_{snake(self.needs())}_type")
        return "  { " + ", ".join(parts + self.fallback()) + " },\n"


class Struct:
    def __init__(self, name, c_name, variable, fields, annotations, doc):
        self.name, self.c_name, self.variable = name, c_name, variable
        self.collection, self.tag = annotations.get("tw.record"), annotations.get("tw.tag")
        self.query = annotations.get("tw.query")
        self.is_listed = False
        self.fields = sorted((Field(name, field) for field in fields), key=lambda field: field.id)
        self.doc = doc
        for field in self.fields:
            field.of_record = self.fields
        self.check()

    def check(self):
        if len(self.fields) > MOST_FIELDS:
            raise Wrong(f"{self.name}: has more than {MOST_FIELDS} fields")
        for field in self.fields:
            for annotation in ("tw.filter", "tw.order"):
                if annotation in field.annotations and self.query is None:
                    field.fail(f"{annotation} stands on fields of structs that have tw.query")
        if self.collection is None:
            for field in self.fields:
                if field.kept is not None:
                    field.fail("tw.kept stands on fields of structs that have tw.record")
            return
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.collection):
            raise Wrong(f'{self.name}: tw.record = "{self.collection}" can\'t be the name of a table')
        for role in ("KEY", *(OF_CHANGES if self.has_changes() else ())):
            if sum(field.role == role for field in self.fields) != 1:
                raise Wrong(f"{self.name}: one field has to have tw.kept = \"{role.lower()}\"")
        if sum(field.kind == "ID" for field in self.fields) > MOST_IDS:
            raise Wrong(f"{self.name}: has more than {MOST_IDS} ids")
        if len(self.former_fields()) > MOST_FORMER:
            raise Wrong(f"{self.name}: more than {MOST_FORMER} fields have tw.former")
        for field in self.fields:
            if field.former and (not self.has_changes() or field.kind not in ("TEXT", "ID") or field.role != "PLAIN"):
                field.fail("tw.former stands on a text or an id of a record that is committed, and not on its key or owner")
            allowed = field.optional or field.kept == "time" and not self.has_changes()
            if field.kept in MAY_BE_MISSING and (not allowed or field.default is not None):
                field.fail(f'tw.kept = "{field.kept}" is for what is optional, without a default')
            if field.kind == "TEXTS" and field.role == "PLAIN" and (not field.optional or field.default is not None):
                field.fail("a list is kept where it is optional, without a default")
            if field.kind in ("STRUCT", "LIST", "CLEAR", "OTHER") and field.role != "UNKEPT":
                field.fail('this type can\'t be kept: tw.kept = "no" says so')

    def has_changes(self):
        """Whether it has what all that a commit changes has; other records are a service's own business."""
        return any(field.role in OF_CHANGES for field in self.fields)

    def former_fields(self):
        return [place for place, field in enumerate(self.fields) if field.former]

    def tag_fields(self):
        names = self.tag.split(",") if self.tag is not None else []
        return [field for name in names for field in self.fields if field.name == name]

    def shown(self):
        """What answers have: what is internal goes as far as the gateway, which makes the tag of it."""
        shown = [place for place, field in enumerate(self.fields)
                 if "tw.internal" not in field.annotations or field in self.tag_fields()]  # fmt: skip
        return " | ".join(f"TW_RECORD_BIT ({place})" for place in shown) or "0"

    def key(self):
        return f'"{self.kept()[0].column()}"'

    def columns(self):
        return ", ".join(f'"{field.column()}"' for field in self.kept())

    def selected(self):
        return ", ".join(field.selected() for field in self.kept())

    def insert(self):
        columns = [f'"{field.column()}"' for field in self.kept()]
        places = [f"?{place + 1}" for place in range(len(columns))]
        return f"INSERT INTO {self.collection} ({', '.join(columns)}) VALUES ({', '.join(places)})"

    def packed(self):
        return f"({''.join(field.packed() for field in self.kept())})"

    def kept(self):
        """What stores keep: the key first."""
        kept = [field for field in self.fields if field.role != "UNKEPT" and field.kind in PACKED]
        return sorted(kept, key=lambda field: field.role != "KEY")

    def header(self):
        upper = snake(self.variable).upper()
        lines = [f"\n/* {self.doc} */\ntypedef struct\n{{\n  guint64 has;\n"]
        lines += [f"  {field.declaration()}\n" for field in self.fields if field.kind != "OTHER"]
        lines.append(f"}} {self.c_name};\n\n")
        if self.collection is not None:
            lines.append(f"#define TW_{upper}_COLLECTION {text(self.collection)}\n")
            lines.append(f"#define TW_{upper}_PACKED {text(self.packed())}\n")
            lines.append(f"#define TW_{upper}_SELECTED {text(self.selected())}\n")
            lines.append(f"#define TW_{upper}_ALWAYS ({self.always()})\n")
        for place, field in enumerate(self.fields):
            lines.append(f"#define TW_{upper}_HAS_{snake(field.name).upper()} TW_RECORD_BIT ({place})\n")
        if any(field.kind in ("LIST", "OTHER") for field in self.fields):
            lines += [f"#define TW_{upper}_ID_{snake(field.name).upper()} {field.id}\n" for field in self.fields]
        lines.append(f"\nextern const TwRecordType tw_{self.variable}_type;\n")
        return "".join(lines)

    def always(self):
        """The fields that are of every record, as bits."""
        return " | ".join(f"TW_RECORD_BIT ({place})" for place, field in enumerate(self.fields) if field.always()) or "0"

    def source(self):
        rows = "".join(field.row(self.c_name) for field in self.fields)
        table = f"static const TwRecordField {self.variable}_fields[] = {{\n{rows}}};\n\n" if rows else ""
        kept = "" if self.collection is None else self.kept_source()
        return (
            f"\n{table}const TwRecordType tw_{self.variable}_type = {{\n"
            f"  .name = {text(self.name)}, .collection = {text(self.collection)}, .size = sizeof ({self.c_name}),\n{kept}"
            f"  .always = {self.always()},\n"
            f"  .n_fields = {len(self.fields)}, .fields = {self.variable + '_fields' if rows else 'NULL'}\n}};\n"
        )


    def kept_source(self):
        tag = [str(self.fields.index(field)) for field in self.tag_fields()]
        lines = [
            f".packed = {text(self.packed())}", f".insert = {text(self.insert())}", f".key = {text(self.key())}",
            f".columns = {text(self.columns())}", f".selected = {text(self.selected())}", f".shown = {self.shown()}",
        ]  # fmt: skip
        if tag:
            lines.append(f".n_tag = {len(tag)}, .tag = (const guint8[]) {{ {', '.join(tag)} }}")
        former = [str(place) for place in self.former_fields()]
        if former:
            lines.append(f".n_former = {len(former)}, .former = (const guint8[]) {{ {', '.join(former)} }}")
        if self.is_listed:
            lines.append(".is_listed = TRUE")
        return "".join(f"  {line},\n" for line in lines)


class Records:
    """All records of a document, in its order: what a store, and a copy of it, goes through."""

    def __init__(self, document, structs):
        self.name = snake(re.sub(r"\W", "_", document["name"]))
        self.types = [f"&tw_{snake(struct['name'])}_type" for struct in document["structs"]
                      if structs.get(struct["name"]) and structs[struct["name"]].collection is not None]  # fmt: skip

    def declaration(self):
        return f"const TwRecordType *const tw_{self.name}_records[TW_{self.name.upper()}_RECORDS]"

    def header(self):
        return f"\n#define TW_{self.name.upper()}_RECORDS {len(self.types)}\nextern {self.declaration()};\n" if self.types else ""

    def source(self):
        return f"\n{self.declaration()} = {{ {', '.join(self.types)} }};\n" if self.types else ""


class ServedMethods:
    """Those methods of a service that do no more than keep a record."""

    def __init__(self, service, document, structs):
        own = {struct["name"] for struct in document["structs"]}
        records = [struct for name, struct in structs.items() if name in own and struct.collection is not None]
        self.declaration = f"const TwRecordMethod tw_{snake(service['name'])}_served[]"
        self.rows = [Served(service, method, structs[f"{service['name']}.{method['name']}"], structs, records, Wrong)
                     for method in service["functions"] if "tw.serve" in method.get("annotations", {})]  # fmt: skip

    def header(self):
        return f"\nextern {self.declaration};\n"

    def source(self):
        return f"\n{self.declaration} = {{\n{''.join(row.row() for row in self.rows)}  {{ .name = NULL }},\n}};\n"


def structs_of(document):
    for struct in document["structs"]:
        if struct["isException"] or struct["isUnion"]:
            continue
        name = struct["name"]
        yield Struct(name, f"Tw{name}Record", snake(name), struct["fields"],
                     struct.get("annotations", {}), f"{name}.")
    for service in document["services"]:
        for method in service["functions"]:
            name = f"{service['name']}.{method['name']}"
            yield Struct(name, f"Tw{service['name']}{pascal(method['name'])}Arguments",
                         f"{snake(service['name'])}_{snake(method['name'])}", method["arguments"], {},
                         f"The arguments of {name}.")


def in_order(structs):
    """Each behind those that it has members of; what would be inside of itself, or is an exception or a union, is no
    member. One that is in several documents stands once."""
    known, done, ordered = {}, set(), []
    for struct in structs:
        known.setdefault(struct.name, struct)

    def place(struct, inside):
        if struct.name in done:
            return
        inside = inside | {struct.name}
        for field in struct.fields:
            if field.kind == "STRUCT" and (field.needs() in inside or field.needs() not in known):
                field.kind = "OTHER"
            elif field.kind == "STRUCT":
                place(known[field.needs()], inside)
            elif field.kind == "LIST" and field.needs() not in known:
                field.kind = "OTHER"
        done.add(struct.name)
        ordered.append(struct)

    for struct in known.values():
        place(struct, frozenset())
    return ordered


def tables_of(documents, structs):
    """What says which of them there are. A service that is in several documents stands once."""
    services = {service["name"]: (service, document) for document in documents for service in document["services"]}
    return [ServedMethods(*service, structs) for service in services.values()] \
        + [Records(document, structs) for document in documents] \
        + [Question(struct, structs.values(), Wrong) for struct in structs.values() if struct.query is not None]


def main(out_header, out_source, *documents):
    try:
        loaded = [json.loads(pathlib.Path(path).read_text()) for path in documents]
        structs = in_order([struct for document in loaded for struct in structs_of(document)])
        tables = tables_of(loaded, {struct.name: struct for struct in structs})
    except Wrong as error:
        sys.exit(f"make-records.py: {error}")
    pathlib.Path(out_header).write_text(
        '#pragma once\n#include "tw-record-method.h"\n#include "tw-record-question.h"\nG_BEGIN_DECLS\n'
        + "".join(part.header() for part in structs + tables) + "\nG_END_DECLS\n")
    pathlib.Path(out_source).write_text(
        f'#include "{pathlib.Path(out_header).name}"\n' + "".join(part.source() for part in structs + tables))


if __name__ == "__main__":
    main(*sys.argv[1:])
