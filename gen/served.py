# SPDX-License-Identifier: Apache-2.0
"""For make-records.py: methods that do no more than keep a record of the caller's own (tw.serve, docs/annotations.md), as
rows of a table of where in their arguments is what they need (records/tw-record-method.h)."""

VERBS = ("create", "get", "list", "patch", "remove")
OPTIONS = {"tw.key": "idempotency_key", "tw.fingerprint": "fingerprint", "tw.if_match": "if_match",
           "tw.if_none_match": "if_none_match"}  # fmt: skip
MOST_OWNER_BYTES = 128  # commit/tw-commit.h
MOST_OF_A_PAGE = 1000
TEXTS_OF_TAGS = ("TEXT", "ID", "NUMBER")
FROM_TEXTS = ("TIME", "WHEN", "ID")  # in a record: a text in what callers say of it (tw_record_map_init())


class Place:
    """A value among a method's arguments: one of them, or a field of `outer`, which is one of them."""

    def __init__(self, struct, outer, field):
        self.struct, self.outer, self.field = struct, outer, field

    def says(self, annotation):
        return self.field.annotations.get(annotation)

    def has_default(self):
        return self.field.default is not None

    def is_in_all_calls(self):
        """Whether it is refused to leave it out."""
        return all(not field.optional and field.default is None for field in (self.outer, self.field) if field is not None)

    def initializer(self, arguments):
        offset = "0" if self.outer is None else f"G_STRUCT_OFFSET ({arguments.c_name}, {self.outer.member})"
        return f"{{ &tw_{self.struct.variable}_type, {offset}, {self.struct.fields.index(self.field)} }}"


class Served:
    """The row of one method, about one of the document's own `records`; `wrong` makes what is raised where it can't be
    served."""

    def __init__(self, service, method, arguments, structs, records, wrong):
        self.where = f"{service['name']}.{method['name']}"
        self.method, self.arguments, self.structs, self.wrong = method, arguments, structs, wrong
        self.verb, self.record = self.find_record(method["annotations"]["tw.serve"], records)
        self.parts = []
        self.make()

    def fail(self, message):
        raise self.wrong(f"{self.where}: {message}")

    def find_record(self, value, records):
        verb, _, collection = value.partition(" ")
        found = [struct for struct in records if struct.collection == collection]
        if verb not in VERBS or not found:
            self.fail(f'tw.serve = "{value}" has to be one of {", ".join(VERBS)}, and the name of a record of its document')
        record = found[0]
        if not record.has_changes() or next(field for field in record.fields if field.role == "KEY").kind != "ID":
            self.fail(f"{record.name} has to have an owner, and a key that is a string")
        return verb, record

    def inputs(self):
        for field in self.arguments.fields:
            yield Place(self.arguments, None, field)
            if field.kind == "STRUCT":
                struct = self.structs[field.needs()]
                for inner in struct.fields:
                    yield Place(struct, field, inner)

    def one(self, what, holds):
        """Where the one value is that `holds` is true of."""
        found = [place for place in self.inputs() if place.field.kind not in ("STRUCT", "OTHER") and holds(place)]
        if len(found) != 1:
            self.fail(f"takes no {what}" if not found else f"takes more than one {what}")
        return found[0]

    def bounded(self, place, lower, least, upper, most):
        if int(place.says(lower) or 0) < least or int(place.says(upper) or most + 1) > most:
            self.fail(f'{place.field.name} needs {lower} = "{least}" at least, and {upper} = "{most}" at most')

    def needed(self, place):
        if not place.is_in_all_calls():
            self.fail(f"{place.field.name} has to be there in every call")
        return place

    def put(self, name, place):
        self.parts.append(f".{name} = {place.initializer(self.arguments)}")

    def returned(self):
        kind = self.method.get("returnType", {})
        return self.structs.get(kind["class"].split(".")[-1]) if kind.get("typeId") == "struct" else None

    def make(self):
        owner = self.one('string with tw.claim = "sub"', lambda place: place.says("tw.claim") == "sub")
        self.needed(owner)
        self.bounded(owner, "vt.min_size", 1, "tw.max_bytes", MOST_OWNER_BYTES)
        self.put("owner", owner)
        if self.verb in ("get", "patch", "remove"):
            is_key = lambda place: place.says("api.path") and place.field.type == "string"  # noqa: E731
            self.put("key", self.needed(self.one("string with api.path", is_key)))
        if self.verb in ("create", "patch"):
            self.put_said()
        if self.verb == "list":
            self.put_page()
        elif self.verb == "remove" and self.method["returnTypeId"] != "void":
            self.fail("has to return nothing")
        elif self.verb != "remove" and self.returned() is not self.record:
            self.fail(f"has to return {self.record.name}")
        self.put_options()

    def put_said(self):
        """What a caller says of a record: a struct argument, whose fields are fields of the record that callers may set."""
        structs = [field for field in self.arguments.fields if field.kind == "STRUCT"
                   and not any(OPTIONS.keys() & inner.annotations.keys() for inner in self.structs[field.needs()].fields)]  # fmt: skip
        if len(structs) != 1:
            self.fail(f"has to take one struct, of what {self.record.name} is to be")
        said = self.structs[structs[0].needs()]
        for field in said.fields:
            own = [own for own in self.record.fields if own.name == field.name and own.role == "PLAIN"]
            if field.kind == "CLEAR":
                self.put("clear", Place(said, structs[0], field))
            elif not own:
                self.fail(f"{said.name}.{field.name} is nothing of {self.record.name} that a caller says")
            elif field.kind != own[0].kind and not (field.kind == "TEXT" and own[0].kind in FROM_TEXTS):
                self.fail(f"{said.name}.{field.name} is of another type than that of {self.record.name}")
        self.put("said", Place(self.arguments, None, structs[0]))

    def put_page(self):
        page = self.returned()
        lists = [field for field in page.fields if field.kind == "LIST" and field.needs() == self.record.name] if page else []
        links = [field for field in page.fields if field.annotations.get("tw.link", "").startswith("next;")] if page else []
        if len(lists) != 1 or len(links) != 1 or len(page.fields) != 2 or links[0].kind != "TEXT":
            self.fail(f'has to return a struct of a list of {self.record.name} and a string with tw.link = "next; …"')
        parameter = links[0].annotations["tw.link"].partition("query=")[2].strip()
        self.put("cursor", self.one(f'string with api.query = "{parameter}"', lambda place:
                                    place.says("api.query") == parameter and place.field.kind == "TEXT"))  # fmt: skip
        limit = self.one('number with api.query = "limit"', lambda place:
                         place.says("api.query") == "limit" and place.field.kind == "NUMBER")  # fmt: skip
        if not limit.has_default():
            self.needed(limit)
        self.bounded(limit, "vt.ge", 1, "vt.le", MOST_OF_A_PAGE)
        self.put("limit", limit)
        self.parts += [f".list = {lists[0].id}", f".next = {links[0].id}"]
        self.record.is_listed = True

    def put_options(self):
        for place in self.inputs():
            for annotation, name in OPTIONS.items():
                if place.says(annotation):
                    self.put(name, place)
        tag = self.record.tag_fields()
        depends = any(part.startswith((".if_match", ".if_none_match")) for part in self.parts)
        if (depends and not tag) or any(field.kind not in TEXTS_OF_TAGS or not field.always() for field in tag):
            self.fail(f"{self.record.name} needs a tw.tag, of strings and integers that are always there")

    def row(self):
        name = self.method["name"]
        head = [f'.name = "{name}"', f".verb = TW_SERVE_{self.verb.upper()}", f".record = &tw_{self.record.variable}_type",
                f".arguments = &tw_{self.arguments.variable}_type"]  # fmt: skip
        return "  { " + ", ".join(head + self.parts) + " },\n"
