# SPDX-License-Identifier: Apache-2.0
"""What a change of an IDL breaks for clients that were made from an earlier one.

Both are read as `thrift --gen json:merge` writes them, and followed from each method's arguments and answers: names of
structs do not travel, so what counts is what a method takes and gives. `thrift --audit` is asked too (`audit()`), and
passes over much of it: annotations, of course, and what becomes optional in an answer, among others."""

import json
import pathlib
import re
import subprocess

# Limits of what a client sends: may a new value be this much smaller, or larger?
MAY_FALL = {"vt.min_size", "vt.ge"}
MAY_RISE = {"vt.max_size", "vt.le", "tw.max_bytes"}
MAY_GO = {"vt.pattern", "tw.visible"}  # and neither come nor change: which of two patterns takes more is not to be told
# What the gateway and the services have between them.
FREE = {"tw.calls", "tw.context", "tw.retry", "tw.role"}

_CONTAINERS = {"list": ["elem"], "set": ["elem"], "map": ["key", "value"]}


def compiler_json(idl, folder):
    """What the compiler says of the file `idl`, and of what it includes."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["thrift", "-nowarn", "-strict", "--gen", "json:merge", "-out", folder, idl], check=True, capture_output=True
    )
    return json.loads((folder / f"{pathlib.Path(idl).stem}.json").read_text())


def audit(old, new):
    """What the compiler's own comparison fails for."""
    ran = subprocess.run(
        ["thrift", "--audit", old, "-Iold", pathlib.Path(old).parent, "-Inew", pathlib.Path(new).parent, new],
        capture_output=True,
        text=True,
    )
    said = re.findall(r"\[Thrift Audit Failure:[^]]*\] *(.*\S)", ran.stdout + ran.stderr)
    assert (ran.returncode == 0) == (said == []), ran.stdout + ran.stderr
    return said


def changes(old, new):
    """What no longer is as a client of `old` knows it, in one line each. Additions are none."""
    return _Comparison(old, new).run()


def _annotations(node):
    return {key: value for key, value in node.get("annotations", {}).items() if re.match(r"(api|vt|tw)\.", key)}


def _functions(document, name):
    """A service's methods, with those that it inherits."""
    services = {service["name"]: service for service in document["services"]}
    found = {}
    while name in services:
        found = {**{function["name"]: function for function in services[name]["functions"]}, **found}
        name = services[name].get("extends", "").rpartition(".")[2]
    return found


def _must_be_sent(field):
    return field["required"] == "required" or (field["required"] == "req_out" and "default" not in field)


class _Comparison:
    def __init__(self, old, new):
        self.old = old
        self.new = new
        self.structs = [{struct["name"]: struct for struct in document["structs"]} for document in (old, new)]
        self.seen = set()
        self.found = []

    def say(self, text):
        if text not in self.found:
            self.found.append(text)

    def run(self):
        enums = {enum["name"]: enum for enum in self.new["enums"]}
        for enum in self.old["enums"]:
            self.compare_enums(enum, enums.get(enum["name"]))
        services = {service["name"] for service in self.new["services"]}
        for service in self.old["services"]:
            name = service["name"]
            if name not in services:
                self.say(f"service {name}: is gone")
                continue
            functions = _functions(self.new, name)
            for function in _functions(self.old, name).values():
                self.compare_functions(f"{name}.{function['name']}", function, functions.get(function["name"]))
        return self.found

    def compare_enums(self, old, new):
        values = {member["name"]: member["value"] for member in new["members"]} if new else {}
        for member in old["members"]:
            if values.get(member["name"]) != member["value"]:
                self.say(f"enum {old['name']}: {member['name']} = {member['value']} is gone")

    def compare_functions(self, where, old, new):
        if new is None:
            self.say(f"{where}: is gone")
            return
        if old["oneway"] != new["oneway"]:
            self.say(f"{where}: oneway is now {new['oneway']}".lower())
        self.compare_annotations(where, old, new, sent=False)
        self.compare_fields(where, old["arguments"], new["arguments"], sent=True)
        self.compare_types(f"{where}: answer", old, new, sent=False, prefix="return")
        self.compare_fields(f"{where} throws", old["exceptions"], new["exceptions"], sent=False)
        known = {field["key"] for field in old["exceptions"]}
        for field in new["exceptions"]:
            if field["key"] not in known:
                self.say(f"{where} throws {field['key']} ({field['name']}): is new, and read by no older client")

    def compare_types(self, where, old, new, sent, prefix=""):
        """What a member of `old` and `new` is of, for all that can stand in a container."""
        type_id, now = (node[f"{prefix}TypeId" if prefix else "typeId"] for node in (old, new))
        if type_id != now:
            self.say(f"{where}: was a {type_id}, is a {now}")
            return
        old, new = (node.get(f"{prefix}Type" if prefix else "type", {}) for node in (old, new))
        for part in _CONTAINERS.get(type_id, []):
            self.compare_types(f"{where}'s {part}", old, new, sent, part)
        if "class" in old:
            self.compare_structs(old["class"], new["class"], sent)

    def compare_structs(self, old_name, new_name, sent):
        if (old_name, new_name, sent) in self.seen:
            return
        self.seen.add((old_name, new_name, sent))
        old, new = self.structs[0][old_name], self.structs[1][new_name]
        self.compare_fields(old_name, old["fields"], new["fields"], sent)
        known = {field["key"] for field in old["fields"]}
        for field in new["fields"]:
            if new["isUnion"] and not sent and field["key"] not in known:
                self.say(f"{old_name} {field['key']} ({field['name']}): is new in a union, and read by no older client")

    def compare_fields(self, where, old_fields, new_fields, sent):
        new_by_key = {field["key"]: field for field in new_fields}
        for old in old_fields:
            here = f"{where} {old['key']} ({old['name']})"
            new = new_by_key.pop(old["key"], None)
            if new is None:
                self.say(f"{here}: is gone")
                continue
            if old["name"] != new["name"]:
                self.say(f"{here}: is {new['name']} now")
            self.compare_types(here, old, new, sent)
            self.compare_annotations(here, old, new, sent)
            if sent:
                self.compare_what_is_left_out(here, old, new)
            elif old["required"] != "optional" and new["required"] == "optional":
                self.say(f"{here}: can be missing from answers")
        for new in new_by_key.values():
            if sent and _must_be_sent(new):
                self.say(f"{where} {new['key']} ({new['name']}): is new, and required")

    def compare_what_is_left_out(self, where, old, new):
        if _must_be_sent(new) and not _must_be_sent(old):
            self.say(f"{where}: has become required")
        elif not _must_be_sent(old) and old.get("default") != new.get("default"):
            self.say(f"{where}: means {new.get('default')!r} where it is left out, {old.get('default')!r} before")

    def compare_annotations(self, where, old, new, sent):
        before, after = _annotations(old), _annotations(new)
        for key in sorted(before.keys() | after.keys()):
            if self.is_narrower(key, before.get(key), after.get(key), sent):
                was, now = (f'"{side[key]}"' if key in side else "nothing" for side in (before, after))
                self.say(f"{where}: {key} was {was}, is {now}")

    def is_narrower(self, key, before, after, sent):
        """Whether a client can tell, to its harm, that an annotation has changed."""
        if before == after or key in FREE:
            return False
        if key in MAY_FALL | MAY_RISE | MAY_GO | {"vt.in"}:
            return sent and after is not None and not self.takes_no_less(key, before, after)
        # What else an annotation does, a client may rely on. Whether a new one harms shows in what the gateway
        # says of its routes (rest_changes.py).
        return before is not None

    def takes_no_less(self, key, before, after):
        if before is None or key in MAY_GO:
            return False
        if key == "vt.in":
            return set(before.split(",")) <= set(after.split(","))
        return float(after) <= float(before) if key in MAY_FALL else float(after) >= float(before)
