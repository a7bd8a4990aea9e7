# SPDX-License-Identifier: Apache-2.0
"""For make-records.py: what the fields of a struct may ask of records (tw.query, tw.filter and tw.order, docs/annotations.md),
as a table (records/tw-record-question.h)."""

import re

OPERATORS = {"=": "IS", "<": "BELOW", "<=": "AT_MOST", ">": "ABOVE", ">=": "AT_LEAST", "has": "HAS", "words": "WORDS"}
COSTS = tuple(OPERATORS.values())  # the last ones look into texts
SORTED = ("TEXT", "NUMBER", "TIME", "WHEN", "REAL")

# Of a kind of the record's field: the kind that the request's has, and what can be asked of it.
RANGE = ("IS", "BELOW", "AT_MOST", "ABOVE", "AT_LEAST")
ASKED = {
    "BOOL": ("BOOL", ("IS",)), "NUMBER": ("NUMBER", RANGE), "REAL": ("REAL", RANGE), "TIME": ("TEXT", RANGE), "WHEN": ("TEXT", RANGE),
    "TEXT": ("TEXT", ("IS", "WORDS")), "ID": ("TEXT", ("IS",)), "TEXTS": ("TEXT", ("HAS",)),
}  # fmt: skip


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Filter:
    def __init__(self, question, argument, field):
        self.question, self.argument, self.field = question, argument, field
        found = re.fullmatch(r"([A-Za-z0-9_,]+) (=|<|<=|>|>=|has|words)(?:; none=(-?\d+))?", field.annotations["tw.filter"])
        if not found:
            field.fail(f'tw.filter = "{field.annotations["tw.filter"]}" has to be fields, a blank, and one of {" ".join(OPERATORS)}')
        self.operator = OPERATORS[found[2]]
        self.none = int(found[3]) if found[3] else None
        self.places = [question.place(field, "tw.filter", name) for name in found[1].split(",")]
        for place in self.places:
            self.check(question.record.fields[place], found[2])

    def check(self, asked, sign):
        argument, operators = ASKED.get(asked.kind, (None, ()))
        if self.operator not in operators:
            self.field.fail(f'tw.filter: "{sign}" can\'t be asked of {self.question.record.name}.{asked.name}')
        if self.field.kind != argument or not self.field.optional or self.field.default is not None:
            self.field.fail(f"tw.filter: has to be optional, without a default, and of the type that asks for {self.question.record.name}.{asked.name}")
        if len(self.places) > 1 and self.operator != "WORDS" or len(set(self.places)) < len(self.places):
            self.field.fail("tw.filter: several fields, each named once, can be asked for words alone")
        if self.none is not None and (self.operator != "IS" or asked.kind != "NUMBER" or asked.always()):
            self.field.fail("tw.filter: none= is for \"=\", of a number that may be missing")

    def row(self):
        bits = " | ".join(f"TW_RECORD_BIT ({place})" for place in self.places)
        parts = [f".argument = {self.argument}", f".operator = TW_RECORD_{self.operator}", f".fields = {bits}"]
        return "  { " + ", ".join(parts + self.question.none_parts(self.places)) + " },\n"


class Sorts:
    """What the words of a field's tw.order stand for."""

    def __init__(self, question, argument, field):
        self.question, self.argument, self.field = question, argument, field
        pairs = [part.strip().partition("=") for part in field.annotations["tw.order"].split(",")]
        if field.kind != "TEXT" or not all(re.fullmatch(r"[a-z][a-zA-Z0-9]*=\w+", "".join(pair)) for pair in pairs):
            field.fail("tw.order: is for a string: words, each with = and a field behind it")
        self.words = [(word, question.place(field, "tw.order", name)) for word, _, name in pairs]
        if len({word for word, _ in self.words}) < len(self.words):
            field.fail("tw.order: each word stands once")
        for _, place in self.words:
            asked = question.record.fields[place]
            if asked.kind not in SORTED or asked.role in ("KEY", "OWNER"):
                field.fail(f"tw.order: {question.record.name}.{asked.name} is nothing to sort by")
        if question.record.fields[self.words[0][1]].role != "CREATED":
            field.fail('tw.order: the first one has to be the field with tw.kept = "created"')
        allowed = [sign + word for word, _ in self.words for sign in ("", "-")]
        if field.annotations.get("vt.in", "").split(",") != allowed:
            field.fail(f'tw.order: needs vt.in = "{",".join(allowed)}"')

    def row(self, word, place):
        return "  { " + ", ".join([f'.word = "{word}"', f".field = {place}", *self.question.none_parts([place])]) + " },\n"


class Question:
    """Of the struct `request`, about one of `structs`; `wrong` makes what is raised where there is no such record."""

    def __init__(self, request, structs, wrong):
        self.request = request
        found = [struct for struct in structs if struct.collection == request.query]
        if not found:
            raise wrong(f'{request.name}: tw.query = "{request.query}" has to be the name of a record')
        self.record = found[0]
        fields = list(enumerate(request.fields))
        self.filters = [Filter(self, place, field) for place, field in fields if "tw.filter" in field.annotations]
        self.filters.sort(key=lambda part: COSTS.index(part.operator))
        sorts = [Sorts(self, place, field) for place, field in fields if "tw.order" in field.annotations]
        if len(sorts) > 1:
            raise wrong(f"{request.name}: one field can have tw.order")
        self.sorts = sorts[0] if sorts else None
        self.check()

    def check(self):
        """What is one text or truth is not two; of ends of numbers there may be several."""
        single = set()
        for part in self.filters:
            asked = self.record.fields[part.places[0]]
            if part.operator != "IS" or asked.kind not in ("TEXT", "ID", "BOOL"):
                continue
            if asked.name in single:
                part.field.fail(f'tw.filter: "=" is asked of {self.record.name}.{asked.name} already')
            single.add(asked.name)

    def place(self, field, annotation, name):
        for place, asked in enumerate(self.record.fields):
            if asked.name == name and asked.role != "UNKEPT":
                return place
        field.fail(f'{annotation}: "{name}" is no field of {self.record.name} that is kept')

    def none_parts(self, places):
        """What stands for none in one filter of a field does so in all, and in its order."""
        none = next((part.none for part in self.filters if part.places == places and part.none is not None), None)
        return [] if none is None else [".has_none = TRUE", f".none = G_GINT64_CONSTANT ({none})"]

    def header(self):
        upper = self.request.variable.upper()
        words = [word for word, _ in self.sorts.words] if self.sorts else []
        lines = [f"#define TW_{upper}_SORT_{snake(word).upper()} {place}\n" for place, word in enumerate(words)]
        return "\n" + "".join(lines) + f"#define TW_{upper}_SORTS {len(words)}\n" \
            f"extern const TwRecordQuestion tw_{self.request.variable}_question;\n"

    def source(self):
        name = self.request.variable
        parts = [f".request = &tw_{name}_type", f".record = &tw_{self.record.variable}_type"]
        tables = ""
        if self.filters:
            rows = "".join(part.row() for part in self.filters)
            tables += f"\nstatic const TwRecordFilter {name}_filters[] = {{\n{rows}}};\n"
            asks = " | ".join(f"TW_RECORD_BIT ({part.argument})" for part in self.filters)
            parts += [f".asks = {asks}", f".n_filters = {len(self.filters)}", f".filters = {name}_filters"]
        if self.sorts:
            rows = "".join(self.sorts.row(word, place) for word, place in self.sorts.words)
            tables += f"\nstatic const TwRecordSort {name}_sorts[] = {{\n{rows}}};\n"
            parts += [f".sort = {self.sorts.argument}", f".n_sorts = {len(self.sorts.words)}", f".sorts = {name}_sorts"]
        return f"{tables}\nconst TwRecordQuestion tw_{name}_question = {{\n" + "".join(f"  {part},\n" for part in parts) + "};\n"
