# SPDX-License-Identifier: Apache-2.0
"""A small Thrift server for tests/idl/address-book.thrift: what the gateway must be able to serve without knowing it.

usage: python -m support.address_book [PORT]      (prints 'listening on HOST:PORT')
"""

import collections
import itertools
import sys
import threading
import time

from thriftpy2.protocol import TBinaryProtocolFactory
from thriftpy2.rpc import TProcessor
from thriftpy2.server import TThreadedServer
from thriftpy2.transport import TFramedTransportFactory, TServerSocket

from support.processes import PROJECT
from support.thrift import load

book = load(PROJECT / "tests" / "idl" / "address-book.thrift")
Refusal = book.directory.Refusal
PATIENCE_S = 60
COPIED = ("fullName", "nickname", "labels", "groups", "notes", "addresses", "portrait", "stars", "height", "reach", "starred")


def tag_of(contact):
    """As the gateway makes it of revision and fullName: docs/annotations.md."""
    words = [str(contact.revision), contact.fullName]
    safe = set(b"_.:" + bytes(range(48, 58)) + bytes(range(65, 91)) + bytes(range(97, 123)))
    return "-".join("".join(chr(c) if c in safe else f"%{c:02X}" for c in word.encode()) for word in words)


class Handler:
    def __init__(self):
        self.lock = threading.Lock()
        self.contacts = {}  # (owner, key) -> Contact
        self.made = {}  # (owner, request key) -> key
        self.done = {}  # (owner, key) -> (fingerprint, contact's key)
        self.notes = {}
        self.stamps = {}  # who is let in with it
        self.over = []
        self.numbers = itertools.count(1)
        self.well = True
        self.n_waiting = 0
        self.freed = threading.Event()
        self.happened = []  # (owner, key, what), in order
        self.volume = int(time.time() * 1e3)  # of what has happened: a mark of another one is no longer good
        self.whispered = threading.Condition()
        self.start = int(time.time() * 1e6)  # of whispers: more than any that another process has said
        self.news_asked = collections.Counter()  # by owner
        self.news_held = threading.Event()
        self.news_held.set()

    # Directory
    def ping(self):
        return book.directory.Wellbeing(well=self.well, complaint="" if self.well else "the archive is flooded")

    def motto(self, language):
        return {"en": "Who, where?", "de": "Wer, wo? ✓"}[language]

    # Sessions
    def enter(self, visitor):
        if visitor.word != "open sesame":
            raise Refusal(reason=403, explanation="That is not the word", times=1)
        return self.open(visitor.visitor, f"Hello {visitor.visitor}")

    def open(self, owner, greeting):
        number = next(self.numbers)
        self.stamps[f"stamp-{number}"] = owner
        return book.Visit(owner=owner, visit=f"visit-{number}", greeting=greeting, stamp=f"stamp-{number}")

    def again(self, shown):
        if shown.stamp == "busy":
            raise Refusal(reason=503, explanation="Nobody is let in at the moment")
        owner = self.stamps.pop(shown.stamp, None)
        if owner is None:
            raise Refusal(reason=401, explanation="That lets nobody in")
        return self.open(owner, f"Hello again, {owner}")

    def leave(self, owner, visit):
        with self.lock:
            self.over.append(book.EndedVisit(visit=visit, expires=int(time.time()) + 3600))

    def ended(self, since):
        with self.lock:
            return book.EndedVisits(position=len(self.over), ended=self.over[since:])

    # Contacts
    def known(self, owner, once):
        """The key of the contact that was dealt with before under the same key, if there was one."""
        if once is None or once.key is None:
            return None
        if len(once.fingerprint) != 16:
            raise Refusal(reason=500, explanation="That is no fingerprint")
        fingerprint, key = self.done.get((owner, once.key), (once.fingerprint, None))
        if fingerprint != once.fingerprint:
            raise Refusal(reason=422, explanation="The key was used for something else")
        return key

    def remember(self, owner, once, key):
        if once is not None and once.key is not None:
            self.done[owner, once.key] = (once.fingerprint, key)

    def check(self, contact, terms):
        if terms is None:
            return
        tag = tag_of(contact)
        if terms.ifMatch is not None and tag not in terms.ifMatch and terms.ifMatch != ["*"]:
            raise Refusal(reason=412, explanation="It is another one by now")
        if terms.ifNoneMatch is not None and (tag in terms.ifNoneMatch or terms.ifNoneMatch == ["*"]):
            raise Refusal(reason=412, explanation="It is that one")

    def write(self, owner, contact, once=None):
        with self.lock:
            again = self.known(owner, once)
            if again is not None:
                return self.contacts[owner, again]
            made = self.make(owner, contact)
            self.remember(owner, once, made.key)
            if contact.fullName == "Breaks off":
                raise RuntimeError("the answer is lost: the connection is closed")
            return made

    # News
    def happen(self, owner, key, what):
        with self.whispered:
            self.happened.append((owner, key, what))
            self.whispered.notify_all()

    def news(self, owner, kind, query=None):
        self.news_asked[owner] += 1
        self.news_held.wait(PATIENCE_S)
        if kind == "stuck":
            self.freed.wait(PATIENCE_S)
        if kind == "shut":
            raise Refusal(reason=403, explanation="That is nobody's business")
        if kind == "away":
            raise Refusal(reason=503, explanation="Nobody knows at the moment")
        behind, most = (query.behind, query.most or 10) if query is not None else (None, 10)
        volume, _, number = (behind or f"{self.volume}.0").partition(".")
        if not (volume.isdecimal() and number.isdecimal()):
            raise Refusal(reason=400, explanation="That is no mark", what="behind")
        if int(volume) != self.volume:
            raise Refusal(reason=410, explanation="That was in another volume")
        with self.whispered:
            end = len(self.happened)
            mine = [
                (n + 1, book.Happening(key=key, what=what))
                for n, (of, key, what) in enumerate(self.happened)
                if n >= int(number) and of == owner and kind in ("all", what)
            ]
        further = len(mine) > most
        at = mine[most - 1][0] if further else end
        return book.News(happenings=[h for _, h in mine[:most]], mark=f"{self.volume}.{at}", further=further)

    def whispers(self, after, waitMs):
        with self.whispered:
            known = self.start <= after <= self.start + len(self.happened)
            if known:
                self.whispered.wait_for(lambda: self.start + len(self.happened) > after, waitMs / 1000)
            owners = [owner for owner, _, _ in self.happened[after - self.start :]] if known else []
            return book.Whispers(at=self.start + len(self.happened), owners=owners, anybody=not known)

    def make(self, owner, contact):
        known = self.made.get((owner, contact.requestKey)) if contact.requestKey else None
        if known:
            return self.contacts[owner, known]
        key = f"c{next(self.numbers)}"
        made = book.Contact(key=key, owner=owner, revision=1, lastSeen=key)
        for name in COPIED:
            setattr(made, name, getattr(contact, name))
        made.labels, made.groups = made.labels or [], made.groups or set()
        made.notes, made.addresses = made.notes or {}, made.addresses or {}
        if contact.campaign:
            made.notes["campaign"] = contact.campaign
        made.notes["kind"] = f"{contact.kind} {contact.importance}"
        self.contacts[owner, key] = made
        if contact.fullName == "A new volume":
            self.volume += 1
        self.happen(owner, key, "written")
        if contact.requestKey:
            self.made[owner, contact.requestKey] = key
        return made

    def look(self, owner, key):
        status = {"teapot": 418, "weird": 42, "broken": 503}.get(key)
        if status:
            raise Refusal(reason=status, explanation=f"a refusal of {status}")
        if key == "slow":
            with self.lock:
                self.n_waiting += 1
            self.freed.wait(PATIENCE_S)
            raise Refusal(reason=404, explanation="Nobody of that key, after a while")
        if key == "waiting":
            raise Refusal(reason=404, explanation=f"{self.n_waiting} wait")
        if key == "freed":
            self.freed.set()
        if key == "asked":
            raise Refusal(reason=404, explanation=f"{self.news_asked[owner]} times")
        if key in ("hold", "go on"):
            (self.news_held.clear if key == "hold" else self.news_held.set)()
        if key == "raise":
            raise RuntimeError("internal detail that must stay inside")
        try:
            return self.contacts[owner, key]
        except KeyError:
            raise Refusal(reason=404, explanation="Nobody of that key") from None

    def leaf(self, owner, query):
        mine = [c for (o, _), c in sorted(self.contacts.items()) if o == owner]
        if query.starred is not None:
            mine = [c for c in mine if c.starred == query.starred]
        if query.height is not None:
            mine = [c for c in mine if (c.height or 0) >= query.height]
        size = 20 if query.size is None else query.size
        start = int(query.after or 0)
        more = str(start + size) if len(mine) > start + size else None
        return book.ContactList(contacts=mine[start : start + size], after=more, start=0 if start else None)

    def amend(self, owner, key, changes, terms=None):
        with self.lock:
            again = self.known(owner, terms)
            if again is not None:
                return self.look(owner, again)
            contact = self.change(owner, key, changes, terms)
            self.remember(owner, terms, key)
            return contact

    def change(self, owner, key, changes, terms):
        contact = self.look(owner, key)
        self.check(contact, terms)
        if changes.revision is not None and changes.revision != contact.revision:
            raise Refusal(reason=412, explanation="Changed meanwhile")
        for name in changes.clear or ():
            if name != "nickname":
                raise Refusal(reason=400, explanation=f"{name} can't be cleared")
            contact.nickname = None
        if changes.fullName is not None:
            contact.fullName = changes.fullName
        if changes.nickname is not None:
            contact.nickname = changes.nickname
        self.happen(owner, key, "changed")
        if changes.home is not None:
            contact.addresses[2026] = changes.home
        contact.revision += 1
        return contact

    def note(self, owner, key, number, text, hidden):
        contact = self.look(owner, key)
        contact.notes[str(number)] = f"{text} ({'hidden' if hidden else 'open'})"
        contact.revision += 1

    def gather(self, owner, cards):
        return [card.fullName for card in cards]

    def strike(self, owner, key, terms=None):
        with self.lock:
            if self.known(owner, terms) is None:
                self.check(self.look(owner, key), terms)
                del self.contacts[owner, key]
                self.happen(owner, key, "struck")
                self.remember(owner, terms, key)

    def total(self, owner):
        return sum(o == owner for o, _ in self.contacts)


def main():
    listener = TServerSocket("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    listener.listen()
    port = listener.sock.getsockname()[1]
    listener.listen = lambda: None
    print(f"listening on 127.0.0.1:{port}", file=sys.stderr, flush=True)
    TThreadedServer(
        TProcessor(book.AddressBook, Handler()),
        listener,
        iprot_factory=TBinaryProtocolFactory(),
        itrans_factory=TFramedTransportFactory(),
        daemon=True,
    ).serve()


if __name__ == "__main__":
    main()
