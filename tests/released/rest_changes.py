# SPDX-License-Identifier: Apache-2.0
"""What breaks for REST clients between two OpenAPI documents: the one of a release, and what the gateway says now.

What a client sends may not be refused that was taken, and what it is answered has all that it had. Additions are
fine; and so is everything in an error but that there is one: clients have to reckon with errors they do not know."""

VERBS = ("get", "put", "post", "delete", "patch")

# Keywords of a schema that bound what is sent: which of two values takes more.
_AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def changes(old, new):
    """What a client of `old` finds changed to its harm, in one line each."""
    return _Comparison(old, new).run()


class _Side:
    """One of the documents."""

    def __init__(self, document):
        self.document = document

    def resolve(self, node):
        while node is not None and "$ref" in node:
            found = self.document
            for name in node["$ref"].removeprefix("#/").split("/"):
                found = found[name.replace("~1", "/").replace("~0", "~")]
            node = found
        return node

    def parts(self, schema):
        """The schemas that hold all at once: itself, and all that `allOf` names."""
        schema = self.resolve(schema)
        found = [schema]
        for part in schema.get("allOf", []):
            found += self.parts(part)
        return found

    def types(self, schema):
        for part in self.parts(schema):
            if "type" in part:
                types = part["type"] if isinstance(part["type"], list) else [part["type"]]
                return set(types) | ({"integer"} if "number" in types else set())
        return None

    def choice(self, schema):
        """The values that are possible, or None for any."""
        for part in self.parts(schema):
            if "const" in part:
                return [part["const"]]
            if "enum" in part:
                return [value for value in part["enum"] if value is not None]
        return None

    def bound(self, schema, keyword, best):
        return best((part[keyword] for part in self.parts(schema) if keyword in part), default=None)

    def first(self, schema, keyword):
        return next((part[keyword] for part in self.parts(schema) if keyword in part), None)

    def patterns(self, schema):
        return {part["pattern"] for part in self.parts(schema) if "pattern" in part}

    def properties(self, schema):
        return {name: member for part in self.parts(schema) for name, member in part.get("properties", {}).items()}

    def required(self, schema):
        return {name for part in self.parts(schema) for name in part.get("required", [])}

    def others(self, schema):
        """What is said of members that are not named: a schema, True or False."""
        return next(
            (part["additionalProperties"] for part in self.parts(schema) if "additionalProperties" in part), True
        )

    def variants(self, schema):
        return self.first(schema, "oneOf") or self.first(schema, "anyOf")

    def alternatives(self, schema):
        """Each of its variants as a schema of its own, which has what all of them have."""
        apart = ("allOf", "oneOf", "anyOf")
        common = [
            {keyword: value for keyword, value in part.items() if keyword not in apart} for part in self.parts(schema)
        ]
        return [{"allOf": [*common, variant]} for variant in self.variants(schema) or [{}]]

    def operations(self):
        return {
            (path, verb): operation
            for path, verbs in self.document["paths"].items()
            for verb, operation in verbs.items()
            if verb in VERBS
        }

    def needs_token(self, operation):
        needed = operation.get("security", self.document.get("security", []))
        return bool(needed) and {} not in needed

    def parameters(self, operation):
        found = map(self.resolve, operation.get("parameters", []))
        return {(p["in"], p["name"].lower() if p["in"] == "header" else p["name"]): p for p in found}


class _Comparison:
    def __init__(self, old, new):
        self.old = _Side(old)
        self.new = _Side(new)
        self.under_way = set()
        self.found = []

    def say(self, text):
        if text not in self.found:
            self.found.append(text)

    def run(self):
        now = self.new.operations()
        for (path, verb), operation in self.old.operations().items():
            where = f"{verb.upper()} {path}"
            if (path, verb) in now:
                self.compare_operations(where, operation, now[path, verb])
            else:
                self.say(f"{where}: is gone")
        return self.found

    def compare_operations(self, where, old, new):
        if self.new.needs_token(new) and not self.old.needs_token(old):
            self.say(f"{where}: needs a token now")
        self.compare_parameters(where, old, new)
        self.compare_bodies(where, self.old.resolve(old.get("requestBody")), self.new.resolve(new.get("requestBody")))
        self.compare_answers(where, old, new)

    # What is sent

    def compare_parameters(self, where, old, new):
        now = self.new.parameters(new)
        for key, parameter in self.old.parameters(old).items():
            here = f"{where}: {' '.join(key)}"
            again = now.pop(key, None)
            if again is None:
                self.say(f"{here}: is gone")
                continue
            if again.get("required") and not parameter.get("required"):
                self.say(f"{here}: has become required")
            self.compare_sent(here, parameter["schema"], again["schema"])
        for key, parameter in now.items():
            if parameter.get("required"):
                self.say(f"{where}: {' '.join(key)}: is new, and required")

    def compare_bodies(self, where, old, new):
        if old is None:
            if new is not None and new.get("required"):
                self.say(f"{where}: needs a body now")
            return
        if new is None:
            self.say(f"{where}: takes no body now")
            return
        if new.get("required") and not old.get("required"):
            self.say(f"{where}: needs a body now")
        for kind, content in old["content"].items():
            if kind not in new["content"]:
                self.say(f"{where}: takes no {kind} now")
            else:
                self.compare_sent(f"{where}: body", content["schema"], new["content"][kind]["schema"])

    def compare_sent(self, where, old, new):
        if self.is_under_way("sent", old, new):
            return
        self.compare_sent_values(where, old, new)
        self.compare_sent_members(where, old, new)
        if (items := self.new.first(new, "items")) is not None and (before := self.old.first(old, "items")) is not None:
            self.compare_sent(f"{where}[]", before, items)
        for variant in self.old.variants(old) or []:
            if not any(self.is_quiet(variant, other) for other in self.new.variants(new) or [new]):
                self.say(f"{where}: a variant is gone, or takes less")

    def is_quiet(self, old, new):
        """Whether what is sent as `old` has it is taken as `new` has it."""
        apart = _Comparison(self.old.document, self.new.document)
        apart.under_way |= self.under_way
        apart.compare_sent("", old, new)
        return apart.found == []

    def compare_sent_values(self, where, old, new):
        types, now = self.old.types(old), self.new.types(new)
        if now is not None and (types is None or not types <= now):
            self.say(f"{where}: takes no {' or '.join(sorted((types or {'anything'}) - now))} now")
        choice = self.new.choice(new)
        if choice is not None and not _is_within(self.old.choice(old), choice):
            self.say(f"{where}: takes only {choice} now")
        for keywords, best, is_less in ((_AT_LEAST, max, lambda a, b: a > b), (_AT_MOST, min, lambda a, b: a < b)):
            for keyword in keywords:
                before, after = self.old.bound(old, keyword, best), self.new.bound(new, keyword, best)
                if after is not None and (before is None or is_less(after, before)):
                    self.say(f"{where}: {keyword} was {before}, is {after}")
        for pattern in sorted(self.new.patterns(new) - self.old.patterns(old)):
            self.say(f"{where}: has to match {pattern} now")
        if (form := self.new.first(new, "format")) not in (None, self.old.first(old, "format")):
            if (self.old.first(old, "format"), form) != ("int32", "int64"):
                self.say(f"{where}: has to be of format {form} now")
        if self.new.first(new, "uniqueItems") and not self.old.first(old, "uniqueItems"):
            self.say(f"{where}: takes nothing twice now")
        before, after = self.old.first(old, "default"), self.new.first(new, "default")
        if before != after:
            self.say(f"{where}: means {after!r} where it is left out, {before!r} before")

    def compare_sent_members(self, where, old, new):
        members, now = self.old.properties(old), self.new.properties(new)
        rest, rest_now = self.old.others(old), self.new.others(new)
        for name, member in members.items():
            if name in now:
                self.compare_sent(f"{where}.{name}", member, now[name])
            elif rest_now is False:
                self.say(f"{where}.{name}: is gone")
        for name in sorted(self.new.required(new) - self.old.required(old)):
            self.say(f"{where}.{name}: is required now")
        if rest is not False and rest_now is False:
            self.say(f"{where}: takes no other members now")
        elif isinstance(rest, dict) and isinstance(rest_now, dict):
            self.compare_sent(f"{where}.*", rest, rest_now)

    # What is answered

    def compare_answers(self, where, old, new):
        now = new["responses"]
        for status, answer in old["responses"].items():
            if status == "default":
                continue
            if status not in now and (status.startswith("2") or "default" not in now):
                self.say(f"{where}: is answered with no {status} now")
            elif status.startswith("2"):
                self.compare_answer(f"{where}: {status}", self.old.resolve(answer), self.new.resolve(now[status]))
        for status in now:
            if status.startswith("2") and status not in old["responses"]:
                self.say(f"{where}: may be answered with {status} now")

    def compare_answer(self, where, old, new):
        headers = {name.lower() for name in new.get("headers", {})}
        for name in old.get("headers", {}):
            if name.lower() not in headers:
                self.say(f"{where}: has no header {name} now")
        content = new.get("content", {})
        for kind, described in old.get("content", {}).items():
            if kind not in content:
                self.say(f"{where}: is no {kind} now")
            else:
                self.compare_answered(f"{where}: body", described["schema"], content[kind]["schema"])

    def compare_answered(self, where, old, new):
        if self.is_under_way("answered", old, new):
            return
        if self.old.variants(old) or self.new.variants(new):
            known = self.old.alternatives(old)
            for variant in self.new.alternatives(new):
                if not any(self.is_as_known(before, variant) for before in known):
                    self.say(f"{where}: a variant is new, or may be more")
            return
        types, now = self.old.types(old), self.new.types(new)
        if types is not None and (now is None or not now <= types):
            self.say(f"{where}: may be {' or '.join(sorted((now or {'anything'}) - types))} now")
        for what in ("const", "format"):
            if (before := self.old.first(old, what)) is not None and before != self.new.first(new, what):
                self.say(f"{where}: was of {what} {before}")
        if self.old.first(old, "enum") is not None and not _is_within(self.new.choice(new), self.old.choice(old)):
            self.say(f"{where}: was one of {self.old.choice(old)}, may be another now")
        members, now = self.old.properties(old), self.new.properties(new)
        for name, member in members.items():
            if name not in now:
                self.say(f"{where}.{name}: is gone")
            else:
                self.compare_answered(f"{where}.{name}", member, now[name])
        for name in sorted((self.old.required(old) - self.new.required(new)) & now.keys()):
            self.say(f"{where}.{name}: can be missing now")
        for keyword in ("items", "additionalProperties"):
            before, after = self.old.first(old, keyword), self.new.first(new, keyword)
            if isinstance(before, dict) and isinstance(after, dict):
                self.compare_answered(f"{where}[]", before, after)

    def is_as_known(self, old, new):
        """Whether who knows `old` finds in what is as `new` has it all that they had."""
        apart = _Comparison(self.old.document, self.new.document)
        apart.under_way |= self.under_way
        apart.compare_answered("", old, new)
        return apart.found == []

    def is_under_way(self, direction, old, new):
        """Schemas can name themselves. Inner ones are compared once, wherever they stand first."""
        key = (direction, old.get("$ref"), new.get("$ref"))
        if None in key:
            return False
        if key in self.under_way:
            return True
        self.under_way.add(key)
        return False


def _is_within(before, after):
    return before is not None and all(value in after for value in before)
